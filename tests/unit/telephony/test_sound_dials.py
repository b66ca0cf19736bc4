"""Dials in sound that nobody answers: what is heard before the answer becomes the number's status."""

from __future__ import annotations

import asyncio

import pytest

from telephony.announcements import Announcements
from telephony.carrier import LineSetup
from telephony.errors import CallEnded, LineConfigError, LineError, TrunkFault
from telephony.line import Answered, NotAnswered, Sound
from telephony.pcm import SILENCE
from telephony.permits import PermitGate
from telephony.registry import open_line
from telephony.simulated.population import Behaviour, Signal
from telephony.simulated.sound.call import SoundCall
from telephony.simulated.sound.profile import load_channels
from telephony.simulated.sound.studio import Studio
from telephony.simulated.subscribers import DialPlan
from telephony.status import HangupCause, NumberStatus
from tests.unit.telephony.fakes import KEY, FakeClock, ScriptedFarEnd, dial_sound
from tests.unit.telephony.spoken import ChordEars, ChordVoice

SPOKEN_TO = Sound(SILENCE, "您好")


async def not_answered(
    clock: FakeClock,
    announcements: Announcements,
    behaviour: str,
    *,
    hearing: bool = True,
    nth: int = 1,
    ring_timeout_s: float = 45.0,
    channel: str = "mobile",
) -> tuple[NotAnswered, ChordEars]:
    voice = ChordVoice()
    ears = ChordEars(voice.alphabet)
    call = await dial_sound(
        clock,
        announcements,
        behaviour,
        voice=voice,
        ears=ears if hearing else None,
        nth=nth,
        ring_timeout_s=ring_timeout_s,
        channel=channel,
    )
    result = await call.answer()
    assert isinstance(result, NotAnswered)
    assert await call.answer() is result
    assert call.cause is result.cause
    assert not any(ear.open for ear in ears.opened)
    with pytest.raises(CallEnded):
        await call.send(SPOKEN_TO)
    with pytest.raises(CallEnded):
        await call.receive(1.0)
    return result, ears


@pytest.mark.parametrize("nth", range(1, 6))
@pytest.mark.parametrize(
    ("behaviour", "cause", "status", "codes"),
    [
        ("powered_off", HangupCause.POWERED_OFF, NumberStatus.POWERED_OFF, {480}),
        ("suspended", HangupCause.SUSPENDED, NumberStatus.SUSPENDED, {480, 404}),
        ("not_in_service", HangupCause.NOT_IN_SERVICE, NumberStatus.NOT_IN_SERVICE, {404, 604}),
        ("busy", HangupCause.BUSY, NumberStatus.BUSY, {486, 600}),
        ("rejects", HangupCause.REJECTED, NumberStatus.ACTIVE, {603}),
    ],
)
async def test_what_is_heard_becomes_the_numbers_status(
    clock: FakeClock,
    announcements: Announcements,
    nth: int,
    behaviour: str,
    cause: HangupCause,
    status: NumberStatus,
    codes: set[int],
) -> None:
    result, _ = await not_answered(clock, announcements, behaviour, nth=nth)
    assert (result.cause, result.status) == (cause, status)
    assert result.sip_code in codes | {None}
    if result.announcement is not None:
        match = announcements.match(result.announcement)
        assert match is not None
        assert match.cause is cause


async def test_without_an_ear_signals_decide(clock: FakeClock, announcements: Announcements) -> None:
    """A suspended number's network says 480 with cause 20, or 404: only the announcement tells it apart."""
    seen = {
        (await not_answered(clock, announcements, "suspended", hearing=False, nth=nth))[0].cause
        for nth in range(1, 9)
    }
    assert seen
    assert seen <= {HangupCause.POWERED_OFF, HangupCause.NOT_IN_SERVICE}


async def test_no_ear_to_be_had_is_as_good_as_none(clock: FakeClock, announcements: Announcements) -> None:
    voice = ChordVoice()
    ears = ChordEars(voice.alphabet, places=0)
    call = await dial_sound(clock, announcements, "suspended", voice=voice, ears=ears)
    result = await call.answer()
    assert isinstance(result, NotAnswered)
    assert result.sip_code in {404, 480}
    assert result.announcement is None


async def test_we_hang_up_on_an_announcement_once_it_was_repeated(
    clock: FakeClock, announcements: Announcements
) -> None:
    result, _ = await not_answered(clock, announcements, "powered_off")
    text = next(
        t for t in announcements["powered_off"].spoken if str(result.announcement) in t.replace("，", "")
    )
    once_s = sum(0.2 if c.isalnum() else 0.3 for c in text)
    assert result.sip_code is None
    assert once_s < clock.slept_s < 2 * once_s + 1


async def test_a_busy_tone_says_it_where_sip_does_not(clock: FakeClock, announcements: Announcements) -> None:
    for nth in range(1, 12):
        clock.slept_s = 0.0
        result, ears = await not_answered(clock, announcements, "busy", nth=nth, hearing=False)
        if result.sip_code is None:
            break
    else:
        pytest.fail("no dial met the tone")
    assert (result.cause, result.status) == (HangupCause.BUSY, NumberStatus.BUSY)
    assert clock.slept_s < 2.5, "three bursts are enough"
    assert ears.opened == [], "tones are no words"


