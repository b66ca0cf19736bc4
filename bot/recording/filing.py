"""The recorder that keeps: frames into chunks, a second at a time, and chunks to the disk."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Sequence
from concurrent.futures import Future
from pathlib import Path
from typing import Final

from pydantic import JsonValue

from bot.audio.pcm import RATE
from bot.audio.timeline import Timeline
from bot.recording.chunks import ChunkWriter
from bot.recording.contents import ENDING, HEAD, NOTES, Ending, Head, Note, lines
from bot.recording.disk import DiskFile
from bot.recording.layout import Kind
from bot.recording.recorder import Recorded
from bot.recording.sound import encode
from bot.transcript import Entry

CHUNK: Final = RATE
HOLD: Final = 2 * RATE
"""Samples that wait before they are written: so far back the bot's side can still be told of, or cut."""

MOST_AHEAD: Final = 120 * RATE
"""The bot's sound may be queued so far ahead. No sentence is nearly as long."""

MOST_NOTES = 100
"""So many events wait for the next second of sound."""

PATIENCE_S = 10.0
"""How long the end of a call waits for the disk."""


class FileRecorder:
    """A ``CallRecorder`` into one file below ``folder``.

    It encodes and seals a second at a time, which takes 0.2 ms: less than handing it to a thread would cost a
    busy event loop. The disk is a thread's. A call of any length takes the same memory: three seconds of
    sound, what the bot has queued, and what waits for the disk, each bounded. A crash loses what was not
    written: three seconds, and the transcript.
    """

    def __init__(
        self, file: DiskFile, folder: Path, chunks: ChunkWriter, head: Head, patience_s: float = PATIENCE_S
    ) -> None:
        self._file, self._folder, self._chunks, self._head = file, folder, chunks, head
        self._patience_s = patience_s
        self._customer = bytearray()
        self._bot = Timeline(HOLD + CHUNK + MOST_AHEAD)
        self._notes: list[Note] = []
        self._lost = 0
        self._over: Future[None] | None = None
        self._discarded = False
        self._append(chunks.header() + chunks.chunk(Kind.HEAD, HEAD.pack(head)))

    def customer(self, pcm: bytes) -> None:
        if len(pcm) % 2:
            raise ValueError(f"{len(pcm)} bytes of sound end within a sample")
        if self._goes_on():
            self._customer += pcm
            while len(self._customer) >= 2 * (HOLD + CHUNK):
                self._write(CHUNK)

    def bot(self, pcm: bytes, at: int) -> None:
        if self._goes_on():
            self._lost += self._bot.place(pcm, at)

    def cut(self, at: int) -> None:
        if self._goes_on():
            self._lost += self._bot.cut(at)

    def note(self, name: str, at: int, **data: JsonValue) -> None:
        json.dumps(data, allow_nan=False)  # a mistake is told where it is made
        if self._goes_on():
            self._notes.append(Note(name, at, data))
            if len(self._notes) >= MOST_NOTES:
                self._write(0)

    def stop_and_discard(self) -> None:
        if self._over is None:
            self._forget()
            self._discarded = True
            self._over = self._file.remove()

    async def close(self, entries: Sequence[Entry]) -> Recorded:
        if self._over is None:
            if self._goes_on():
                self._write_end(entries)
            self._over = self._file.finish()
        if not self._over.done():
            try:
                await asyncio.wait_for(asyncio.shield(asyncio.wrap_future(self._over)), self._patience_s)
            except TimeoutError:
                return self._recorded("the disk does not answer")
        return self._recorded(self._file.fault)

    def _recorded(self, fault: str | None) -> Recorded:
        path = self._file.path
        if self._discarded:
            if path is None:
                return Recorded()
            fault = f"refused, but it could not be deleted: {fault}"
        name = None if path is None else path.relative_to(self._folder).as_posix()
        return Recorded(name, path, self._file.reached / RATE if name else 0.0, fault)

    def _goes_on(self) -> bool:
        if self._over is None and self._file.fault is None:
            return True
        self._forget()
        return False

    def _forget(self) -> None:
        self._customer.clear()
        self._notes.clear()
        self._bot.cut(0)

    def _write_end(self, entries: Sequence[Entry]) -> None:
        while self._customer:
            self._write(min(CHUNK, len(self._customer) // 2))
        self._write(0)
        ending = Ending(self._bot.taken, self._lost, lines(entries, self._head.answered_at))
        self._append(self._chunks.chunk(Kind.END, ENDING.pack(ending)))

    def _write(self, count: int) -> None:
        """Write what happened, and ``count`` samples of both sides."""
        data = b""
        if self._notes:
            data += self._chunks.chunk(Kind.NOTES, NOTES.pack(self._notes))
            self._notes.clear()
        if count:
            customer = bytes(self._customer[: 2 * count])
            del self._customer[: 2 * count]
            data += self._chunks.chunk(Kind.SOUND, encode(customer, self._bot.take(count)), count)
        self._append(data)

    def _append(self, data: bytes) -> None:
        if data:
            self._file.append(data, self._bot.taken)
