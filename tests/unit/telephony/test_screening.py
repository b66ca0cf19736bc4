"""Who picked up: no machine is spoken to, and no person is kept waiting."""

from __future__ import annotations

from random import Random

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from telephony.announcements import Announcements
from telephony.beep import BeepListener
from telephony.pcm import FRAME_BYTES, RATE, SILENCE, pcm_of, rms_at
from telephony.playout import NOTHING
from telephony.screening import Screening, Verdict
from telephony.simulated.sound.ambience import noise
from telephony.simulated.sound.channel import Channel
from telephony.simulated.sound.profile import load_channels
from telephony.simulated.sound.voices import levelled
from tests.unit.telephony.spoken import CHARACTER_S, ChordEars, ChordVoice
from tests.unit.telephony.test_announcements import SHIPPED

CHANNELS = load_channels().profiles
NOISE = {name: noise(p.noise, p.speech_dbm0, 1) if p.noise else None for name, p in CHANNELS.items()}
ON_CHANNELS = pytest.mark.parametrize("channel", CHANNELS)
HEARING = pytest.mark.parametrize("hearing", [True, False])
MACHINES = SHIPPED["assistant"].spoken
GREETINGS = ["喂", "喂，你好", "你好", "您好", "喂，哪位", "哪里啊", "说", "喂你好我是张三", "等一下啊"]


def tone(hertz: float, seconds: float, dbm0: float = -12.0) -> bytes:
    time = np.arange(round(seconds * RATE)) / RATE
    return pcm_of(np.sqrt(2) * rms_at(dbm0) * np.sin(2 * np.pi * hertz * time))


class PickUp:
    """One call that is screened, frame by frame."""

    def __init__(
        self, known: Announcements = SHIPPED, *, hearing: bool = True, channel: str = "clean", seed: int = 1
    ) -> None:
        self.voice = ChordVoice()
        self.ears = ChordEars(self.voice.alphabet)
        self.screening = Screening(known, self.ears if hearing else None)
        self._profile = CHANNELS[channel]
        self._channel = Channel(self._profile, NOISE[channel], Random(seed))
        self.took_s = 0.0

    async def silence(self, seconds: float) -> Verdict | None:
        """For so long, or up to the verdict."""
        return await self._hear([None] * round(seconds / 0.02))

    async def says(self, text: str) -> Verdict | None:
        return await self._hear(list(levelled(self.voice.sound(text), self._profile).reshape(-1, 160)))

    async def plays(self, pcm: bytes) -> Verdict | None:
        return await self._hear(list(np.frombuffer(pcm, "<i2").astype(np.float32).reshape(-1, 160)))

    async def _hear(
        self, frames: list[np.ndarray[tuple[int], np.dtype[np.float32]]] | list[None]
    ) -> Verdict | None:
        for frame in frames:
            if self.screening.verdict is not None:
                break
            await self.screening.feed(self._channel.carry(frame, NOTHING))
            self.took_s += 0.02
        return self.screening.verdict


@ON_CHANNELS
@HEARING
@pytest.mark.parametrize("text", MACHINES)
async def test_no_machine_is_taken_for_a_person(channel: str, hearing: bool, text: str) -> None:
    for seed, lead_s in enumerate((0.0, 0.3, 1.5)):
        pick_up = PickUp(hearing=hearing, channel=channel, seed=seed)
        await pick_up.silence(lead_s)
        await pick_up.says(text)
        assert await pick_up.silence(3.0) is Verdict.MACHINE
        assert pick_up.took_s < lead_s + 4.6
        if hearing:
            assert pick_up.screening.heard
            assert not any(ear.open for ear in pick_up.ears.opened), "a verdict that stands needs no ear"


@ON_CHANNELS
@HEARING
@pytest.mark.parametrize("text", GREETINGS)
async def test_a_person_is_answered_soon_after_their_greeting(channel: str, hearing: bool, text: str) -> None:
    pick_up = PickUp(hearing=hearing, channel=channel)
    await pick_up.silence(0.4)
    await pick_up.says(text)
    assert await pick_up.silence(3.0) is Verdict.PERSON
    said_s = 0.4 + sum(CHARACTER_S if c.isalnum() else 0.3 for c in text)
    assert pick_up.took_s <= said_s + 0.75
    if hearing and SHIPPED.is_greeting(text):
        assert pick_up.took_s <= said_s + 0.35


async def test_holes_in_the_noise_make_no_speech_of_it() -> None:
    """Where packets are lost the noise breaks off: what follows is no louder than before."""
    for seed in range(40):
        pick_up = PickUp(hearing=False, channel="bad", seed=seed)
        await pick_up.silence(0.4)
        await pick_up.says("喂")
        assert await pick_up.silence(8.0) is Verdict.PERSON


async def test_hello_is_answered_while_it_is_still_being_said() -> None:
    pick_up = PickUp()
    assert await pick_up.says("喂你好请问哪位") is Verdict.PERSON
    assert pick_up.took_s <= 2 * CHARACTER_S


