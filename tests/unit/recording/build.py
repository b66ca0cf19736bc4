"""Calls to record, and the faults of a disk."""

from __future__ import annotations

import errno
import os
from collections.abc import Callable
from concurrent.futures import Executor, Future
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np

from bot.audio.pcm import FRAME_BYTES, Samples, from_samples
from bot.recording.archive import Recordings
from bot.recording.filing import FileRecorder
from bot.recording.keys import Key
from bot.recording.recorder import Recorded
from bot.transcript import Entry
from bot.voice.ports import Recorder

ZONE = ZoneInfo("Asia/Shanghai")
ANSWERED = datetime(2026, 11, 23, 2, 0, tzinfo=UTC)
NAME = "2026/11/23/17.xrec"
KEY = Key(bytes(range(32)))

ENTRIES = (
    Entry(ANSWERED, "line", event="opened"),
    Entry(
        ANSWERED + timedelta(seconds=0.5),
        "bot",
        "您好，这里是融安消费金融。",
        "disclose_institution",
        "identify",
        until=ANSWERED + timedelta(seconds=2),
        played=False,
        heard="您好，这里",
    ),
    Entry(ANSWERED + timedelta(seconds=3.25), "customer", "我就是王小明", step="identify", intent="affirm"),
)


def sound(count: int, seed: int = 1) -> bytes:
    """``count`` samples of noise, none of them zero."""
    values = np.random.default_rng(seed).integers(1, 3000, count)
    return from_samples(values)


def feed(recorder: Recorder, pcm: bytes) -> None:
    """Give the customer's side frame by frame."""
    for begin in range(0, len(pcm), FRAME_BYTES):
        recorder.customer(pcm[begin : begin + FRAME_BYTES])


async def record(recordings: Recordings, seconds: float = 5, call: str = "17", seed: int = 1) -> Recorded:
    """A whole call: noise from the customer, and a second of the bot from half a second on."""
    recorder = recordings.start(call, ANSWERED)
    recorder.bot(sound(8000, seed + 1), 4000)
    feed(recorder, sound(round(seconds * 8000), seed))
    recorder.note("endpoint", 6000, silence_ms=600)
    return await recorder.close(ENTRIES)


def read(recordings: Recordings, name: str) -> Samples:
    with recordings.open(name) as recording:
        return recording.sound()


def files_in(folder: Path) -> list[Path]:
    return [path for path in folder.rglob("*") if path.is_file()]


class HeldWriter(Executor):
    """A disk that answers when it is let, and from then on."""

    def __init__(self) -> None:
        self._held = True
        self._jobs: list[tuple[Future[Any], Callable[..., Any], tuple[Any, ...]]] = []

    def submit(self, fn: Callable[..., Any], /, *args: Any, **_kwargs: Any) -> Future[Any]:
        future: Future[Any] = Future()
        if self._held:
            self._jobs.append((future, fn, args))
        else:
            future.set_result(fn(*args))
        return future

    def release(self) -> None:
        self._held = False
        for future, fn, args in self._jobs:
            future.set_result(fn(*args))


@dataclass
class BadDisk:
    """Stands for the ``os`` module: takes ``room`` bytes, and half of what goes beyond."""

    room: int = 1 << 40
    error: int = errno.ENOSPC
    written: int = field(default=0, init=False)

    def __getattr__(self, name: str) -> Any:
        return getattr(os, name)

    def write(self, descriptor: int, data: memoryview) -> int:
        if self.written >= self.room:
            raise OSError(self.error, os.strerror(self.error))
        taken = os.write(descriptor, data[: max(1, min(len(data), self.room - self.written))])
        self.written += taken
        return taken


def recorder_on(writer: Executor, folder: Path, patience_s: float = 10.0) -> FileRecorder:
    """A recorder whose disk is ``writer``."""
    from bot.recording.chunks import ChunkWriter
    from bot.recording.contents import Head
    from bot.recording.disk import DiskFile

    file = DiskFile(lambda _: folder / "2026/11/23/17.xrec", writer)
    return FileRecorder(file, folder, ChunkWriter(KEY), Head("17", ANSWERED.astimezone(ZONE)), patience_s)
