"""Answered calls on the simulated line: turns, silence, interruptions, and every way a call can end."""

from __future__ import annotations

import asyncio

import pytest

from telephony.announcements import Announcements
from telephony.errors import CallEnded
from telephony.far_end import FarReply
from telephony.line import Answered, Dtmf, Text, TextCall
from telephony.simulated.speaking import HANZI_PER_S, speaking_s
from telephony.status import HangupCause
from tests.unit.telephony.fakes import FakeClock, ScriptedFarEnd, dial

QUESTION = Text("请问是张先生本人吗？")  # nine characters: two seconds


async def answered(clock: FakeClock, announcements: Announcements, far_end: ScriptedFarEnd) -> TextCall:
    """A call that a person has picked up; the clock's count starts at the first word after that."""
    call = await dial(clock, announcements, "answers", far_end)
    result = await call.answer()
    assert isinstance(result, Answered)
    assert await call.answer() is result
    clock.slept_s = 0.0
    return call


async def test_a_person_answers_in_the_pause_after_a_ring(
    clock: FakeClock, announcements: Announcements
) -> None:
    for nth in range(1, 30):
        call = await dial(clock, announcements, "answers", nth=nth)
        result = await call.answer()
        assert isinstance(result, Answered)
        assert result.ring_s % 5 >= 1  # 1 s of tone, 4 s of pause
        assert result.ring_s < 30


async def test_a_ring_timeout_shorter_than_the_person_is_slow_ends_the_dial(
    clock: FakeClock, announcements: Announcements
) -> None:
    call = await dial(clock, announcements, "answers", ring_timeout_s=0.5)
    await call.answer()
    assert call.cause is HangupCause.NO_ANSWER
    assert clock.slept_s == 0.5


async def test_the_greeting_is_heard_first(clock: FakeClock, announcements: Announcements) -> None:
    far_end = ScriptedFarEnd(FarReply("我是"), greeting=FarReply("喂，你好", delay_s=0.4))
    call = await answered(clock, announcements, far_end)
    assert await call.hear(5.0) == Text("喂，你好")
    assert clock.slept_s == 0  # it was said while the line listened for a machine
    assert await call.play(QUESTION)
    assert await call.hear(5.0) == Text("我是")
    assert far_end.heard == [QUESTION.text]


async def test_speech_takes_its_time_both_ways(clock: FakeClock, announcements: Announcements) -> None:
    call = await answered(clock, announcements, ScriptedFarEnd(FarReply("对，我就是，你说吧", delay_s=0.8)))
    assert await call.play(QUESTION) is True
    assert clock.slept_s == pytest.approx(9 / HANZI_PER_S)
    await call.hear(5.0)
    assert clock.slept_s == pytest.approx(9 / HANZI_PER_S + 0.8 + 7 / HANZI_PER_S)


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("", 0),
        ("，。？！", 0),
        ("还1200元", 6 / HANZI_PER_S),
        ("power off", 8 / 15),
        ("OK好", 2 / 15 + 1 / HANZI_PER_S),
    ],
)
def test_speaking_time(text: str, seconds: float) -> None:
    assert speaking_s(text) == pytest.approx(seconds)


async def test_silence_lasts_exactly_the_timeout(clock: FakeClock, announcements: Announcements) -> None:
    far_end = ScriptedFarEnd(None, FarReply("在听"))
    call = await answered(clock, announcements, far_end)
    await call.play(QUESTION)
    clock.slept_s = 0
    assert await call.hear(6.0) is None
    assert await call.hear(1.5) is None
    assert clock.slept_s == 7.5
    assert far_end.heard == [QUESTION.text]
    await call.play(Text("您好，在听吗？"))
    assert await call.hear(6.0) == Text("在听")


async def test_a_slow_answer_comes_after_the_silence(clock: FakeClock, announcements: Announcements) -> None:
    far_end = ScriptedFarEnd(FarReply("嗯", delay_s=8.0))
    call = await answered(clock, announcements, far_end)
    await call.play(QUESTION)
    clock.slept_s = 0
    assert await call.hear(5.0) is None
    assert await call.hear(5.0) == Text("嗯")
    assert clock.slept_s == pytest.approx(8 + 1 / HANZI_PER_S)


async def test_several_sentences_are_one_turn_to_the_far_end(
    clock: FakeClock, announcements: Announcements
) -> None:
    far_end = ScriptedFarEnd(FarReply("好"))
    call = await answered(clock, announcements, far_end)
    await call.play(Text("您好。"), interruptible=False)
    await call.play(QUESTION)
    await call.hear(5.0)
    assert far_end.heard == ["您好。" + QUESTION.text]


async def test_an_interruption_cuts_what_is_heard(clock: FakeClock, announcements: Announcements) -> None:
    far_end = ScriptedFarEnd(FarReply("我在开车"), cuts_in_after_s=1.0)
    call = await answered(clock, announcements, far_end)
    assert await call.play(QUESTION) is False
    assert clock.slept_s == 1.0
    assert await call.hear(5.0) == Text("我在开车")
    assert far_end.heard == [QUESTION.text[:5]]


async def test_what_must_be_heard_to_the_end_cannot_be_cut(
    clock: FakeClock, announcements: Announcements
) -> None:
    far_end = ScriptedFarEnd(FarReply("喂"), cuts_in_after_s=0.5)
    call = await answered(clock, announcements, far_end)
    assert await call.play(QUESTION, interruptible=False) is True
    await call.hear(5.0)
    assert far_end.heard == [QUESTION.text]


