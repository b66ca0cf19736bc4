"""Calls and messages of one process over one account: one web server lets Twilio in."""

from __future__ import annotations

from telephony.announcements import Announcements
from telephony.carrier import LineSetup
from telephony.errors import NotDone
from telephony.registry import open_messenger
from telephony.twilio.api import Refused, Unsure
from telephony.twilio.exchange import open_exchange
from tests.unit.telephony.fakes import FakeClock
from tests.unit.telephony.test_registry import SETTINGS


def test_a_line_and_its_messenger_share_their_exchange(announcements: Announcements) -> None:
    setup = LineSetup(FakeClock(), announcements, settings=SETTINGS["twilio"])
    exchange = open_exchange(setup)
    assert open_exchange(setup) is exchange
    assert open_messenger("twilio", setup).name == "twilio"
    other = LineSetup(FakeClock(), announcements, settings=SETTINGS["twilio"])
    assert open_exchange(other) is not exchange


def test_what_twilio_refused_was_not_done_and_what_it_did_not_answer_may_have_been() -> None:
    assert issubclass(Refused, NotDone)
    assert not issubclass(Unsure, NotDone)
