"""Parts of a call that do next to nothing."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime

from bot.asr.recognizer import Hypothesis, Recognition, RecognizerStream
from bot.dialogue.manner import Manner
from bot.nlu.interpreter import Understanding
from bot.voice.ports import Clause


class Understands:
    def parse(self, text: str, *, now: datetime, expected: Collection[str] = ()) -> Understanding:
        return Understanding(text, "agree", 1.0)


class HearsOne:
    async def feed(self, pcm: bytes) -> str:
        return "你"

    async def finish(self) -> Recognition:
        return Recognition((Hypothesis("你好"),))

    async def reset(self) -> None: ...

    async def close(self) -> None: ...


class Hears:
    name = "fake"

    async def open(self, phrases: Sequence[str] = ()) -> RecognizerStream:
        return HearsOne()


class Speaks:
    MANNER = Manner()

    async def clauses(self, text: str, manner: Manner, prompt: str = "") -> Sequence[Clause]:
        return ()
