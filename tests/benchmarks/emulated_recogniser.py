"""A recogniser that costs what a real one costs and knows what the benchmark's callers say.

The cost: processor time in proportion to the sound that it is fed, spent in a thread that lets go of the
interpreter lock, as native engines do. The words: what it has heard is compared, in four bands of energy,
with the callers' script, and the script's words come as late as a real engine would bring them. The same
class serves every server that is compared, whatever make; it needs only numpy and the port's types.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import chain, pairwise

import numpy as np
from numpy.typing import NDArray

from bot.asr.recognizer import Hypothesis, Recognition
from tests.benchmarks.caller_script import FRAME, RATE, Samples, Script, Utterance, Word

FRAME_S = FRAME / RATE
PARTIAL_LAG_S = 0.42
"""After its end a word shows in Vosk's partial results (median; ``speech.md`` of the reference pages)."""

FINISH_S = 0.03
"""Processor time of reading out an utterance: 24 to 65 ms with Vosk."""

_BANDS_HZ = (300, 700, 1500, 2500, 3400)
# In powers of ten of energy, of which one is 10 dB.
_AUDIBLE = 9.0  # some 30 dB below the loudest of speech: what is softer is the line's own noise
_LOUD = 1.2  # below the loudest frame: surely speech
_DEEP = 2.0  # below the loudest frame: noise, in which nothing is told apart
_ALIKE = 0.3  # mean difference of what is the same
_ENOUGH = 4  # loud frames before anything can be told apart
_APART = 8  # frames of silence between bursts of sound
_SOFT = 16  # frames before the first loud one: a fricative is a third of a second

Features = NDArray[np.float64]  # frames by bands


@dataclass(frozen=True)
class Place:
    """Where in which utterance the caller is: ``at_s`` of its sound have been said."""

    utterance: Utterance
    from_s: float
    at_s: float


class Matcher:
    """Tells which part of which utterance a stretch of sound is."""

    def __init__(self, script: Script) -> None:
        self._starts: list[tuple[Utterance, int]] = []
        known: list[Features] = []
        for utterance in script.utterances:
            heard = features(utterance.sound)
            for start_s in (utterance.speech_s[0], *(end for _, end in utterance.pauses_s)):
                first = int(start_s / FRAME_S)
                self._starts.append((utterance, first))
                known.append(heard[first:])
        # All are as long as the longest and a little: behind its end each is silent.
        longest = max(map(len, known)) + _APART
        self._known = np.zeros((len(known), longest, len(_BANDS_HZ) - 1))
        for row, sound in zip(self._known, known, strict=True):
            row[: len(sound)] = sound

    def place(self, heard: Features) -> Place | None:
        """The place that ``heard``, everything since the last one, leads to. None: nothing known was said."""
        loudest = float(heard.max()) if len(heard) else 0.0
        if loudest < _AUDIBLE:
            return None
        spoken = np.flatnonzero(heard.max(axis=1) > loudest - _LOUD)
        if len(spoken) < _ENOUGH:
            return None
        floor = loudest - _DEEP
        clear = np.maximum(heard, floor)
        # The first burst that leads anywhere: before it may lie the tail of what was read out already.
        later = (int(after) for before, after in pairwise(spoken) if after - before > _APART)
        bursts = chain([int(spoken[0])], later)
        return next(filter(None, (self._from(burst, clear, floor) for burst in bursts)), None)

    def _from(self, burst: int, heard: Features, floor: float) -> Place | None:
        """The place that ``heard`` leads to from the burst of sound at frame ``burst``."""
        best: tuple[float, int, int] | None = None
        # Speech may begin softly: before the first frame that is loud.
        for begin in range(max(0, burst - _SOFT), min(burst + 2, len(heard) - _ENOUGH)):
            distances = self._distances(heard[begin:], floor)
            row = int(distances.argmin())
            if best is None or distances[row] < best[0]:
                best = (float(distances[row]), row, begin)
        if best is None or best[0] > _ALIKE:
            return None
        _, row, begin = best
        utterance, first = self._starts[row]
        return Place(utterance, first * FRAME_S, (first + len(heard) - begin) * FRAME_S)

    def _distances(self, heard: Features, floor: float) -> NDArray[np.float64]:
        """From every start: the mean difference, where there is sound in either."""
        heard = heard[: self._known.shape[1]]
        there = np.maximum(self._known[:, : len(heard)], floor)
        differences = np.abs(heard - there).mean(axis=2)
        sounding = np.maximum(there.max(axis=2), heard.max(axis=1)) > floor
        means: NDArray[np.float64] = (differences * sounding).sum(axis=1) / np.maximum(
            sounding.sum(axis=1), 1
        )
        return means


