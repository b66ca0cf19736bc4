"""A voice and an ear for tests: each character is a chord of its own, so that the ear really hears it.

A character lasts 200 ms, 40 ms of which are silent; a mark of punctuation is a pause of 300 ms.
"""

from __future__ import annotations

from collections import Counter
from itertools import count

import numpy as np

from telephony.pcm import FRAME_BYTES, FRAME_SAMPLES, RATE, Floats, pcm_of, samples

SOUNDING, SILENT, PAUSE = 8, 2, 15  # frames
CHARACTER_S = (SOUNDING + SILENT) * 0.02
_LOW, _HIGH = np.arange(12, 36), np.arange(37, 61)  # bins of 50 Hz
_AMPLITUDE = 4000.0


class Alphabet:
    """Gives every character a chord."""

    def __init__(self) -> None:
        self._chords: dict[str, tuple[int, int]] = {}
        self._characters: dict[tuple[int, int], str] = {}
        self._next = count()

    def chord(self, character: str) -> tuple[int, int]:
        if character not in self._chords:
            low, high = divmod(next(self._next), len(_HIGH))
            self._chords[character] = int(_LOW[low]), int(_HIGH[high])
            self._characters[self._chords[character]] = character
        return self._chords[character]

    def character(self, chord: tuple[int, int]) -> str:
        return self._characters.get(chord, "")


class ChordVoice:
    """Speaks in chords. ``spoken`` keeps what it was asked for, with whose voice."""

    def __init__(self, alphabet: Alphabet | None = None) -> None:
        self.alphabet = alphabet or Alphabet()
        self.spoken: list[tuple[str, str]] = []

    async def speak(self, text: str, who: str) -> bytes:
        self.spoken.append((text, who))
        return self.sound(text)

    def sound(self, text: str) -> bytes:
        return pcm_of(np.concatenate([self._character(c) for c in text] or [np.zeros(0, dtype=np.float32)]))

    def _character(self, character: str) -> Floats:
        if not character.isalnum():
            return np.zeros(PAUSE * FRAME_SAMPLES, dtype=np.float32)
        time = np.arange(SOUNDING * FRAME_SAMPLES) / RATE
        chord = sum(np.sin(2 * np.pi * 50 * number * time) for number in self.alphabet.chord(character))
        silent = np.zeros(SILENT * FRAME_SAMPLES)
        return np.concatenate([_AMPLITUDE * np.asarray(chord), silent]).astype(np.float32)


class ChordEar:
    """Understands chords, in noise and through a telephone. ``fed_s`` is how much it had to listen to."""

    def __init__(self, alphabet: Alphabet) -> None:
        self._alphabet = alphabet
        self._votes: Counter[tuple[int, int]] = Counter()
        self._text = ""
        self.fed_s = 0.0
        self.open = True

    async def feed(self, pcm: bytes) -> str:
        assert self.open
        self.fed_s += len(pcm) / (2 * RATE)
        for at in range(0, len(pcm), FRAME_BYTES):
            self._hear(samples(pcm[at : at + FRAME_BYTES]))
        return self._text

    async def finish(self) -> str:
        self._end()
        text, self._text = self._text, ""
        return text

    async def close(self) -> None:
        self.open = False

    def _hear(self, frame: Floats) -> None:
        power = np.abs(np.fft.rfft(frame, FRAME_SAMPLES)) ** 2
        low, high = _LOW[np.argmax(power[_LOW])], _HIGH[np.argmax(power[_HIGH])]
        if power[low] + power[high] > 0.5 * power.sum() > 0 and power[low] > 0.1 * power[high]:
            self._votes[int(low), int(high)] += 1
        else:
            self._end()

    def _end(self) -> None:
        if self._votes and self._votes.total() >= SOUNDING // 2:
            self._text += self._alphabet.character(self._votes.most_common(1)[0][0])
        self._votes.clear()


class ChordEars:
    """Gives ears, at most ``places`` of them at a time; the next gets none."""

    def __init__(self, alphabet: Alphabet, places: int = 100) -> None:
        self._alphabet, self._places = alphabet, places
        self.opened: list[ChordEar] = []

    async def open(self) -> ChordEar | None:
        if sum(ear.open for ear in self.opened) >= self._places:
            return None
        self.opened.append(ChordEar(self._alphabet))
        return self.opened[-1]
