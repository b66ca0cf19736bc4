"""A synthesizer around an engine in a process of its own: what every engine here has in common."""

from __future__ import annotations

import asyncio
import weakref
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from bot.errors import SynthesisError
from bot.tts.engine_process import EngineProcess
from bot.tts.finishing import for_the_line

Prepare = Callable[[str, float], Sequence[Mapping[str, Any]]]
"""A text and a rate to the requests that say it, one after another; none when there is nothing to say."""

SLOWEST, FASTEST = 0.5, 2.0


class IsolatedSynthesizer:
    """The Synthesizer port over one engine process; those who wait are served in the order they came.

    A request whose caller is gone before its turn is dropped.
    """

    def __init__(self, identity: str, process: EngineProcess, prepare: Prepare) -> None:
        self._id, self._process, self._prepare = identity, process, prepare
        self._thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="speech")
        self._ended = weakref.finalize(self, process.close)

    @property
    def id(self) -> str:
        return self._id

    @property
    def pid(self) -> int | None:
        """The engine's process; None before the first request and after a failure."""
        return self._process.pid

    async def synthesize(self, text: str, *, rate: float = 1.0) -> bytes:
        """``text`` spoken. Raises SynthesisError, or ModelError when the engine cannot be had at all."""
        if not SLOWEST <= rate <= FASTEST:
            raise ValueError(f"a rate between {SLOWEST} and {FASTEST}, not {rate}")
        try:
            waiting = self._thread.submit(self._speak, text, rate)
        except RuntimeError as error:
            raise SynthesisError("the synthesizer is closed") from error
        return await asyncio.wrap_future(waiting)

    def close(self) -> None:
        """End the engine once what it says now is said; what still waits is dropped."""
        self._thread.shutdown(cancel_futures=True)
        self._ended()

    def _speak(self, text: str, rate: float) -> bytes:
        sounds = [self._process.ask(request) for request in self._prepare(text, rate)]
        return for_the_line(b"".join(pcm for _, pcm in sounds), sounds[0][0]) if sounds else b""
