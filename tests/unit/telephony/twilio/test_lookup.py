"""Twilio's Lookup as a number check."""

from __future__ import annotations

from typing import Any

import pytest

from telephony.announcements import Announcements
from telephony.carrier import LineSetup
from telephony.registry import open_checker
from telephony.status import NumberStatus
from telephony.twilio.api import Refused, TwilioApi
from telephony.twilio.lookup import TwilioChecker, load_meanings
from telephony.twilio.settings import TwilioSettings
from tests.unit.telephony.fakes import FakeClock
from tests.unit.telephony.twilio.fake_account import SETTINGS, TOKEN, FakeAccount
from tests.unit.telephony.twilio.published import FOLDER

ONE, TWO = "+14155550101", "+14155550102"


def checker(account: FakeAccount) -> TwilioChecker:
    return TwilioChecker(TwilioApi(TwilioSettings(**SETTINGS), FakeClock(), account), load_meanings())


def told(status: str | None = None, kind: str | None = "mobile", **more: Any) -> dict[str, Any]:
    # Left out rather than null, which Twilio's description does not allow, though its examples have it.
    packages: dict[str, Any] = {"line_status": {"status": status}} if status else {}
    return packages | ({"line_type_intelligence": {"type": kind}} if kind else {}) | more


@pytest.mark.parametrize(
    ("answer", "status"),
    [
        (told("active"), NumberStatus.ACTIVE),
        (told("reachable"), NumberStatus.ACTIVE),
        (told("unreachable"), NumberStatus.UNREACHABLE),
        (told("inactive"), NumberStatus.NOT_IN_SERVICE),
        (told("unknown"), NumberStatus.UNKNOWN),
        (told("a new word"), NumberStatus.UNKNOWN),
        (told(None), NumberStatus.UNKNOWN),
        (told(None, None), NumberStatus.UNKNOWN),
        (told("active", None), NumberStatus.ACTIVE),
        (told("active", "premium"), NumberStatus.RISK),
        (told(None, "pager"), NumberStatus.DATA_ONLY),
        (told("active", valid=False), NumberStatus.NOT_IN_SERVICE),
        (told("active") | {"line_status": {"status": "active", "error_code": 60600}}, NumberStatus.UNKNOWN),
    ],
)
async def test_what_lookup_says_in_our_terms(answer: dict[str, Any], status: NumberStatus) -> None:
    account = FakeAccount(published=FOLDER.is_dir())
    account.lookups = {ONE: answer}
    assert await checker(account).check([ONE, TWO]) == {ONE: status, TWO: NumberStatus.UNKNOWN}


async def test_a_package_that_is_null_is_unknown() -> None:
    account = FakeAccount()
    account.lookups = {ONE: {"line_status": None, "line_type_intelligence": None}}
    assert await checker(account).check([ONE]) == {ONE: NumberStatus.UNKNOWN}


async def test_a_number_that_was_not_looked_up_is_left_out() -> None:
    account = FakeAccount()
    account.lookups = {TWO: told("active")}
    account.loses_answers = 1
    assert await checker(account).check([ONE, TWO]) == {TWO: NumberStatus.ACTIVE}
    account.refusals = [(404, 20404)]
    assert await checker(account).check([ONE]) == {ONE: NumberStatus.NOT_IN_SERVICE}


async def test_wrong_credentials_are_told() -> None:
    account = FakeAccount()
    account.refusals = [(401, 20003)]
    with pytest.raises(Refused, match="credentials"):
        await checker(account).check([ONE])


async def test_no_log_holds_a_number(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level("DEBUG")
    account = FakeAccount()
    account.loses_answers = 1
    await checker(account).check([ONE, TWO])
    assert "was not looked up" in caplog.text
    assert ONE not in caplog.text
    assert TWO not in caplog.text
    assert TOKEN not in caplog.text


def test_the_registry_knows_it(announcements: Announcements) -> None:
    setup = LineSetup(FakeClock(), announcements, settings=SETTINGS)
    assert open_checker("twilio", setup).source == "twilio-lookup"
