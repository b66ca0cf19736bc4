"""Simulated subscribers who call us."""

from __future__ import annotations

import pytest

from telephony.announcements import Announcements
from telephony.carrier import LineSetup
from telephony.errors import CallEnded, LineConfigError, LineError
from telephony.far_end import FarEnd, FarReply
from telephony.line import Answered, Incoming, NotAnswered, Text
from telephony.registry import open_inbound
from telephony.status import HangupCause
from tests.unit.telephony.fakes import NUMBER, FakeClock, ScriptedFarEnd

WELCOME = Text("您好，请讲。")


def setup(clock: FakeClock, announcements: Announcements, *far_ends: FarEnd, **settings: object) -> LineSetup:
    waiting = list(far_ends)
    return LineSetup(clock, announcements, lambda number, call_id: waiting.pop(0), settings=settings)


async def come_in(
    clock: FakeClock, announcements: Announcements, far_end: FarEnd, number: str | None = NUMBER
) -> Incoming:
    inbound = open_inbound(
        "simulated", setup(clock, announcements, far_end, seed=1, callers=[{"number": number}])
    )
    assert inbound.simulated
    (incoming,) = [incoming async for incoming in inbound.calls()]
    return incoming


async def test_the_caller_hears_us_first_and_answers(clock: FakeClock, announcements: Announcements) -> None:
    far_end = ScriptedFarEnd(FarReply("我想问一下", hang_up=True), greeting=FarReply("喂"))
    incoming = await come_in(clock, announcements, far_end)
    call = incoming.call
    assert incoming.number == NUMBER
    assert NUMBER not in repr(incoming)
    assert call.carries == "text"
    assert await call.answer() == await call.answer() == Answered(0.0)
    assert await call.play(WELCOME)
    assert await call.hear(5.0) == Text("我想问一下")
    assert far_end.heard == [WELCOME.text]
    with pytest.raises(CallEnded):
        await call.play(WELCOME)
    assert call.cause is HangupCause.NORMAL


async def test_a_call_that_nobody_picked_up_carries_nothing(
    clock: FakeClock, announcements: Announcements
) -> None:
    call = (await come_in(clock, announcements, ScriptedFarEnd())).call
    assert call.carries == "text"
    with pytest.raises(LineError, match="not answered"):
        await call.play(WELCOME)
    await call.hang_up()
    assert await call.answer() == NotAnswered(HangupCause.NO_ANSWER, None, 0.0)


async def test_a_withheld_number_is_not_told(clock: FakeClock, announcements: Announcements) -> None:
    assert (await come_in(clock, announcements, ScriptedFarEnd(), None)).number is None


async def test_callers_come_at_their_times_and_again_the_same(
    clock: FakeClock, announcements: Announcements
) -> None:
    callers = [
        {"number": "+8619900000002", "after_s": 30},
        {"number": NUMBER, "after_s": 5},
        {"number": NUMBER, "after_s": 90.5},
    ]
    seen = []
    for _ in range(2):
        start = clock.moment = FakeClock().moment
        far_ends = [ScriptedFarEnd() for _ in callers]
        inbound = open_inbound("simulated", setup(clock, announcements, *far_ends, seed=3, callers=callers))
        seen.append(
            [
                (incoming.number, (clock.now() - start).total_seconds(), incoming.call.id)
                async for incoming in inbound.calls()
            ]
        )
    assert seen[0] == seen[1]
    assert [(number, after_s) for number, after_s, _ in seen[0]] == [
        (NUMBER, 5),
        ("+8619900000002", 30),
        (NUMBER, 90.5),
    ]
    assert len({call_id for *_, call_id in seen[0]}) == 3


@pytest.mark.parametrize(
    "settings",
    [{"callers": [{"number": "13812345678"}]}, {"callers": [{"after_s": -1}]}, {"calers": []}],
)
def test_wrong_settings_are_told(
    clock: FakeClock, announcements: Announcements, settings: dict[str, object]
) -> None:
    with pytest.raises(LineConfigError, match="simulated calls"):
        open_inbound("simulated", setup(clock, announcements, **settings))


def test_an_unknown_way_in_and_one_without_a_far_end_are_told(
    clock: FakeClock, announcements: Announcements
) -> None:
    with pytest.raises(LineConfigError, match="known: simulated"):
        open_inbound("pigeon", setup(clock, announcements))
    with pytest.raises(LineConfigError, match="far end"):
        open_inbound("simulated", LineSetup(clock, announcements))