async def test_congestion_says_nothing_of_the_number(clock: FakeClock, announcements: Announcements) -> None:
    results = [(await not_answered(clock, announcements, "unreachable", nth=nth))[0] for nth in range(1, 12)]
    assert {result.cause for result in results} == {HangupCause.UNREACHABLE}
    by_tone = [result for result in results if result.sip_code is None and result.announcement is None]
    assert by_tone
    assert {result.status for result in by_tone} == {None}


@pytest.mark.parametrize("timeout_s", [20.0, 45.0])
async def test_nobody_answers_for_as_long_as_we_ring(
    clock: FakeClock, announcements: Announcements, timeout_s: float
) -> None:
    result, ears = await not_answered(clock, announcements, "no_answer", ring_timeout_s=timeout_s)
    assert (result.cause, result.status) == (HangupCause.NO_ANSWER, NumberStatus.ACTIVE)
    assert result.ring_s == pytest.approx(timeout_s)
    assert clock.slept_s == pytest.approx(timeout_s)
    assert ears.opened == [], "a ringback needs no ear"


async def test_an_announcement_longer_than_our_patience_is_cut(
    clock: FakeClock, announcements: Announcements
) -> None:
    result, _ = await not_answered(clock, announcements, "powered_off", ring_timeout_s=1.0)
    assert (result.cause, result.status) == (HangupCause.NO_ANSWER, None)
    assert clock.slept_s == pytest.approx(1.0)


@pytest.mark.parametrize("channel", ["clean", "mobile", "noisy_street", "speakerphone", "bad"])
@pytest.mark.parametrize("hearing", [True, False])
async def test_an_assistant_hears_not_one_byte(
    clock: FakeClock, announcements: Announcements, channel: str, hearing: bool
) -> None:
    for nth in range(1, 5):
        clock.slept_s = 0.0
        result, _ = await not_answered(
            clock, announcements, "assistant", nth=nth, hearing=hearing, channel=channel
        )
        assert (result.cause, result.status) == (HangupCause.ASSISTANT, NumberStatus.ACTIVE)
        assert result.sip_code == 200
        assert (result.announcement is not None) is hearing
        assert clock.slept_s - result.ring_s < 5


async def test_a_trunk_fault_is_raised_and_takes_no_time(
    clock: FakeClock, announcements: Announcements
) -> None:
    with pytest.raises(TrunkFault, match="503"):
        await dial_sound(clock, announcements, "trunk_fault")
    assert clock.slept_s == 0


async def test_a_fault_of_the_trunk_may_come_after_its_announcement(
    clock: FakeClock, announcements: Announcements
) -> None:
    voice = ChordVoice()
    call = SoundCall(
        "sim-1",
        DialPlan(Behaviour.UNREACHABLE, None, Signal(sip=503, q850=34), "线路忙。", announcement_plays=1),
        channel="clean",
        ring_timeout_s=45.0,
        clock=clock,
        studio=Studio(load_channels(), voice, announcements, ChordEars(voice.alphabet), seed=1),
        pick_up=ScriptedFarEnd,
    )
    with pytest.raises(TrunkFault, match="503"):
        await call.answer()
    assert call.cause is HangupCause.UNREACHABLE
    assert clock.slept_s > 0.5


def test_a_line_in_sound_needs_a_voice(clock: FakeClock, announcements: Announcements) -> None:
    setup = LineSetup(clock, announcements, lambda n, c: ScriptedFarEnd(), settings={"sound": True})
    with pytest.raises(LineConfigError, match="voice"):
        open_line("simulated", PermitGate(KEY, clock), setup)


async def test_a_call_hung_up_before_it_rings_is_not_answered(
    clock: FakeClock, announcements: Announcements
) -> None:
    call = await dial_sound(clock, announcements, "answers")
    with pytest.raises(LineError, match="not answered"):
        await call.send(SPOKEN_TO)
    await call.hang_up()
    result = await call.answer()
    assert isinstance(result, NotAnswered)
    assert (result.cause, result.status) == (HangupCause.NO_ANSWER, None)


async def test_a_cancelled_dial_leaves_no_call_behind(clock: FakeClock, announcements: Announcements) -> None:
    call = await dial_sound(clock, announcements, "answers")
    clock.stuck = True
    task = asyncio.create_task(call.answer())
    await asyncio.sleep(0)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert call.cause is HangupCause.NO_ANSWER


async def test_a_dial_takes_as_long_as_in_text(clock: FakeClock, announcements: Announcements) -> None:
    for nth in range(1, 5):
        clock.slept_s = 0.0
        call = await dial_sound(clock, announcements, "answers", ScriptedFarEnd(), nth=nth)
        result = await call.answer()
        assert isinstance(result, Answered)
        assert result.ring_s % 5 >= 1  # 1 s of tone, 4 s of pause
        assert clock.slept_s == pytest.approx(result.ring_s + 2.0), "nobody speaks: two seconds, no more"