@ON_CHANNELS
async def test_nobody_waits_longer_than_two_seconds_for_a_word(channel: str) -> None:
    pick_up = PickUp(channel=channel)
    assert await pick_up.silence(5.0) is Verdict.SILENCE
    assert pick_up.took_s == pytest.approx(2.0, abs=0.001)
    assert pick_up.ears.opened == [], "no speech, no ear"


async def test_a_click_is_not_a_word() -> None:
    pick_up = PickUp()
    await pick_up.plays(tone(1000.0, 0.04))
    assert await pick_up.silence(5.0) is Verdict.SILENCE


async def test_a_long_sentence_that_is_no_machines_is_heard_to_its_pause() -> None:
    pick_up = PickUp()
    await pick_up.says("你好我在开会有事等会再打来行不行")
    assert await pick_up.silence(2.0) is Verdict.PERSON


async def test_without_an_ear_a_long_sentence_is_more_likely_a_machines() -> None:
    pick_up = PickUp(hearing=False)
    await pick_up.silence(0.5)
    assert await pick_up.says("你好我在开会有事等会再打来行不行") is Verdict.MACHINE
    assert pick_up.took_s == pytest.approx(3.5, abs=0.1)


async def test_no_ear_free_is_as_good_as_none() -> None:
    pick_up = PickUp()
    pick_up.screening = Screening(SHIPPED, ChordEars(pick_up.voice.alphabet, places=0))
    assert await pick_up.says(MACHINES[0]) is Verdict.MACHINE


async def test_one_word_of_a_machine_makes_nobody_one_and_a_sure_word_does() -> None:
    pick_up = PickUp()
    await pick_up.says("你给我留言")
    assert await pick_up.silence(4.0) is Verdict.PERSON
    pick_up = PickUp()
    await pick_up.says("通信助理")
    assert await pick_up.silence(1.0) is Verdict.MACHINE


async def test_a_doubtful_word_is_given_time_to_be_followed_by_another() -> None:
    pick_up = PickUp()
    await pick_up.says("请留言")
    assert await pick_up.silence(1.2) is None
    assert await pick_up.says("请在提示音后") is Verdict.MACHINE


@HEARING
@pytest.mark.parametrize("hertz", [400.0 + 100 * n for n in (2, 4, 6, 10, 16)])
async def test_a_beep_is_a_machines(hearing: bool, hertz: float) -> None:
    pick_up = PickUp(hearing=hearing)
    await pick_up.silence(0.5)
    assert await pick_up.plays(tone(hertz, 0.5)) is Verdict.MACHINE
    assert pick_up.took_s < 0.8


def test_neither_speech_nor_a_networks_tone_is_a_beep() -> None:
    voice, listener = ChordVoice(), BeepListener()
    for pcm in [voice.sound(text) for text in MACHINES] + [tone(450.0, 2.0), tone(3000.0, 1.0), bytes(3200)]:
        frames = range(0, len(pcm) - FRAME_BYTES + 1, FRAME_BYTES)
        assert not any(listener.feed(pcm[at : at + FRAME_BYTES]) for at in frames)


async def test_a_machine_that_spoke_late_is_still_found_out_by_its_words() -> None:
    pick_up = PickUp()
    assert await pick_up.silence(2.5) is Verdict.SILENCE
    await pick_up.screening.feed(pick_up.voice.sound(MACHINES[0]))
    assert pick_up.screening.verdict is Verdict.MACHINE


async def test_later_words_are_no_longer_listened_to() -> None:
    pick_up = PickUp()
    await pick_up.silence(2.5)
    await pick_up.screening.feed(SILENCE * 500)
    await pick_up.screening.feed(pick_up.voice.sound(MACHINES[0]))
    assert pick_up.screening.verdict is Verdict.SILENCE
    assert pick_up.ears.opened == []


async def test_closing_gives_the_ear_back_and_is_harmless_twice() -> None:
    pick_up = PickUp()
    await pick_up.silence(0.5)
    await pick_up.says("你是")
    assert [ear.open for ear in pick_up.ears.opened] == [True]
    await pick_up.screening.close()
    await pick_up.screening.close()
    assert [ear.open for ear in pick_up.ears.opened] == [False]


def test_no_machine_says_a_persons_greeting() -> None:
    for entry in SHIPPED:
        for text in (*entry.spoken, *entry.keywords, *entry.unmistakable):
            assert not SHIPPED.is_greeting(text), text


@given(
    st.lists(st.sampled_from(["silence", "hiss", "speech", "tone"]), min_size=1, max_size=30), st.booleans()
)
async def test_there_is_a_verdict_in_time_whatever_is_heard(parts: list[str], hearing: bool) -> None:
    pick_up = PickUp(hearing=hearing)
    random = np.random.default_rng(len(parts))
    sounds = {
        "silence": SILENCE * 17,
        "hiss": pcm_of(random.normal(0, 3000, 160 * 17)),
        "speech": pick_up.voice.sound("好的"),
        "tone": tone(450.0, 0.34),
    }
    for number in range(60):
        verdict = await pick_up.plays(sounds[parts[number % len(parts)]])
    assert verdict is not None
    assert pick_up.took_s <= 8.001
