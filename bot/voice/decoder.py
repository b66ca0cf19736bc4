"""Feeds one call's recogniser beside the call, and gets over its faults."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from contextlib import suppress
from typing import Final

from bot.asr.recognizer import Recognition, Recognizer, RecognizerStream
from bot.audio.pcm import FRAME_BYTES
from bot.errors import RecognizerError

BATCH_BYTES: Final = 5 * FRAME_BYTES
"""Sound is fed in pieces of 0.1 s: a call into the engine for every frame costs more than it gives."""

MOST_REPAIRS: Final = 3
"""A recogniser that fails more often in one call is given up: the customer is offered keys instead."""


class Decoder:
    """Sound is pushed in; words come out of ``partial`` and, after ``finish``, of ``take``.

    Work runs in a task of its own, so that a slow recogniser never holds up the frames of the call. With
    ``lockstep`` (virtual time) ``step`` waits for it, so that a run is repeatable.
    """

    def __init__(
        self,
        recognizer: Recognizer,
        phrases: Sequence[str] = (),
        *,
        lockstep: bool = False,
        on_fault: Callable[[RecognizerError], None] = lambda _: None,
    ) -> None:
        self._recognizer, self._phrases = recognizer, phrases
        self._lockstep, self._on_fault = lockstep, on_fault
        self._stream: RecognizerStream | None = None
        self._segment = bytearray()  # all of this segment, to be heard again by a new stream
        self._next = bytearray()  # of the one after it, while this is being read out
        self._fed = 0
        self._finishing, self._wanted, self._finish_next = False, True, False
        self._result: Recognition | None = None
        self._work: asyncio.Task[None] | None = None
        self._repairs = 0
        self.partial = ""

    @property
    def deaf(self) -> bool:
        """Whether the recogniser has been given up for this call."""
        return self._repairs > MOST_REPAIRS

    def push(self, pcm: bytes) -> None:
        """More sound. After ``finish`` it belongs to the next segment."""
        if self._finishing:
            self._next += pcm
        else:
            self._segment += pcm

    def finish(self) -> None:
        """The segment is complete: read it out. ``take`` gives what it was."""
        if self._finishing:
            self._finish_next = True
        self._finishing = True

    def discard(self) -> None:
        """Nobody wants to know what the segment is, nor what was read out last."""
        self._result = None
        self._next.clear()
        self._finish_next = False
        if self._segment or self._finishing:
            self._finishing, self._wanted = True, False

    def take(self) -> Recognition | None:
        """What the finished segment was; None while it is being read out, or none was finished."""
        result, self._result = self._result, None
        return result

    async def settle(self) -> None:
        """Wait for the work that there is: as long as the recogniser takes, which is bounded."""
        await self.step()
        if self._work is not None:
            await self._work

    async def step(self) -> None:
        """Set the work going that there is. Called once a frame."""
        if self._work is not None and self._work.done():
            work, self._work = self._work, None
            work.result()
        waiting = len(self._segment) - self._fed
        if self._work is None and (self._finishing or waiting >= BATCH_BYTES):
            self._work = asyncio.ensure_future(self._decode())
        if self._lockstep and self._work is not None:
            await self._work

    async def close(self) -> None:
        """Give the recogniser back. A decode that is under way is waited for: it cannot be called off."""
        try:
            if self._work is not None:
                with suppress(asyncio.CancelledError):
                    await self._work
        finally:
            stream, self._stream = self._stream, None
            if stream is not None:
                await stream.close()

    async def _decode(self) -> None:
        """Feed what is waiting and, at a segment's end, read it out. After a fault, again from its start."""
        while not self.deaf:
            try:
                if self._stream is None:
                    self._stream = await self._recognizer.open(self._phrases)
                    self._fed = 0
                if self._fed < len(self._segment):
                    pcm = bytes(self._segment[self._fed :])
                    self._fed += len(pcm)
                    self.partial = await self._stream.feed(pcm)
                if self._finishing and self._fed >= len(self._segment):
                    result = await self._stream.finish()
                    self._close_segment(result)
            except RecognizerError as error:
                self._repairs += 1
                self._on_fault(error)
                broken, self._stream = self._stream, None
                if broken is not None:
                    await broken.close()
            else:
                return
        if self._finishing:
            self._close_segment(Recognition())

    def _close_segment(self, result: Recognition) -> None:
        self._segment, self._next = self._next, bytearray()
        self._fed, self.partial = 0, ""
        self._finishing, self._finish_next = self._finish_next, False
        self._result = result if self._wanted else None
        self._wanted = True
