"""A file that another thread writes, so that no disk, slow, full or gone, holds up a call."""

from __future__ import annotations

import errno
import fcntl
import os
from collections.abc import Callable
from concurrent.futures import Executor, Future
from contextlib import suppress
from pathlib import Path

MOST_WAITING = 4 << 20
"""Bytes of one file that may wait for the disk: more than five minutes of speech."""

TOO_SLOW = "the disk does not keep up"
GONE = "the file was taken away"
CLOSED = "recording was ended before the call"

_MOST_NAMES = 1000


class DiskFile:
    """A new file, opened and added to in order by the one thread of ``writer``. No method waits, or fails.

    ``name`` gives the n-th name to try, from 1, until one is free: nothing is ever overwritten. The file is
    locked while it is written, which tells readers that it is. After a ``fault`` nothing more is taken; what
    was, stays.
    """

    def __init__(self, name: Callable[[int], Path], writer: Executor) -> None:
        self._name, self._writer = name, writer
        self._given = 0  # bytes, counted by the caller's thread alone
        self._too_slow = False
        self._dealt_with = 0  # bytes, counted by the writer's thread alone, as all that follows
        self._fault: str | None = None
        self._descriptor: int | None = None
        self._path: Path | None = None
        self._size = 0
        self._reached = 0
        self._do(self._open)

    @property
    def fault(self) -> str | None:
        """Why nothing more is taken, or why the file is still there."""
        return self._fault or (TOO_SLOW if self._too_slow else None)

    @property
    def path(self) -> Path | None:
        """Where the file is; None as long as there is nothing in it."""
        return self._path if self._size else None

    @property
    def reached(self) -> int:
        """What ``append`` was told of the last that was written."""
        return self._reached

    def append(self, data: bytes, reaches: int) -> None:
        """Have ``data`` written behind what was given before; with it, the content ``reaches`` so far."""
        self._too_slow |= self._given - self._dealt_with + len(data) > MOST_WAITING
        if self.fault is None:
            self._given += len(data)
            self._do(lambda: self._write(data, reaches))

    def finish(self) -> Future[None]:
        """Have the file closed, and safe on the disk."""
        return self._do(self._finish)

    def remove(self) -> Future[None]:
        """Have the file deleted, and nothing more written."""
        return self._do(self._remove)

    def _do(self, work: Callable[[], None]) -> Future[None]:
        try:
            return self._writer.submit(self._guarded, work)
        except RuntimeError:  # it was ended before the call was
            self._fault = self._fault or CLOSED
            self._guarded(self._remove if work == self._remove else self._finish)
            done: Future[None] = Future()
            done.set_result(None)
            return done

    def _guarded(self, work: Callable[[], None]) -> None:
        try:
            work()
        except Exception as error:  # nobody waits for most of this work: whatever it is, the fault tells it
            why = error.strerror if isinstance(error, OSError) else None
            self._fault = self._fault or why or type(error).__name__

    def _open(self) -> None:
        for number in range(1, _MOST_NAMES):
            path = self._name(number)
            _make_private(path.parent)
            with suppress(FileExistsError):
                self._descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
                break
        else:
            raise OSError(errno.EEXIST, "every name for the file is taken")
        self._path = path
        with suppress(OSError):  # not every network disk has locks: the file then looks cut off for a while
            fcntl.flock(self._descriptor, fcntl.LOCK_EX)

    def _write(self, data: bytes, reaches: int) -> None:
        self._dealt_with += len(data)
        if self._descriptor is None or self._fault is not None:
            return
        try:
            if os.fstat(self._descriptor).st_nlink == 0:
                raise OSError(errno.ENOENT, GONE)
            rest = memoryview(data)
            while rest:
                rest = rest[os.write(self._descriptor, rest) :]
        except OSError:
            os.ftruncate(self._descriptor, self._size)  # no half of a chunk stays
            raise
        self._size += len(data)
        self._reached = reaches

    def _finish(self) -> None:
        if self._descriptor is None or self._path is None:
            return
        try:
            os.fsync(self._descriptor)
            if not _is_in_place(self._descriptor, self._path):
                self._size = 0
                raise OSError(errno.ENOENT, GONE)
            if not self._size:
                self._path.unlink()
        finally:
            self._close()

    def _remove(self) -> None:
        try:
            if self._descriptor is not None and self._path is not None:
                try:
                    os.ftruncate(self._descriptor, 0)  # gone from wherever it was moved or linked to, too
                finally:
                    self._path.unlink(missing_ok=True)
                self._size = 0
        finally:
            self._close()

    def _close(self) -> None:
        if self._descriptor is not None:
            os.close(self._descriptor)
            self._descriptor = None


def _make_private(folder: Path) -> None:
    """A folder, and those above it, for nobody else to read: ``mkdir`` gives its mode to the last alone."""
    if not folder.is_dir():
        _make_private(folder.parent)
        folder.mkdir(mode=0o700, exist_ok=True)


def _is_in_place(descriptor: int, path: Path) -> bool:
    try:
        return os.path.samestat(os.fstat(descriptor), path.stat())
    except FileNotFoundError:
        return False
