"""A clock that several processes share: real time, many times as fast, and moved ahead by who made it.

``now = start + speed · (seconds since it was made) + ahead``; the four figures are kept in a mapped file.
"""

from __future__ import annotations

import asyncio
import mmap
import os
import struct
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

from campaigns.clock import Release

FIGURES = struct.Struct("<4d")  # seconds at its making, start, speed, ahead
LOOK_S = 0.5  # how soon a sleeper sees that the clock was moved: only while no call goes on


class SharedClock:
    """Real to the worker: it does not wait for work, and many workers may live by it."""

    def __init__(self, path: Path) -> None:
        self._file = mmap.mmap(os.open(path, os.O_RDWR), FIGURES.size)

    @classmethod
    def make(cls, path: Path, start: datetime, speed: float) -> SharedClock:
        path.write_bytes(FIGURES.pack(time.monotonic(), start.timestamp(), speed, 0.0))
        return cls(path)

    @property
    def virtual(self) -> bool:
        return False

    def now(self) -> datetime:
        made, start, speed, ahead = FIGURES.unpack(self._file[:])
        return datetime.fromtimestamp(start + (time.monotonic() - made) * speed + ahead, UTC)

    def move_to(self, moment: datetime) -> None:
        """Move the clock ahead for everybody; never back."""
        made, start, speed, ahead = FIGURES.unpack(self._file[:])
        more = (moment - self.now()).total_seconds()
        self._file[:] = FIGURES.pack(made, start, speed, ahead + max(0.0, more))

    async def sleep(self, seconds: float) -> None:
        due = self.now() + timedelta(seconds=seconds)
        speed = FIGURES.unpack(self._file[:])[2]
        while (left := (due - self.now()).total_seconds()) > 0:  # noqa: ASYNC110 - the clock may be moved
            await asyncio.sleep(min(left / speed, LOOK_S))

    def hold(self) -> Release:
        return lambda: None

    @contextmanager
    def busy(self) -> Iterator[None]:
        yield
