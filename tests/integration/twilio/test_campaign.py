"""A campaign over "Twilio" from the command's own worker down to the wire, and what the ledger says of it.

Twilio's own client asks a fake account; webhooks and streams come over HTTP and WebSockets on a port of this
machine; the far end is the simulated customer, who speaks and listens in sound.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from sqlalchemy import select

from campaigns.store.models import Attempt, Call, PhoneNumber, Promise, TurnRecord
from tests.integration.twilio.world import World
from tests.unit.telephony.twilio.fake_account import Phone, Way

EVERYTHING = frozenset({"initiated", "ringing", "answered", "completed", "detected"})
LATER, AWAY, INVALID = (429, 20429), (500, 0), (400, 21211)


ANSWERED = Phone(answered_by="human")


@dataclass(frozen=True)
class Course:
    """What one dial comes to, and how it must stand in the ledger."""

    disposition: str
    phone: Phone = ANSWERED
    refusals: tuple[tuple[int, int], ...] = ()
    status: str = "active"  # what is known of the number afterwards
    charged: bool = True
    rings: bool = True  # at Twilio there is such a call


COURSES = (
    Course("promise"),
    Course("busy", Phone(end="busy", sip=486), status="busy"),
    Course("no_answer", Phone(ring_s=30.0, end="no-answer", sip=487)),
    Course("not_in_service", Phone(end="failed", sip=404, rings=False), status="not_in_service"),
    Course("trunk_fault", Phone(end="failed", sip=503, rings=False), charged=False),
    Course("assistant", Phone(answered_by="machine_start")),
    Course("hung_up_early", Phone(answered_by="human", hangs_up_after_s=14.0)),
    Course("not_in_service", refusals=(INVALID,), status="not_in_service", rings=False),
    Course("trunk_fault", refusals=(AWAY,), charged=False, rings=False),
    Course("trunk_fault", refusals=(LATER,) * 4, charged=False, rings=False),
    Course("promise", refusals=(LATER,)),
)


@pytest.fixture
def world(tmp_path: Path, model_cache: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[World]:
    world = World(tmp_path, model_cache, monkeypatch)
    yield world
    world.database.close()


@pytest.mark.parametrize(
    "way",
    [
        pytest.param(Way(), id="as they should"),
        pytest.param(Way(times=2, reversed=True), id="twice and out of order"),
        pytest.param(Way(lost=EVERYTHING), id="never"),
    ],
)
def test_the_ledger_says_what_the_far_ends_did_however_callbacks_come(world: World, way: Way) -> None:
    account, numbers = world.account, world.numbers()
    account.way = way
    courses = dict(zip(numbers, COURSES, strict=True))
    account.phones = {number: course.phone for number, course in courses.items()}
    if way.lost:
        # Twilio's list of calls holds neither SIP codes nor who picked up: what is not told is not known.
        courses[numbers[3]] = courses[numbers[4]] = Course("unreachable", Phone(end="failed", rings=False))
        account.phones[numbers[5]] = ANSWERED
        courses[numbers[5]] = Course("promise")
    account.refused = {number: list(course.refusals) for number, course in courses.items()}
    world.run(len(numbers))
    with world.database.transaction() as session:
        for number, course in courses.items():
            attempt = session.scalars(
                select(Attempt).join(PhoneNumber).where(PhoneNumber.e164 == number).order_by(Attempt.id)
            ).first()
            assert attempt is not None
            assert (number, attempt.disposition) == (number, course.disposition)
            assert attempt.charged == course.charged
            known = session.scalars(select(PhoneNumber).where(PhoneNumber.e164 == number)).one()
            assert known.status == course.status
            call = session.scalars(select(Call).where(Call.attempt_id == attempt.id)).one_or_none()
            at_twilio = [one for one in account.calls.values() if one.one("To") == number]
            assert bool(at_twilio) == course.rings
            assert (call is None) == (course.disposition == "trunk_fault")
            if call is None or not at_twilio:
                continue
            assert call.line_call_id == at_twilio[0].sid
            handset = account.handsets.get(call.line_call_id)
            if course.disposition == "promise":
                assert handset is not None
                said = select(TurnRecord.text).where(
                    TurnRecord.call_id == call.id, TurnRecord.speaker == "customer"
                )
                assert set(session.scalars(said)) <= set(handset.said)
                assert session.scalars(select(Promise).where(Promise.call_id == call.id)).one().amount > 0
            elif course.disposition == "assistant":
                assert handset is None or not handset.frames
    assert all(call.status not in ("queued", "ringing", "in-progress") for call in account.calls.values())
    assert {status // 100 for _, status in account.answers} <= {2}
