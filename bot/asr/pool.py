"""A Recognizer over an engine's decoders: off the event loop, bounded, decoders kept warm between calls."""

from __future__ import annotations

import asyncio
import os
import threading
from collections import OrderedDict
from collections.abc import Sequence
from concurrent.futures import Future
from functools import partial
from typing import Any

from bot.asr.biasing import Bias
from bot.asr.decoder import Decoder, Engine
from bot.asr.stream import PooledStream
from bot.asr.workers import Sleep, Workers
from bot.audio import pcm as sound
from bot.errors import ModelError, RecognizerError

MOST_WORKERS = 8
LOAD_TIMEOUT_S = 180.0
"""A model of 1.3 GB is read from a cold disk within this time."""

WARM_UP_S = 0.5


class PooledRecognizer:
    """Implements the Recognizer port. One a process and model; belongs to one event loop.

    ``bias`` orders the readings; at most ``max_streams`` are open at once; ``timeout_s`` is how long one call
    of a decoder may take, beyond the length of the sound that it was given.
    """

    def __init__(
        self,
        engine: Engine,
        *,
        bias: Bias | None = None,
        max_streams: int = 32,
        workers: int | None = None,
        timeout_s: float = 5.0,
        sleep: Sleep = asyncio.sleep,
    ) -> None:
        self.workers = Workers(
            workers or min(os.cpu_count() or 1, MOST_WORKERS), f"the recogniser {engine.name}", sleep=sleep
        )
        self._engine, self._bias, self._timeout_s = engine, bias or Bias(), timeout_s
        self._max_streams, self._open_streams = max_streams, 0
        self._idle: OrderedDict[str, list[Decoder]] = OrderedDict()
        self._lock = threading.Lock()

    @property
    def name(self) -> str:
        """Engine and model."""
        return self._engine.name

    @property
    def open_streams(self) -> int:
        """How many calls are listened to now."""
        return self._open_streams

    @property
    def idle_decoders(self) -> int:
        """How many decoders wait, warm, for a call."""
        with self._lock:
            return sum(map(len, self._idle.values()))

    async def warm_up(self) -> None:
        """Load the model and decode a moment of silence, so that the first call need not wait.

        Raises ModelError or RecognizerError.
        """
        await self.workers.run(self._engine.load, LOAD_TIMEOUT_S)
        stream = await self.open()
        try:
            await stream.feed(sound.silence(WARM_UP_S))
            await stream.finish()
        finally:
            await stream.close()

    async def open(self, phrases: Sequence[str] = (), *, closed: bool = False) -> PooledStream:
        """As the port has it. ``closed``: nothing but the phrases is heard, all else is nothing."""
        if isinstance(phrases, str):
            raise RecognizerError("phrases are a sequence of strings, not one string")
        if self._open_streams >= self._max_streams:
            raise RecognizerError(
                f"{self.name} already listens to {self._open_streams} calls at once, which is the limit"
            )
        self._open_streams += 1
        try:
            tuning, decoder = await self.workers.run(
                partial(self._take, tuple(phrases), closed), LOAD_TIMEOUT_S
            )
        except ModelError as error:
            self._open_streams -= 1
            raise RecognizerError(str(error)) from error
        except BaseException:
            self._open_streams -= 1
            raise
        bias = Bias() if closed else self._bias.with_call(phrases)
        return PooledStream(decoder, self.workers, bias, self._timeout_s, partial(self._released, tuning))

    def close(self) -> None:
        """Let go of threads and decoders. Streams still open fail from now on."""
        self.workers.close()
        with self._lock:
            self._idle.clear()

    def _take(self, phrases: tuple[str, ...], closed: bool) -> tuple[str, Decoder]:
        self._engine.load()
        tuning = self._engine.tuning(phrases, closed=closed)
        with self._lock:
            waiting = self._idle.get(tuning)
            decoder = waiting.pop() if waiting else None
        if decoder is None:
            return tuning, self._engine.decoder(tuning)
        decoder.reset()
        return tuning, decoder

    def _released(self, tuning: str, decoder: Decoder | None, last: Future[Any] | None) -> None:
        self._open_streams -= 1
        if decoder is None:
            return
        if last is None:
            self._keep(tuning, decoder)
        else:  # at once, or by the thread that it is still busy in
            last.add_done_callback(partial(self._keep_after, tuning, decoder))

    def _keep_after(self, tuning: str, decoder: Decoder, last: Future[Any]) -> None:
        if last.exception() is None:
            self._keep(tuning, decoder)

    def _keep(self, tuning: str, decoder: Decoder) -> None:
        """Of too many decoders those go whose tuning was used longest ago."""
        with self._lock:
            self._idle.setdefault(tuning, []).append(decoder)
            self._idle.move_to_end(tuning)
            while sum(map(len, self._idle.values())) > self._max_streams:
                oldest = next(iter(self._idle))
                self._idle[oldest].pop()
                if not self._idle[oldest]:
                    del self._idle[oldest]
