"""Where spoken clauses are kept: the latest in memory, and those of nobody in particular on disk."""

from __future__ import annotations

import hashlib
import logging
import os
from collections import OrderedDict
from collections.abc import Hashable
from pathlib import Path

from bot.errors import DamagedFileError
from bot.sealed import read_sealed, write_sealed

logger = logging.getLogger(__name__)

_SUFFIX = ".pcm"
_AFTER_CLEARING = 0.9  # of the limit, so that clearing is rare


class MemoryClips:
    """Sounds by key, up to ``limit_bytes`` together; the least recently used goes first."""

    def __init__(self, limit_bytes: int) -> None:
        self._limit, self._size = limit_bytes, 0
        self._clips: OrderedDict[Hashable, bytes] = OrderedDict()

    def __len__(self) -> int:
        return len(self._clips)

    @property
    def size_bytes(self) -> int:
        return self._size

    def get(self, key: Hashable) -> bytes | None:
        clip = self._clips.get(key)
        if clip is not None:
            self._clips.move_to_end(key)
        return clip

    def put(self, key: Hashable, clip: bytes) -> None:
        """Keep ``clip``; one that is larger than the limit is not kept."""
        self._size += len(clip) - len(self._clips.pop(key, b""))
        self._clips[key] = clip
        while self._size > self._limit:
            self._size -= len(self._clips.popitem(last=False)[1])


class DiskClips:
    """Sounds by name in a folder of up to ``limit_bytes``. What fails is logged, and costs time only.

    Safe with many processes. Names do not tell what is said.
    """

    def __init__(self, folder: Path, limit_bytes: int) -> None:
        self._folder, self._limit = folder, limit_bytes
        self._size: int | None = None  # unknown until the first write

    def get(self, name: str) -> bytes | None:
        path = self._path(name)
        try:
            clip = read_sealed(path)
            if clip is not None:
                os.utime(path)  # the last use, for clearing
        except DamagedFileError:
            logger.warning("cached speech %s is damaged and made again", path.name)
            return None
        except OSError:  # cleared by another process in between
            return None
        return clip

    def put(self, name: str, clip: bytes) -> None:
        try:
            write_sealed(self._path(name), clip)
            self._size = self._measured() if self._size is None else self._size + len(clip)
            if self._size > self._limit:
                self._clear()
        except OSError as error:
            logger.warning("speech cannot be cached in %s: %s", self._folder, error)

    def _path(self, name: str) -> Path:
        return self._folder / f"{hashlib.sha256(name.encode()).hexdigest()[:40]}{_SUFFIX}"

    def _files(self) -> list[tuple[float, int, Path]]:
        """Last use, size and path of each, the longest unused first."""
        found = []
        for path in self._folder.glob(f"*{_SUFFIX}"):
            try:
                status = path.stat()
            except FileNotFoundError:  # cleared by another process
                continue
            found.append((status.st_mtime, status.st_size, path))
        return sorted(found)

    def _measured(self) -> int:
        return sum(size for _, size, _ in self._files())

    def _clear(self) -> None:
        files = self._files()
        size = sum(size for _, size, _ in files)
        for _, freed, path in files:
            if size <= self._limit * _AFTER_CLEARING:
                break
            path.unlink(missing_ok=True)
            size -= freed
        self._size = size