def features(sound: Samples) -> Features:
    """Log energies of four bands for every whole frame of 20 ms."""
    frames = sound[: len(sound) // FRAME * FRAME].reshape(-1, FRAME).astype(np.float64)
    power = np.abs(np.fft.rfft(frames, axis=1)) ** 2
    edges = [round(hertz * FRAME / RATE) for hertz in _BANDS_HZ]
    bands = [power[:, low:high].sum(axis=1) for low, high in pairwise(edges)]
    return np.log10(np.stack(bands, axis=1) + 1.0)


class EmulatedRecognizer:
    """A ``bot.asr.recognizer.Recognizer``. ``rtf``: processor seconds for a second of sound."""

    def __init__(
        self, script: Script, *, rtf: float = 0.07, finish_s: float = FINISH_S, threads: int = 2
    ) -> None:
        self._matcher = Matcher(script)
        self._rtf = rtf
        self._finish_s = finish_s
        self._pool = ThreadPoolExecutor(threads, thread_name_prefix="recognises")

    @property
    def name(self) -> str:
        return f"emulated, RTF {self._rtf}"

    async def open(self, phrases: Sequence[str] = ()) -> EmulatedStream:
        return EmulatedStream(self._matcher, self._pool, self._rtf, self._finish_s)


class EmulatedStream:
    """A ``bot.asr.recognizer.RecognizerStream``."""

    def __init__(self, matcher: Matcher, pool: ThreadPoolExecutor, rtf: float, finish_s: float) -> None:
        self._matcher = matcher
        self._pool = pool
        self._rtf = rtf
        self._finish_s = finish_s
        self._heard = np.empty((0, len(_BANDS_HZ) - 1))
        self._rest = b""
        self._owed_s = 0.0

    async def feed(self, pcm: bytes) -> str:
        return await asyncio.get_running_loop().run_in_executor(self._pool, self._feed, pcm)

    async def finish(self) -> Recognition:
        text = await asyncio.get_running_loop().run_in_executor(self._pool, self._finish)
        return Recognition((Hypothesis(text),)) if text else Recognition()

    async def reset(self) -> None:
        self._heard, self._rest = self._heard[:0], b""

    async def close(self) -> None:
        await self.reset()

    def _feed(self, pcm: bytes) -> str:
        with self._worth(self._rtf * len(pcm) / (2 * RATE)):
            pcm = self._rest + pcm
            whole = len(pcm) // (2 * FRAME) * 2 * FRAME
            self._rest = pcm[whole:]
            self._heard = np.concatenate([self._heard, features(np.frombuffer(pcm[:whole], dtype="<i2"))])
            return self._words(lambda word: word.end_s + PARTIAL_LAG_S)

    def _finish(self) -> str:
        with self._worth(self._finish_s):
            text = self._words(lambda word: (word.start_s + word.end_s) / 2)
            self._heard, self._rest = self._heard[:0], b""
            return text

    def _words(self, known_s: Callable[[Word], float]) -> str:
        """The words that can be told by now; ``known_s``: when one can."""
        place = self._matcher.place(self._heard)
        if place is None:
            return ""
        until_s = place.at_s + FRAME_S
        said = (word for word in place.utterance.words if place.from_s - FRAME_S <= word.start_s)
        return "".join(word.text for word in said if known_s(word) <= until_s)

    @contextmanager
    def _worth(self, seconds: float) -> Iterator[None]:
        """Make the block cost so much of this thread's time; what it cost too much is kept for the next."""
        began = time.thread_time()
        yield
        self._owed_s += seconds
        while time.thread_time() - began < self._owed_s:
            np.exp(_LOAD, out=_SCRATCH)
        self._owed_s -= time.thread_time() - began


# One step is about half a millisecond, and holds no lock meanwhile; what it computes is of no interest.
_LOAD = np.linspace(0.0, 1.0, 1 << 16)
_SCRATCH = np.empty_like(_LOAD)
