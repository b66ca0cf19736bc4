"""Talk in sound: both sides at once, frame by frame, in no time on a clock that jumps."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from campaigns.clock import VirtualClock
from telephony.announcements import Announcements
from telephony.errors import CallEnded, LineConfigError
from telephony.far_end import FarEnd, FarReply
from telephony.line import Answered, AudioCall, Dtmf, Played, Sound
from telephony.pcm import FRAME_BYTES, FRAME_S, level_of, samples
from telephony.simulated.population import DEFAULT_FILE
from telephony.status import HangupCause
from tests.unit.telephony.fakes import FakeClock, ScriptedFarEnd, dial_sound
from tests.unit.telephony.spoken import CHARACTER_S, ChordEar, ChordEars, ChordVoice

QUESTION = "请问是张三先生本人吗"
HELLO = FarReply("喂", delay_s=0.3)


@dataclass
class Ours:
    """Our side: keeps what came, with the time of it, and speaks sentences of a length."""

    call: AudioCall
    clock: FakeClock
    voice: ChordVoice
    frames: list[Sound] = field(default_factory=list)
    events: list[tuple[float, Dtmf | Played]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.began_s = self.clock.slept_s

    @property
    def now(self) -> float:
        return round(self.clock.slept_s - self.began_s, 6)

    async def say(self, text: str) -> None:
        await self.call.send(Sound(self.voice.sound(text), text))

    async def listen(self, seconds: float) -> str:
        """Let time pass; the words that were understood in it."""
        ear = ChordEar(self.voice.alphabet)
        until = self.now + seconds
        while self.now < until - 1e-6:
            came = await self.call.receive(until - self.now)
            if isinstance(came, Sound):
                self.frames.append(came)
                await ear.feed(came.pcm)
            elif came is not None:
                self.events.append((self.now, came))
        return await ear.finish()

    async def to_the_end(self) -> str:
        """The words that are understood before the call is over."""
        ear = ChordEar(self.voice.alphabet)
        try:
            while isinstance(came := await self.call.receive(1.0), Sound):
                await ear.feed(came.pcm)
        except CallEnded:
            return await ear.finish()
        pytest.fail("the call went on")

    async def until_speech(self) -> float:
        """The seconds until the far end makes itself heard."""
        began = self.now
        while True:
            came = await self.call.receive(5.0)
            if isinstance(came, Sound) and level_of(samples(came.pcm)) > -40:
                return round(self.now - began, 6)


async def talk(
    clock: FakeClock,
    announcements: Announcements,
    far_end: FarEnd,
    *,
    channel: str = "clean",
    behaviour: str = "answers",
    seed: int = 1,
    **settings: Any,
) -> Ours:
    voice = ChordVoice()
    call = await dial_sound(
        clock,
        announcements,
        behaviour,
        far_end,
        voice=voice,
        ears=ChordEars(voice.alphabet),
        channel=channel,
        seed=seed,
        **settings,
    )
    assert isinstance(await call.answer(), Answered)
    return Ours(call, clock, voice)


async def test_the_first_words_are_not_lost_to_the_screening(
    clock: FakeClock, announcements: Announcements
) -> None:
    ours = await talk(clock, announcements, ScriptedFarEnd(greeting=FarReply("喂，你好", delay_s=0.3)))
    assert ours.began_s == clock.slept_s
    first = await ours.call.receive(1.0)
    assert clock.slept_s == ours.began_s, "what was heard while screening is there at once"
    assert isinstance(first, Sound)
    assert await ours.listen(2.0) == "喂你好"
    assert [frame.text for frame in ours.frames if frame.text] == ["喂，你好"]


async def test_silence_comes_in_frames_too(clock: FakeClock, announcements: Announcements) -> None:
    ours = await talk(clock, announcements, ScriptedFarEnd())
    await ours.listen(5.0)
    assert len(ours.frames) == 350, "five seconds, and the two of the screening"
    assert {len(frame.pcm) for frame in ours.frames} == {FRAME_BYTES}


async def test_a_timeout_shorter_than_a_frame_gives_nothing(
    clock: FakeClock, announcements: Announcements
) -> None:
    ours = await talk(clock, announcements, ScriptedFarEnd())
    await ours.listen(0.1)
    assert await ours.call.receive(0.005) is None
    assert await ours.call.receive(0.0) is None
    assert isinstance(await ours.call.receive(0.015), Sound)


@pytest.mark.parametrize("delay_s", [0.2, 0.5, 1.24])
async def test_it_takes_its_turn_when_we_were_silent_for_so_long(
    clock: FakeClock, announcements: Announcements, delay_s: float
) -> None:
    far_end = ScriptedFarEnd(FarReply("我是", delay_s=delay_s))
    ours = await talk(clock, announcements, far_end)
    await ours.listen(0.5)
    await ours.say(QUESTION)
    await ours.call.mark("end")
    assert await ours.until_speech() == pytest.approx(10 * CHARACTER_S + delay_s + FRAME_S)
    assert far_end.heard == [QUESTION]


async def test_sentences_that_follow_at_once_are_one_turn(
    clock: FakeClock, announcements: Announcements
) -> None:
    far_end = ScriptedFarEnd(FarReply("好"))
    ours = await talk(clock, announcements, far_end)
    await ours.say("您好。")
    await ours.say(QUESTION)
    await ours.listen(5.0)
    assert far_end.heard == ["您好。" + QUESTION]


async def test_a_pause_shorter_than_its_delay_does_not_give_it_the_turn(
    clock: FakeClock, announcements: Announcements
) -> None:
    far_end = ScriptedFarEnd(FarReply("好", delay_s=1.0), FarReply("好的"))
    ours = await talk(clock, announcements, far_end)
    await ours.say("您好")
    assert await ours.listen(0.4 + 0.8) == ""
    await ours.say(QUESTION)
    assert await ours.listen(2.0 + 0.9) == ""
    assert await ours.listen(3.0) == "好好的", "the rest it heard is answered when it has spoken"
    assert far_end.heard == ["您好", QUESTION]


async def test_sound_without_a_caption_says_nothing_to_it(
    clock: FakeClock, announcements: Announcements
) -> None:
    far_end = ScriptedFarEnd(FarReply("好"))
    ours = await talk(clock, announcements, far_end)
    await ours.call.send(Sound(ours.voice.sound("您好")))
    assert await ours.listen(3.0) == ""
    assert far_end.heard == []


async def test_it_talks_over_us_and_goes_on_listening(clock: FakeClock, announcements: Announcements) -> None:
    far_end = ScriptedFarEnd(FarReply("我在开车"), FarReply("好"), cuts_in_after_s=1.0)
    ours = await talk(clock, announcements, far_end)
    await ours.listen(0.1)
    await ours.say(QUESTION)
    assert await ours.until_speech() == pytest.approx(1.0 + 2 * FRAME_S, abs=FRAME_S)
    await ours.listen(4.0)
    assert "".join(far_end.heard) == QUESTION, "we did not stop, and it heard the rest while it spoke"
    assert far_end.heard[0] == QUESTION[:5]


async def test_when_we_stop_it_has_heard_what_was_played(
    clock: FakeClock, announcements: Announcements
) -> None:
    far_end = ScriptedFarEnd(FarReply("我在开车"), FarReply("好"), cuts_in_after_s=1.0)
    ours = await talk(clock, announcements, far_end)
    await ours.listen(0.1)
    await ours.say(QUESTION)
    await ours.listen(1.3)
    await ours.call.clear()
    assert await ours.listen(5.0) == "在开车"
    assert far_end.heard == [QUESTION[:5]], "the rest of a sentence that broke off is no turn of ours"
    await ours.say("好的")
    await ours.listen(5.0)
    assert far_end.heard == [QUESTION[:5], "好的"]


@pytest.mark.parametrize(("cleared", "heard"), [(False, ["您好吗"]), (True, [])])
async def test_what_we_say_while_it_speaks_counts_when_it_is_said_to_the_end(
    clock: FakeClock, announcements: Announcements, cleared: bool, heard: list[str]
) -> None:
    far_end = ScriptedFarEnd(FarReply("好"), greeting=FarReply("喂你好我是张三你哪位啊", delay_s=0.1))
    ours = await talk(clock, announcements, far_end)
    await ours.say("您好吗")
    await ours.listen(0.4)
    if cleared:
        await ours.call.clear()
    await ours.listen(5.0)
    assert far_end.heard == heard


async def test_what_we_clear_was_heard_in_proportion(clock: FakeClock, announcements: Announcements) -> None:
    far_end = ScriptedFarEnd(FarReply("啊？"))
    ours = await talk(clock, announcements, far_end)
    await ours.listen(0.1)
    await ours.say("您好。")
    await ours.say(QUESTION)
    await ours.listen(0.7 + 3 * CHARACTER_S + 0.1)
    await ours.call.clear()
    await ours.listen(2.0)
    assert far_end.heard == ["您好。" + QUESTION[:3]]


async def test_murmurs_do_not_end_its_listening(
    clock: FakeClock, announcements: Announcements, write: Callable[[str], Path]
) -> None:
    everybody = DEFAULT_FILE.read_text(encoding="utf-8").replace("murmur_share: 0.12", "murmur_share: 1")
    assert "murmur_share: 1" in everybody
    far_end = ScriptedFarEnd(FarReply("我是"))
    ours = await talk(clock, announcements, far_end, subscribers=write(everybody))
    await ours.listen(0.1)
    await ours.say(QUESTION)
    assert await ours.listen(2.0) in announcements.people.murmurs
    assert far_end.heard == []
    assert await ours.listen(2.0) == "我是"
    assert far_end.heard == [QUESTION]


async def test_keys_come_after_the_words(clock: FakeClock, announcements: Announcements) -> None:
    far_end = ScriptedFarEnd(FarReply("后四位", keys="12"), FarReply(None, keys="#", hang_up=True))
    ours = await talk(clock, announcements, far_end)
    await ours.listen(0.1)
    await ours.say(QUESTION)
    assert await ours.listen(5.0) == "后四位"
    (first, one), (second, two) = ours.events
    assert (one, two) == (Dtmf("1"), Dtmf("2"))
    assert second - first == pytest.approx(0.3)
    await ours.say(QUESTION)
    with pytest.raises(CallEnded):
        await ours.listen(9.0)
    assert ours.events[-1][1] == Dtmf("#")


async def test_last_words_are_heard_before_it_is_gone(clock: FakeClock, announcements: Announcements) -> None:
    ours = await talk(clock, announcements, ScriptedFarEnd(FarReply("再见", hang_up=True)), channel="mobile")
    await ours.say(QUESTION)
    assert await ours.to_the_end() == "再见"
    assert ours.call.cause is HangupCause.NORMAL
    for gone in (ours.say("喂"), ours.call.clear(), ours.call.mark("m"), ours.call.receive(1.0)):
        with pytest.raises(CallEnded):
            await gone


async def test_a_greeting_can_be_the_last_word(clock: FakeClock, announcements: Announcements) -> None:
    ours = await talk(clock, announcements, ScriptedFarEnd(greeting=FarReply("打错了", hang_up=True)))
    assert await ours.to_the_end() == "打错了"


async def test_it_may_go_in_mid_sentence(clock: FakeClock, announcements: Announcements) -> None:
    far_end = ScriptedFarEnd(FarReply(None, hang_up=True, delay_s=3.0))
    ours = await talk(clock, announcements, far_end)
    await ours.say("您好")
    await ours.listen(1.0)
    await ours.say(QUESTION)
    with pytest.raises(CallEnded):
        await ours.listen(9.0)
    assert ours.now == pytest.approx(2 * CHARACTER_S + 3.0, abs=2 * FRAME_S)


async def test_the_network_loses_a_call(clock: FakeClock, announcements: Announcements) -> None:
    ours = await talk(clock, announcements, ScriptedFarEnd(), behaviour="drops", channel="mobile")
    with pytest.raises(CallEnded):
        await ours.listen(60.0)
    assert ours.call.cause is HangupCause.DROPPED
    await ours.call.hang_up()
    assert ours.call.cause is HangupCause.DROPPED


async def test_hanging_up_ends_it_at_once(clock: FakeClock, announcements: Announcements) -> None:
    ours = await talk(clock, announcements, ScriptedFarEnd(greeting=HELLO))
    await ours.call.hang_up()
    await ours.call.hang_up()
    with pytest.raises(CallEnded):
        await ours.call.receive(1.0)
    assert ours.call.cause is HangupCause.NORMAL


async def test_hanging_up_from_elsewhere_ends_a_wait(clock: FakeClock, announcements: Announcements) -> None:
    ours = await talk(clock, announcements, ScriptedFarEnd(greeting=HELLO))
    await ours.listen(0.1)
    clock.stuck = True
    waiting = asyncio.ensure_future(ours.call.receive(60.0))
    await asyncio.sleep(0)
    await ours.call.hang_up()
    clock.wake()
    with pytest.raises(CallEnded):
        await waiting


async def test_hanging_up_while_its_words_are_being_made_ends_it(
    clock: FakeClock, announcements: Announcements
) -> None:
    class SlowVoice(ChordVoice):
        slow = False
        asked, done = asyncio.Event(), asyncio.Event()

        async def speak(self, text: str, who: str) -> bytes:
            if self.slow:
                self.asked.set()
                await self.done.wait()
            return await super().speak(text, who)

    voice = SlowVoice()
    call = await dial_sound(clock, announcements, "answers", ScriptedFarEnd(FarReply("我是")), voice=voice)
    assert isinstance(await call.answer(), Answered)
    await call.send(Sound(voice.sound(QUESTION), QUESTION))
    voice.slow = True
    ours = Ours(call, clock, voice)
    listening = asyncio.ensure_future(ours.listen(10.0))
    await voice.asked.wait()
    await call.hang_up()
    voice.done.set()
    with pytest.raises(CallEnded):
        await listening
    assert call.cause is HangupCause.NORMAL


async def test_each_call_has_a_connection_drawn_for_it(announcements: Announcements) -> None:
    """Ambient noise tells them apart: clean ones have none."""
    silences = []
    for nth in range(1, 13):
        call = await dial_sound(
            FakeClock(), announcements, "answers", ScriptedFarEnd(), channel=None, nth=nth
        )
        assert isinstance(await call.answer(), Answered)
        frame = await call.receive(1.0)
        assert isinstance(frame, Sound)
        silences.append(level_of(samples(frame.pcm)))
    assert max(silences) - min(silences) > 10


async def test_a_cancelled_wait_loses_no_frame(clock: FakeClock, announcements: Announcements) -> None:
    ours = await talk(clock, announcements, ScriptedFarEnd(), channel="noisy_street")
    await ours.listen(0.1)
    clock.stuck = True
    waiting = asyncio.ensure_future(ours.call.receive(1.0))
    await asyncio.sleep(0)
    waiting.cancel()
    with pytest.raises(asyncio.CancelledError):
        await waiting
    clock.stuck = False
    await ours.listen(1.0)
    other = FakeClock()
    same = await talk(other, announcements, ScriptedFarEnd(), channel="noisy_street")
    await same.listen(1.1)
    assert ours.frames == same.frames


async def test_a_machine_that_is_slow_to_speak_is_found_out_when_it_does(
    clock: FakeClock, announcements: Announcements
) -> None:
    greeting = FarReply(announcements["assistant"].spoken[0], delay_s=3.0)
    ours = await talk(clock, announcements, ScriptedFarEnd(greeting=greeting))
    with pytest.raises(CallEnded):
        await ours.listen(9.0)
    assert ours.call.cause is HangupCause.ASSISTANT


async def test_a_person_may_speak_of_messages_later_in_the_call(
    clock: FakeClock, announcements: Announcements
) -> None:
    far_end = ScriptedFarEnd(FarReply("我在开会"), FarReply("给机主留言，给机主留言"), greeting=HELLO)
    ours = await talk(clock, announcements, far_end)
    for _ in range(2):
        await ours.say(QUESTION)
        await ours.say(QUESTION)
        await ours.listen(8.0)
    assert ours.call.cause is None


async def test_a_sleeping_side_finds_all_that_came_meanwhile(
    clock: FakeClock, announcements: Announcements
) -> None:
    far_end = ScriptedFarEnd(FarReply("我是"))
    ours = await talk(clock, announcements, far_end)
    await ours.say(QUESTION)
    clock.moment += timedelta(seconds=5)
    began = clock.slept_s
    frames = [came for _ in range(250) if isinstance(came := await ours.call.receive(0.0), Sound)]
    assert clock.slept_s == began
    assert len(frames) == 250
    assert [frame.text for frame in frames if frame.text] == ["我是"]


async def test_frames_come_at_their_pace_without_drift(
    clock: FakeClock, announcements: Announcements
) -> None:
    """On a machine that always sleeps 3 ms too long."""
    ours = await talk(clock, announcements, ScriptedFarEnd())
    while await ours.call.receive(0.0) is not None:
        pass
    start = clock.moment
    exact = clock.sleep

    async def oversleeps(seconds: float) -> None:
        await exact(seconds + 0.003)

    clock.sleep = oversleeps  # type: ignore[method-assign]
    for number in range(1, 500):
        assert isinstance(await ours.call.receive(1.0), Sound)
        late = (clock.moment - start).total_seconds() - number * FRAME_S
        assert -1e-6 <= late <= 0.0031


async def test_a_clock_that_is_moved_back_does_not_stop_the_call(
    clock: FakeClock, announcements: Announcements
) -> None:
    ours = await talk(clock, announcements, ScriptedFarEnd())
    await ours.listen(1.0)
    clock.moment -= timedelta(hours=1)
    began = clock.slept_s
    assert isinstance(await ours.call.receive(1.0), Sound)
    assert clock.slept_s - began <= FRAME_S + 1e-9


async def test_calls_at_once_on_a_virtual_clock_are_as_they_are_alone(announcements: Announcements) -> None:
    async def hold(clock: VirtualClock, nth: int) -> list[Sound]:
        with clock.busy():
            far_end = ScriptedFarEnd(FarReply("我是"), FarReply("再见", hang_up=True), greeting=HELLO)
            call = await dial_sound(clock, announcements, "answers", far_end, channel="mobile", nth=nth)
            assert isinstance(await call.answer(), Answered)
            ours = Ours(call, FakeClock(), ChordVoice())
            came: list[Sound] = []
            with suppress(CallEnded):
                while isinstance(sound := await call.receive(1.0), Sound):
                    came.append(sound)
                    if len(came) % 200 == 0:
                        await ours.say(QUESTION)
            return came

    together = VirtualClock(FakeClock().moment)
    at_once = await asyncio.gather(*(hold(together, nth) for nth in range(1, 6)))
    alone = [await hold(VirtualClock(FakeClock().moment), nth) for nth in range(1, 6)]
    assert at_once == alone
    assert all(len(frames) > 400 for frames in alone)


@pytest.mark.parametrize("channel", ["mobile", "bad"])
async def test_the_same_seed_gives_the_same_samples(announcements: Announcements, channel: str) -> None:
    courses = []
    for seed in (1, 1, 2):
        far_end = ScriptedFarEnd(FarReply("我是张三"), FarReply("好"), greeting=HELLO)
        ours = await talk(FakeClock(), announcements, far_end, channel=channel, seed=seed)
        for text in (QUESTION, "谢谢"):
            await ours.say(text)
            await ours.listen(6.0)
        courses.append(ours.frames)
    assert courses[0] == courses[1]
    assert courses[0] != courses[2]


@pytest.mark.parametrize("channel", ["clean", "landline", "mobile", "noisy_street", "speakerphone", "bad"])
async def test_every_connection_keeps_order_and_length_and_can_be_understood(
    clock: FakeClock, announcements: Announcements, channel: str
) -> None:
    far_end = ScriptedFarEnd(FarReply("我是张三你说吧"))
    ours = await talk(clock, announcements, far_end, channel=channel)
    while await ours.call.receive(0.0) is not None:
        pass
    began = ours.now
    await ours.say(QUESTION)
    heard = await ours.listen(10.0)
    assert ours.now - began == pytest.approx(10.0)
    assert len(ours.frames) == pytest.approx(500, abs=3), "late ones are still to come"
    assert len(set(heard) & set("我是张三你说吧")) >= 5, heard


@pytest.mark.parametrize(
    ("settings", "says"),
    [
        ({"channel": "pigeon"}, "no channel 'pigeon'; known: clean"),
        ({"channels": "nowhere.yml"}, r"nowhere\.yml"),
        ({"sounds": True}, "sounds"),
    ],
)
async def test_wrong_settings_are_refused(
    clock: FakeClock, announcements: Announcements, settings: dict[str, Any], says: str
) -> None:
    with pytest.raises(LineConfigError, match=says):
        await dial_sound(clock, announcements, "answers", **settings)
