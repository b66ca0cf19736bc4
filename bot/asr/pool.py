"""A Recognizer over an engine's decoders: off the event loop, bounded, decoders kept warm between calls."""

from __future__ import annotations

import asyncio
import os
import threading
from collections import OrderedDict
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from functools import partial
from typing import Any, TypeVar

from bot.asr.biasing import Bias
from bot.asr.decoder import Decoder, Engine
from bot.asr.recognizer import Recognition
from bot.asr.workers import Job, Sleep, Workers
from bot.audio import pcm as sound
from bot.errors import RecognizerError, VoiceError

T = TypeVar("T")

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
        stream = await self.open()
        try:
            await stream.feed(sound.silence(WARM_UP_S))
            await stream.finish()
        finally:
            await stream.close()

    async def open(self, phrases: Sequence[str] = (), *, closed: bool = False) -> PooledStream:
        """As the port has it. ``closed``: nothing but the phrases is heard, all else is nothing.

        Raises ModelError when the model cannot be loaded.
        """
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


class PooledStream:
    """Implements the RecognizerStream port over one decoder."""

    def __init__(
        self,
        decoder: Decoder,
        workers: Workers,
        bias: Bias,
        timeout_s: float,
        released: Callable[[Decoder | None, Future[Any] | None], None],
    ) -> None:
        self._decoder, self._workers, self._bias = decoder, workers, bias
        self._timeout_s, self._released = timeout_s, released
        self._turn = asyncio.Lock()
        self._job: Job[Any] | None = None  # the last one; unfinished only when its caller was cancelled
        self._words, self._heard = "", False
        self._broken = self._closed = False

    async def feed(self, pcm: bytes) -> str:
        """As the port has it. Refuses, unharmed, what is not bytes of whole samples."""
        if not isinstance(pcm, bytes):
            raise RecognizerError(f"sound is bytes, not {type(pcm).__name__}")
        if len(pcm) % 2:
            raise RecognizerError(f"{len(pcm)} bytes are no whole samples of 16 bits")
        async with self._turn:
            self._check()
            if pcm:
                self._heard = True
                self._words = await self._run(lambda: self._decoder.accept(pcm), sound.seconds(pcm))
            return self._words

    async def finish(self) -> Recognition:
        """As the port has it."""
        async with self._turn:
            self._check()
            if not self._heard:
                return Recognition()
            alternatives = await self._run(self._decoder.finish)
            self._words, self._heard = "", False
            return Recognition(self._bias.ordered(alternatives))

    async def reset(self) -> None:
        """As the port has it."""
        async with self._turn:
            self._check()
            if self._heard:
                await self._run(self._decoder.reset)
                self._words, self._heard = "", False

    async def close(self) -> None:
        """As the port has it. A healthy decoder is kept for the next call, once it has done what it is at."""
        if self._closed:
            return
        self._closed = True
        last = self._job.future if self._job is not None else None
        self._released(None if self._broken else self._decoder, last)

    def _check(self) -> None:
        if self._closed:
            raise RecognizerError("this stream is closed")
        if self._broken:
            raise RecognizerError("this stream failed before: close it and open another")

    async def _run(self, work: Callable[[], T], extra_s: float = 0.0) -> T:
        """Do ``work`` in a thread; whatever goes wrong breaks the stream."""
        timeout_s = self._timeout_s + extra_s
        try:
            if self._job is not None and not self._job.future.done():
                await self._workers.wait(self._job, timeout_s)
            self._job = job = self._workers.submit(work)
            return await self._workers.wait(job, timeout_s)
        except VoiceError:
            self._broken = True
            raise
        except Exception as error:
            self._broken = True
            raise RecognizerError(f"the recogniser failed: {error}") from error
