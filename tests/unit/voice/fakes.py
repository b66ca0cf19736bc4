"""A line, a voice and a recogniser for the tests of a call by voice, all in the time of its frames.

Sound that says something carries it: the first frame of each character holds its code, which the fake
recogniser reads. To voice activity it is the sound of a vowel.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Final

import numpy as np

from bot.asr.recognizer import Hypothesis, Recognition
from bot.audio.pcm import FRAME_BYTES, FRAME_S, RATE, from_samples, silence
from bot.channel import HungUpError, Keys
from bot.dialogue.manner import Manner
from bot.errors import RecognizerError, SynthesisError
from bot.voice.ports import Frame, Played

MARK: Final = 12345
FRAMES_A_CHARACTER: Final = 10
CHARACTER_S: Final = FRAMES_A_CHARACTER * FRAME_S
ENVELOPE: Final = np.concatenate([np.linspace(0.1, 1, 320), np.ones(960), np.linspace(1, 0.1, 320)])
"""A syllable rises and falls: steady sound is taken for noise."""


def vowel(duration_s: float, level: float = 4000.0) -> bytes:
    """The sound of an open vowel, which WebRTC's detector takes for speech."""
    t = np.arange(round(duration_s * RATE)) / RATE
    wave = np.zeros_like(t)
    for harmonic in range(1, 25):
        frequency = 140.0 * harmonic
        gain = sum(np.exp(-(((frequency - f) / 250.0) ** 2)) for f in (700.0, 1200.0, 2600.0))
        wave += gain * np.sin(2 * np.pi * frequency * t)
    return from_samples(wave / np.abs(wave).max() * level * 2)


def speech(text: str) -> bytes:
    """``text`` as sound: 0.2 s a character. A space is a pause of the same length."""
    sound = bytearray()
    for character in text:
        if character == " ":
            sound += silence(CHARACTER_S)
            continue
        piece = np.frombuffer(vowel(CHARACTER_S), dtype="<i2") * ENVELOPE
        piece[0], piece[1] = MARK, ord(character) - 0x4E00
        sound += from_samples(piece)
    return bytes(sound)


def words_in(pcm: bytes) -> str:
    """What ``speech`` put into ``pcm``."""
    values = np.frombuffer(pcm, dtype="<i2").astype(int)
    return "".join(chr(values[i + 1] + 0x4E00) for i in range(0, len(values) - 1, 160) if values[i] == MARK)


def noise(duration_s: float, level: float = 400.0, seed: int = 1) -> bytes:
    """White noise."""
    return from_samples(np.random.default_rng(seed).normal(0, level, round(duration_s * RATE)))


@dataclass
class Happening:
    """Something the far end does at ``at`` seconds: sound, keys or hanging up."""

    at: float
    sound: bytes = b""
    keys: str = ""
    hangs_up: bool = False
    lost_s: float = 0.0  # so long no frames come at all


