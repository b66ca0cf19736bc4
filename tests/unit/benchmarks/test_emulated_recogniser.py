"""The emulated recogniser finds what its callers say, in time and in pieces, at the cost it was given."""

from __future__ import annotations

import time

import numpy as np
import pytest

from telephony.g711 import ulaw_decode, ulaw_encode
from tests.benchmarks.caller_script import RATE, Samples, Script, Utterance, Word
from tests.benchmarks.emulated_recogniser import PARTIAL_LAG_S, EmulatedRecognizer, EmulatedStream


def _speech(seconds: float, seed: int) -> Samples:
    """Noise whose bands go up and down as those of speech do."""
    chance = np.random.default_rng(seed)
    spectrum = np.fft.rfft(chance.normal(0, 1, round(seconds * RATE)))
    hertz = np.fft.rfftfreq(round(seconds * RATE), 1 / RATE)
    sound = np.zeros(round(seconds * RATE))
    at, steps = np.arange(len(sound)), np.arange(0, len(sound) + 800, 800)
    for low, high in ((300, 700), (700, 1500), (1500, 2500), (2500, 3400)):
        band = np.fft.irfft(np.where((hertz >= low) & (hertz < high), spectrum, 0), len(sound))
        sound += band * np.interp(at, steps, chance.uniform(0.2, 2.0, len(steps)))
    speech: Samples = (sound * 2600 / sound.std()).clip(-32768, 32767).astype(np.int16)
    return speech


def _utterance(name: str, text: str, seed: int, *, pause: bool = False) -> Utterance:
    half = [_speech(1.0, seed), _speech(1.0, seed + 1)]
    between = np.zeros(round(0.8 * RATE) if pause else 0, np.int16)
    sound = np.concatenate([half[0], between, half[1]])
    shift = len(between) / RATE
    words = tuple(
        Word(sign, i / 2 + (shift if i > 1 else 0), (i + 1) / 2 + (shift if i > 1 else 0))
        for i, sign in enumerate(text)
    )
    pauses = ((1.0, 1.0 + shift),) if pause else ()
    return Utterance(name, text, sound, (0.0, len(sound) / RATE), pauses, words, "r", None)


UTTERANCES = (
    _utterance("a", "甲乙丙丁", 1),
    _utterance("b", "东南西北", 11, pause=True),
    _utterance("c", "春夏秋冬", 21),
)
SCRIPT = Script(UTTERANCES, {}, "r", np.zeros(RATE, np.int16))


def _line(sound: Samples, before_s: float = 0.4, after_s: float = 0.6) -> bytes:
    """As it comes from the line: with silence and a hiss around it, in µ-law."""
    hiss = np.random.default_rng(7).normal(0, 6, round((before_s + after_s) * RATE) + len(sound))
    hiss[round(before_s * RATE) : round(before_s * RATE) + len(sound)] += sound
    return ulaw_decode(ulaw_encode(np.rint(hiss).clip(-32768, 32767).astype("<i2").tobytes()))


async def _open(rtf: float = 0.0) -> EmulatedStream:
    return await EmulatedRecognizer(SCRIPT, rtf=rtf, finish_s=0.0).open()


@pytest.mark.parametrize("utterance", UTTERANCES, ids=lambda utterance: utterance.id)
async def test_it_knows_its_callers_again_and_again(utterance: Utterance) -> None:
    stream = await _open()
    for _ in range(2):
        await stream.feed(_line(utterance.sound))
        assert (await stream.finish()).text == utterance.text


async def test_an_utterance_in_two_pieces_is_read_out_in_two() -> None:
    stream = await _open()
    line = _line(UTTERANCES[1].sound)
    cut = round((0.4 + 1.5) * RATE) * 2
    await stream.feed(line[:cut])
    assert (await stream.finish()).text == "东南"
    await stream.feed(line[cut:])
    assert (await stream.finish()).text == "西北"


async def test_the_tail_of_what_was_read_out_does_no_harm() -> None:
    stream = await _open()
    line = _line(UTTERANCES[0].sound)
    cut = round((0.4 + 1.7) * RATE) * 2
    await stream.feed(line[:cut])
    assert (await stream.finish()).text == "甲乙丙"
    await stream.feed(line[cut:] + _line(UTTERANCES[2].sound))
    assert (await stream.finish()).text == UTTERANCES[2].text


async def test_words_show_late_and_one_by_one() -> None:
    stream = await _open()
    line = _line(UTTERANCES[0].sound, before_s=0.4)
    shown: dict[str, float] = {}
    for at in range(0, len(line), 640):
        text = await stream.feed(line[at : at + 640])
        shown.setdefault(text, (at + 640) / (2 * RATE) - 0.4)
    assert list(shown) == ["", "甲", "甲乙", "甲乙丙", "甲乙丙丁"]
    ends = np.array([0.5, 1.0, 1.5, 2.0])
    assert list(shown.values())[1:] == pytest.approx(ends + PARTIAL_LAG_S, abs=0.05)


async def test_silence_and_strangers_are_nothing() -> None:
    stream = await _open()
    await stream.feed(_line(np.zeros(RATE, np.int16)))
    assert (await stream.finish()).text == ""
    await stream.feed(_line(_speech(2.0, 99)))
    assert (await stream.finish()).text == ""
    await stream.feed(_line(UTTERANCES[0].sound))
    await stream.reset()
    assert (await stream.finish()).text == ""


async def test_it_costs_what_it_was_told() -> None:
    stream = await _open(rtf=0.1)
    line = _line(np.zeros(RATE, np.int16))
    before = time.process_time()
    for at in range(0, len(line), 1600):
        await stream.feed(line[at : at + 1600])
    assert time.process_time() - before >= 0.09 * len(line) / (2 * RATE)
