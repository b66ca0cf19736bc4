"""Screening of real voices, and with a real recogniser as its ear."""

from __future__ import annotations

import json
from pathlib import Path
from random import Random

import numpy as np
import pytest

from telephony.pcm import FRAME_SAMPLES, Floats, pcm_of
from telephony.playout import NOTHING
from telephony.recordings import read_recording
from telephony.screening import Screening, Verdict
from telephony.simulated.sound.channel import Channel
from telephony.simulated.sound.voices import levelled
from tests.unit.telephony.test_announcements import SHIPPED
from tests.unit.telephony.test_screening import CHANNELS, NOISE

DATA = Path(__file__).parents[4] / "shared" / "test-data"
WORDS, MODEL = DATA / "audio" / "words_16k", DATA / "asr" / "vosk-zh-tiny"

pytestmark = [
    pytest.mark.external,
    pytest.mark.skipif(not WORDS.is_dir(), reason="the recorded words of ../shared/test-data are missing"),
]


def words() -> list[bytes]:
    return [pcm_of(read_recording(file)) for file in sorted(WORDS.glob("*.flac"))]


async def verdict(screening: Screening, channel: str, speech: list[bytes]) -> Verdict | None:
    """What is made of ``speech``, without pauses, after 0.4 s; two seconds of silence follow."""
    profile = CHANNELS[channel]
    sound = np.concatenate([levelled(pcm, profile) for pcm in speech])
    line = Channel(profile, NOISE[channel], Random(1))
    frames: list[Floats | None] = [None] * 20 + list(sound.reshape(-1, FRAME_SAMPLES)) + [None] * 100
    for frame in frames:
        if await screening.feed(line.carry(frame, NOTHING)) is not None:
            break
    await screening.close()
    return screening.verdict


@pytest.mark.parametrize("channel", CHANNELS)
async def test_no_word_of_a_real_voice_is_taken_for_a_beep(channel: str) -> None:
    spoken = words()
    assert len(spoken) == 49
    found = [await verdict(Screening(SHIPPED), channel, [word]) for word in spoken]
    assert found == [Verdict.PERSON] * 49


async def test_a_real_voice_that_talks_on_is_more_likely_a_machines() -> None:
    spoken = words()
    assert await verdict(Screening(SHIPPED), "mobile", spoken[:3]) is Verdict.PERSON
    assert await verdict(Screening(SHIPPED), "mobile", spoken[:12]) is Verdict.MACHINE


class VoskEar:
    """The real recogniser, as an ear."""

    def __init__(self, model: object) -> None:
        import vosk

        self._recognizer = vosk.KaldiRecognizer(model, 8000)

    async def feed(self, pcm: bytes) -> str:
        self._recognizer.AcceptWaveform(pcm)
        return str(json.loads(self._recognizer.PartialResult()).get("partial", "")).replace(" ", "")

    async def finish(self) -> str:
        return str(json.loads(self._recognizer.FinalResult())["text"]).replace(" ", "")

    async def close(self) -> None:
        self._recognizer = None


class VoskEars:
    def __init__(self) -> None:
        vosk = pytest.importorskip("vosk")
        vosk.SetLogLevel(-1)
        self._model = vosk.Model(str(MODEL))

    async def open(self) -> VoskEar:
        return VoskEar(self._model)


@pytest.mark.skipif(not MODEL.is_dir(), reason="the recogniser's model of ../shared/test-data is missing")
async def test_a_real_ear_understands_what_a_real_voice_says() -> None:
    ears, spoken = VoskEars(), words()
    no_machine = Screening(SHIPPED, ears)
    assert await verdict(no_machine, "mobile", [spoken[0]]) is Verdict.PERSON
    assert no_machine.heard == "可以"
    talks_on = Screening(SHIPPED, ears)
    assert await verdict(talks_on, "mobile", spoken[:12]) is Verdict.MACHINE
    assert len(talks_on.heard) >= 6
