"""Dials on the simulated line that nobody answers: what they cost in time, and tell of the number."""

from __future__ import annotations

import pytest

from telephony.announcements import Announcements, load_announcements
from telephony.errors import CallEnded, LineError, TrunkFault
from telephony.line import NotAnswered, Text
from telephony.simulated.call import SimulatedCall
from telephony.simulated.population import Behaviour, Signal
from telephony.simulated.speaking import speaking_s
from telephony.simulated.subscribers import DialPlan
from telephony.status import HangupCause, NumberStatus
from tests.unit.telephony.fakes import FakeClock, ScriptedFarEnd, dial
from tests.unit.telephony.test_announcements import SHIPPED


async def not_answered(
    clock: FakeClock,
    announcements: Announcements,
    behaviour: str,
    *,
    nth: int = 1,
    ring_timeout_s: float = 45.0,
) -> NotAnswered:
    call = await dial(clock, announcements, behaviour, nth=nth, ring_timeout_s=ring_timeout_s)
    result = await call.answer()
    assert isinstance(result, NotAnswered)
    assert call.cause is result.cause
    with pytest.raises(CallEnded):
        await call.play(Text("您好"))
    with pytest.raises(CallEnded):
        await call.hear(5.0)
    return result


@pytest.mark.parametrize("nth", range(1, 8))
@pytest.mark.parametrize(
    ("behaviour", "cause", "status", "codes"),
    [
        ("powered_off", HangupCause.POWERED_OFF, NumberStatus.POWERED_OFF, {480}),
        ("suspended", HangupCause.SUSPENDED, NumberStatus.SUSPENDED, {480, 404}),
        ("not_in_service", HangupCause.NOT_IN_SERVICE, NumberStatus.NOT_IN_SERVICE, {404, 604}),
        ("unreachable", HangupCause.UNREACHABLE, NumberStatus.UNREACHABLE, {480, 408}),
        ("busy", HangupCause.BUSY, NumberStatus.BUSY, {486, 600}),
        ("rejects", HangupCause.REJECTED, NumberStatus.ACTIVE, {603}),
    ],
)
async def test_what_the_network_says_becomes_the_numbers_status(
    clock: FakeClock,
    announcements: Announcements,
    nth: int,
    behaviour: str,
    cause: HangupCause,
    status: NumberStatus,
    codes: set[int],
) -> None:
    result = await not_answered(clock, announcements, behaviour, nth=nth)
    assert (result.cause, result.status) == (cause, status)
    # Without a code we hung up on an announcement that was believed before the network released the call.
    assert result.sip_code in codes or (result.sip_code is None and result.announcement is not None)
    if result.announcement is not None:
        match = announcements.match(result.announcement)
        assert match is not None
        assert match.cause is cause
        assert clock.slept_s >= speaking_s(result.announcement)


async def test_the_status_comes_from_the_words_not_from_the_code(clock: FakeClock) -> None:
    """With a lexicon that takes the powered-off announcement for another, the line reports the other."""
    entries = [entry.model_dump(mode="json") for entry in SHIPPED]
    for entry in entries:
        if entry["id"] == "powered_off":
            entry["status"], entry["cause"] = "risk", "rejected"
    result = await not_answered(clock, load_announcements({"announcements": entries}), "powered_off")
    assert (result.cause, result.status) == (HangupCause.REJECTED, NumberStatus.RISK)


@pytest.mark.parametrize("timeout_s", [20.0, 45.0])
async def test_nobody_answers_for_as_long_as_we_ring(
    clock: FakeClock, announcements: Announcements, timeout_s: float
) -> None:
    result = await not_answered(clock, announcements, "no_answer", ring_timeout_s=timeout_s)
    assert (result.cause, result.status) == (HangupCause.NO_ANSWER, NumberStatus.ACTIVE)
    assert result.ring_s == clock.slept_s == timeout_s


async def test_we_hang_up_on_an_announcement_once_it_was_repeated(
    clock: FakeClock, announcements: Announcements
) -> None:
    text = "您拨打的电话已关机。"
    call = SimulatedCall(
        "sim-1",
        DialPlan(Behaviour.POWERED_OFF, None, Signal(sip=480, q850=20), text, announcement_plays=5),
        ring_timeout_s=45.0,
        clock=clock,
        announcements=announcements,
        pick_up=ScriptedFarEnd,
    )
    result = await call.answer()
    assert isinstance(result, NotAnswered)
    assert (result.status, result.sip_code) == (NumberStatus.POWERED_OFF, None)
    assert clock.slept_s == pytest.approx(2 * speaking_s(text))


async def test_an_announcement_longer_than_our_patience_is_cut(
    clock: FakeClock, announcements: Announcements
) -> None:
    result = await not_answered(clock, announcements, "powered_off", ring_timeout_s=1.0)
    assert (result.cause, result.status, result.announcement) == (HangupCause.NO_ANSWER, None, None)
    assert clock.slept_s == pytest.approx(1.0)


async def test_an_assistant_hears_nothing(clock: FakeClock, announcements: Announcements) -> None:
    far_end = ScriptedFarEnd()
    call = await dial(clock, announcements, "assistant", far_end)
    result = await call.answer()
    assert isinstance(result, NotAnswered)
    assert (result.cause, result.status, result.sip_code) == (HangupCause.ASSISTANT, NumberStatus.ACTIVE, 200)
    assert result.announcement in announcements["assistant"].spoken
    assert result.ring_s > 0
    assert call.cause is HangupCause.ASSISTANT
    with pytest.raises(CallEnded):
        await call.play(Text("您好"))
    assert far_end.heard == []


async def test_a_trunk_fault_is_raised_and_takes_no_time(
    clock: FakeClock, announcements: Announcements
) -> None:
    with pytest.raises(TrunkFault, match="503"):
        await dial(clock, announcements, "trunk_fault")
    assert clock.slept_s == 0


async def test_a_call_hung_up_before_it_rings_is_not_answered(
    clock: FakeClock, announcements: Announcements
) -> None:
    call = await dial(clock, announcements, "answers")
    await call.hang_up()
    result = await call.answer()
    assert isinstance(result, NotAnswered)
    assert (result.cause, result.status) == (HangupCause.NO_ANSWER, None)
    assert call.cause is HangupCause.NO_ANSWER


async def test_nothing_can_be_said_before_the_answer(clock: FakeClock, announcements: Announcements) -> None:
    call = await dial(clock, announcements, "answers")
    with pytest.raises(LineError, match="not answered"):
        await call.play(Text("您好"))