async def test_last_words_are_heard_before_the_far_end_is_gone(
    clock: FakeClock, announcements: Announcements
) -> None:
    call = await answered(clock, announcements, ScriptedFarEnd(FarReply("不需要，再见", hang_up=True)))
    await call.play(QUESTION)
    assert await call.hear(5.0) == Text("不需要，再见")
    with pytest.raises(CallEnded):
        await call.play(Text("再见"))
    assert call.cause is HangupCause.NORMAL


async def test_a_greeting_can_be_the_last_word(clock: FakeClock, announcements: Announcements) -> None:
    greeting = FarReply("打错了", hang_up=True)
    call = await answered(clock, announcements, ScriptedFarEnd(greeting=greeting))
    assert await call.hear(5.0) == Text("打错了")
    with pytest.raises(CallEnded):
        await call.hear(5.0)
    call = await answered(clock, announcements, ScriptedFarEnd(greeting=greeting))
    with pytest.raises(CallEnded):
        await call.play(QUESTION)


async def test_a_far_end_may_go_without_a_word(clock: FakeClock, announcements: Announcements) -> None:
    call = await answered(clock, announcements, ScriptedFarEnd(FarReply(None, hang_up=True, delay_s=2.0)))
    await call.play(QUESTION)
    clock.slept_s = 0
    with pytest.raises(CallEnded):
        await call.hear(5.0)
    assert clock.slept_s == 2.0
    assert call.cause is HangupCause.NORMAL


async def test_a_far_end_may_go_while_it_is_spoken_to(clock: FakeClock, announcements: Announcements) -> None:
    call = await answered(clock, announcements, ScriptedFarEnd(FarReply(None, hang_up=True, delay_s=6.0)))
    await call.play(QUESTION)
    assert await call.hear(5.0) is None
    clock.slept_s = 0
    with pytest.raises(CallEnded):
        await call.play(QUESTION)
    assert clock.slept_s == pytest.approx(1.0)


async def test_a_far_end_presses_keys_after_its_words(clock: FakeClock, announcements: Announcements) -> None:
    far_end = ScriptedFarEnd(FarReply("后四位", keys="12"), FarReply(None, keys="#", hang_up=True))
    call = await answered(clock, announcements, far_end)
    await call.play(QUESTION)
    assert [await call.hear(5.0) for _ in range(3)] == [Text("后四位"), Dtmf("1"), Dtmf("2")]
    await call.play(QUESTION)
    assert await call.hear(5.0) == Dtmf("#")
    with pytest.raises(CallEnded):
        await call.hear(5.0)


async def test_a_machine_that_is_slow_to_speak_is_found_out_when_it_does(
    clock: FakeClock, announcements: Announcements
) -> None:
    greeting = FarReply(announcements["assistant"].spoken[0], delay_s=3.0)
    call = await answered(clock, announcements, ScriptedFarEnd(greeting=greeting))
    with pytest.raises(CallEnded):
        await call.hear(5.0)
    assert call.cause is HangupCause.ASSISTANT


async def test_a_person_may_speak_of_messages_later_in_the_call(
    clock: FakeClock, announcements: Announcements
) -> None:
    lines = [FarReply("喂"), FarReply("我在开会"), FarReply("有事给机主留言，给机主留言")]
    call = await answered(clock, announcements, ScriptedFarEnd(*lines))
    for line in lines:
        await call.play(QUESTION)
        assert await call.hear(5.0) == Text(str(line.text))


async def test_the_network_loses_a_call(clock: FakeClock, announcements: Announcements) -> None:
    call = await dial(clock, announcements, "drops", ScriptedFarEnd(*[FarReply("嗯")] * 50))
    assert isinstance(await call.answer(), Answered)
    clock.slept_s = 0

    async def talk_on() -> None:
        for _ in range(50):
            await call.play(QUESTION)
            await call.hear(5.0)

    with pytest.raises(CallEnded):
        await talk_on()
    assert call.cause is HangupCause.DROPPED
    assert clock.slept_s <= 40
    await call.hang_up()
    assert call.cause is HangupCause.DROPPED


async def test_hanging_up_twice_is_harmless(clock: FakeClock, announcements: Announcements) -> None:
    call = await answered(clock, announcements, ScriptedFarEnd())
    await call.hang_up()
    await call.hang_up()
    assert call.cause is HangupCause.NORMAL
    with pytest.raises(CallEnded):
        await call.hear(1.0)


@pytest.mark.parametrize("stage", ["answer", "play", "hear"])
async def test_a_cancelled_worker_leaves_no_call_behind(
    clock: FakeClock, announcements: Announcements, stage: str
) -> None:
    call = await dial(clock, announcements, "answers", ScriptedFarEnd())
    if stage != "answer":
        await call.answer()
    clock.stuck = True
    if stage == "answer":
        task: asyncio.Task[object] = asyncio.create_task(call.answer())
    else:
        task = asyncio.create_task(call.play(QUESTION) if stage == "play" else call.hear(5.0))
    await asyncio.sleep(0)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert call.cause is (HangupCause.NO_ANSWER if stage == "answer" else HangupCause.NORMAL)


async def test_hanging_up_from_elsewhere_ends_a_wait(clock: FakeClock, announcements: Announcements) -> None:
    call = await answered(clock, announcements, ScriptedFarEnd())
    clock.stuck = True
    waiting = asyncio.ensure_future(call.hear(60.0))
    await asyncio.sleep(0)
    await call.hang_up()
    clock.wake()
    with pytest.raises(CallEnded):
        await waiting
    assert call.cause is HangupCause.NORMAL
