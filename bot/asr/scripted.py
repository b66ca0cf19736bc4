"""A Recognizer for tests: hears what a script says, by the sound that it is fed. No time passes in it."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import Enum, auto

from bot.asr.recognizer import Hypothesis, Recognition
from bot.audio import pcm as sound
from bot.errors import RecognizerError


class Fault(Enum):
    """What goes wrong within an utterance."""

    FAIL = auto()  # the call raises RecognizerError, and the stream is of no more use
    STALL = auto()  # the call never comes back, until it is cancelled or ``release`` is called
    DIE = auto()  # as FAIL, and no stream can be opened any more


@dataclass(frozen=True, slots=True)
class Utterance:
    """What is heard of one utterance: ``partials`` are the words so far, by the seconds of sound fed.

    ``fault`` strikes at the first call once ``fault_at_s`` seconds were fed; ``inf``: at ``finish``.
    """

    final: str | Recognition = ""
    partials: Mapping[float, str] = field(default_factory=dict)
    fault: Fault | None = None
    fault_at_s: float = 0.0

    def partial(self, fed_s: float) -> str:
        """The words so far."""
        passed = [at for at in self.partials if at <= fed_s]
        return self.partials[max(passed)] if passed else ""

    @property
    def recognition(self) -> Recognition:
        """The final result, a text being its only reading."""
        if isinstance(self.final, Recognition):
            return self.final
        return Recognition((Hypothesis(self.final),) if self.final else ())


class ScriptedRecognizer:
    """Implements the Recognizer port. Utterances are heard one after another, whichever stream hears them.

    After the last one nothing is heard. ``opened`` holds the phrases of each stream opened; ``closed`` counts
    those closed.
    """

    def __init__(self, *utterances: str | Utterance) -> None:
        script = (Utterance(each) if isinstance(each, str) else each for each in utterances)
        self.script = list(script)
        self.opened: list[tuple[str, ...]] = []
        self.closed = 0
        self.dead = False
        self.released = asyncio.Event()

    @property
    def name(self) -> str:
        return "scripted"

    async def open(self, phrases: Sequence[str] = ()) -> ScriptedStream:
        if self.dead:
            raise RecognizerError("the scripted recogniser is dead")
        self.opened.append(tuple(phrases))
        return ScriptedStream(self)

    def release(self) -> None:
        """Let calls that stall go on."""
        self.released.set()


class ScriptedStream:
    """Implements the RecognizerStream port."""

    def __init__(self, recognizer: ScriptedRecognizer) -> None:
        self._recognizer = recognizer
        self._fed_s = 0.0
        self._broken = self._closed = False

    async def feed(self, pcm: bytes) -> str:
        if len(pcm) % 2:
            raise RecognizerError(f"{len(pcm)} bytes are no whole samples of 16 bits")
        await self._suffer(self._fed_s + sound.seconds(pcm))
        self._fed_s += sound.seconds(pcm)
        return self._utterance.partial(self._fed_s)

    async def finish(self) -> Recognition:
        await self._suffer(float("inf"))
        recognition = self._utterance.recognition
        if self._recognizer.script:
            del self._recognizer.script[0]
        self._fed_s = 0.0
        return recognition

    async def reset(self) -> None:
        await self._suffer(self._fed_s)
        self._fed_s = 0.0

    async def close(self) -> None:
        if not self._closed:
            self._closed = True
            self._recognizer.closed += 1

    @property
    def _utterance(self) -> Utterance:
        return self._recognizer.script[0] if self._recognizer.script else Utterance()

    async def _suffer(self, fed_s: float) -> None:
        if self._closed or self._broken:
            raise RecognizerError("this scripted stream is closed or failed before")
        utterance = self._utterance
        if utterance.fault is None or fed_s < utterance.fault_at_s:
            return
        if utterance.fault is Fault.STALL:
            await self._recognizer.released.wait()
            return
        self._broken = True
        self._recognizer.dead = utterance.fault is Fault.DIE
        raise RecognizerError("the scripted recogniser failed, as its script says")
