"""A RecognizerStream over one decoder, whose work is done by threads that may hang."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from concurrent.futures import Future
from typing import Any, TypeVar

from bot.asr.biasing import Bias
from bot.asr.decoder import Decoder
from bot.asr.recognizer import Recognition
from bot.asr.workers import Job, Workers
from bot.audio import pcm as sound
from bot.errors import RecognizerError, VoiceError

T = TypeVar("T")


class PooledStream:
    """Implements the RecognizerStream port.

    ``released`` is told once that the stream is closed: with the decoder when it is healthy, and with its
    last work, which may not be done yet.
    """

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
