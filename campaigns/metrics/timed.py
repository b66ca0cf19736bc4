"""What hears, understands and speaks, with its latencies taken."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime

from bot.asr.recognizer import Recognition, Recognizer, RecognizerStream
from bot.dialogue.manner import Manner
from bot.nlu.interpreter import AsksAhead, Interpreter, Understanding
from bot.tracing import span
from bot.voice.ports import Clause, Voice
from campaigns.metrics.metrics import Metrics


class TimedInterpreter:
    """An ``Interpreter`` that asks ahead where the one behind it does."""

    def __init__(self, interpreter: Interpreter, metrics: Metrics) -> None:
        self._interpreter = interpreter
        self._metrics = metrics

    def parse(self, text: str, *, now: datetime, expected: Collection[str] = ()) -> Understanding:
        with self._metrics.timing("understand"):
            return self._interpreter.parse(text, now=now, expected=expected)

    async def prepare(self, texts: Sequence[str]) -> None:
        if isinstance(self._interpreter, AsksAhead):
            with self._metrics.timing("understand_ahead"):
                await self._interpreter.prepare(texts)


class TimedRecognizer:
    """A ``Recognizer``: how long it takes to read out what was said, once the caller is silent."""

    def __init__(self, recognizer: Recognizer, metrics: Metrics) -> None:
        self._recognizer = recognizer
        self._metrics = metrics

    @property
    def name(self) -> str:
        return self._recognizer.name

    async def open(self, phrases: Sequence[str] = ()) -> RecognizerStream:
        return _TimedStream(await self._recognizer.open(phrases), self._metrics)


class _TimedStream:
    def __init__(self, stream: RecognizerStream, metrics: Metrics) -> None:
        self._stream = stream
        self._metrics = metrics
        self.feed = stream.feed
        self.reset = stream.reset
        self.close = stream.close

    async def finish(self) -> Recognition:
        with span("recognise"), self._metrics.timing("recognise"):
            return await self._stream.finish()


class TimedVoice:
    """A ``Voice``: how long a sentence takes until its sound is there, made or from the cache."""

    def __init__(self, voice: Voice, metrics: Metrics) -> None:
        self._voice = voice
        self._metrics = metrics

    async def clauses(self, text: str, manner: Manner, prompt: str = "") -> Sequence[Clause]:
        with span("speak"), self._metrics.timing("synthesise"):
            return await self._voice.clauses(text, manner, prompt)