@dataclass
class FakeLine:
    """A far end that does what it is told when it is told, and plays what it is sent, frame by frame."""

    happenings: list[Happening] = field(default_factory=list)
    noise: bytes = b""  # under everything, over and over
    marks_work: bool = True
    ends_at: float = 600.0

    def __post_init__(self) -> None:
        self.at = 0.0
        self.queue: list[tuple[str, bytes | str]] = []  # ("sound", pcm) or ("mark", name)
        self.played = bytearray()  # what the far end heard of us, silence included
        self.said: list[tuple[float, str]] = []  # (when it began to be sent, words)
        self.hung_up = False
        self._incoming = bytearray()
        self._ready: list[Keys | Played] = []

    def now(self) -> datetime:
        return datetime(2026, 11, 23, 2, 0, tzinfo=UTC) + timedelta(seconds=self.at)

    async def receive(self, timeout_s: float) -> Frame | Keys | Played | None:
        self._check()
        if self._ready:
            return self._ready.pop(0)
        lost = next((h for h in self.happenings if h.lost_s and h.at <= self.at < h.at + h.lost_s), None)
        if lost is not None:
            self.at += timeout_s
            return None
        self.at = round(self.at + FRAME_S, 6)
        self._play_frame()
        for happening in [h for h in self.happenings if h.at <= self.at and not h.lost_s]:
            self.happenings.remove(happening)
            self._incoming += happening.sound
            self._ready += [Keys(key) for key in happening.keys]
            if happening.hangs_up:
                self.hung_up = True
                raise HungUpError
        frame = bytes(self._incoming[:FRAME_BYTES]).ljust(FRAME_BYTES, b"\0")
        del self._incoming[:FRAME_BYTES]
        if self.noise:
            start = round(self.at / FRAME_S) * FRAME_BYTES % (len(self.noise) - FRAME_BYTES)
            under = np.frombuffer(self.noise[start : start + FRAME_BYTES], dtype="<i2").astype(int)
            over = np.frombuffer(frame, dtype="<i2").astype(int)
            frame = from_samples(under + over) if not over.any() else frame
        return Frame(frame)

    def _play_frame(self) -> None:
        self._pass_marks()
        if self.queue:
            kind, pcm = self.queue[0]
            assert kind == "sound"
            assert isinstance(pcm, bytes)
            self.played += pcm[:FRAME_BYTES].ljust(FRAME_BYTES, b"\0")
            if len(pcm) > FRAME_BYTES:
                self.queue[0] = ("sound", pcm[FRAME_BYTES:])
            else:
                self.queue.pop(0)
        else:
            self.played += bytes(FRAME_BYTES)
        self._pass_marks()

    def _pass_marks(self) -> None:
        while self.queue and self.queue[0][0] == "mark":
            name = self.queue.pop(0)[1]
            if self.marks_work:
                self._ready.append(Played(str(name)))

    async def send(self, pcm: bytes, text: str) -> None:
        self._check()
        if text:
            self.said.append((self.at, text))
        if pcm:
            self.queue.append(("sound", pcm))

    async def mark(self, name: str) -> None:
        self._check()
        self.queue.append(("mark", name))

    async def clear(self) -> None:
        self._check()
        self.queue.clear()

    async def hang_up(self) -> None:
        self.hung_up = True

    def _check(self) -> None:
        if self.hung_up or self.at > self.ends_at:
            raise HungUpError

    @property
    def heard(self) -> str:
        """All words of ours that the far end heard."""
        return words_in(bytes(self.played))


class FakeVoice:
    """Says everything as ``speech``, in clauses; fails for texts with a word of ``broken`` in them."""

    def __init__(self, broken: Iterable[str] = ()) -> None:
        self.broken = set(broken)
        self.made: list[str] = []

    async def clauses(self, text: str, manner: Manner, prompt: str = "") -> Sequence[FakeClause]:
        if any(word in text for word in self.broken):
            raise SynthesisError("the fake voice is broken for this")
        self.made.append(text)
        parts = text.replace("，", "，|").replace("。", "。|").replace("？", "？|").split("|")
        return [FakeClause(part, speech(_speakable(part)) + silence(0.1)) for part in parts if part]


@dataclass(frozen=True)
class FakeClause:
    text: str
    pcm: bytes


def _speakable(text: str) -> str:
    return "".join(c if 0x4E00 <= ord(c) <= 0x9FFF else "" for c in text) or "一"


class FakeStream:
    """Reads the words out of the sound, and answers as it is told to."""

    def __init__(self, recognizer: FakeRecognizer) -> None:
        self._recognizer = recognizer
        self._words = ""
        self.closed = False

    async def feed(self, pcm: bytes) -> str:
        self._recognizer.fed_s += len(pcm) / (2 * RATE)
        self._recognizer.fail_if_due()
        self._words += words_in(pcm)
        return self._words if self._recognizer.shows_partials else ""

    async def finish(self) -> Recognition:
        self._recognizer.fail_if_due()
        words, self._words = self._words, ""
        return Recognition(tuple(Hypothesis(text) for text in self._recognizer.readings(words) if text))

    async def reset(self) -> None:
        self._words = ""

    async def close(self) -> None:
        self.closed = True


class FakeRecognizer:
    """``readings`` makes the n-best list of what was said; ``failures`` is how many next calls fail."""

    name = "fake"

    def __init__(self, readings: Callable[[str], Sequence[str]] = lambda words: [words]) -> None:
        self.readings = readings
        self.failures = 0
        self.shows_partials = True
        self.streams: list[FakeStream] = []
        self.fed_s = 0.0

    async def open(self, phrases: Sequence[str] = ()) -> FakeStream:
        self.fail_if_due()
        self.streams.append(FakeStream(self))
        return self.streams[-1]

    def fail_if_due(self) -> None:
        if self.failures > 0:
            self.failures -= 1
            raise RecognizerError("the fake recogniser fails")
