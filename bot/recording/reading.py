"""Reading a recording: what it is of, its sound from any place, what was said and what happened."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Callable, Iterator
from pathlib import Path
from types import TracebackType
from typing import Literal, Self, TypeVar

import numpy as np

from bot.audio.pcm import RATE, Samples
from bot.errors import RecordingDamagedError, RecordingError, RecordingKeyError
from bot.recording.aligning import aligned
from bot.recording.chunks import Chunk, cipher, read_table
from bot.recording.contents import ENDING, HEAD, NOTES, Ending, Head, Line, Note
from bot.recording.keys import KeyRing
from bot.recording.layout import Kind, Method
from bot.recording.sound import decode

State = Literal["whole", "live", "cut off", "damaged"]
"""As the file's outline tells it: ``live`` is still being written, ``cut off`` is without its end."""

_Result = TypeVar("_Result")


class Recording:
    """One file, open to read: to be closed, or used in a ``with``.

    Opening reads the outline alone; every chunk is authenticated when it is used. Methods raise
    RecordingDamagedError, with how far it can be heard, and RecordingKeyError when its key is not at hand.
    Opening raises RecordingError when there is no such file or it is no recording.
    """

    def __init__(self, path: Path, keys: KeyRing) -> None:
        self._path = path
        try:
            self._descriptor = os.open(path, os.O_RDONLY)
        except FileNotFoundError as error:
            raise RecordingError(f"there is no recording {path}") from error
        except OSError as error:
            raise RecordingError(f"{path} cannot be read: {error.strerror}") from error
        try:
            self._live = _is_locked(self._descriptor)
            self._table = read_table(self._descriptor)
            self._cipher = cipher(self._table.header, keys)
        except (ValueError, OSError) as error:
            os.close(self._descriptor)
            raise RecordingDamagedError(f"{path} cannot be read: {error}") from error

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, _type: type[BaseException] | None, _error: BaseException | None, _trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        os.close(self._descriptor)

    @property
    def path(self) -> Path:
        return self._path

    @property
    def key_id(self) -> bytes | None:
        """The key that it is sealed with; None when it is not."""
        header = self._table.header
        return None if header.method is Method.PLAIN else header.key_id

    @property
    def state(self) -> State:
        if self._table.damage is not None:
            return "damaged"
        if self._table.ended:
            return "whole"
        return "live" if self._live else "cut off"

    @property
    def damage(self) -> str | None:
        """What the outline tells of damage."""
        return self._table.damage

    @property
    def samples(self) -> int:
        """Its length."""
        return self._table.samples

    @property
    def seconds(self) -> float:
        return self.samples / RATE

    @property
    def size(self) -> int:
        """In bytes, on the disk."""
        return self._table.size

    def head(self) -> Head:
        """What call it is of."""
        first = next(iter(self._table.chunks), None)
        if first is None or first.prefix.kind is not Kind.HEAD:
            raise self._damaged("it does not say what call it is of", 0)
        return self._content(first, HEAD.unpack)

    def notes(self) -> list[Note]:
        """What happened, in the order of time."""
        notes = [
            note for chunk in self._table.of_kind(Kind.NOTES) for note in self._content(chunk, NOTES.unpack)
        ]
        return sorted(notes, key=lambda note: note.at)

    def ending(self) -> Ending | None:
        """Its end, with the log as it was written; None when the recording has none."""
        last = next(self._table.of_kind(Kind.END), None)
        return None if last is None else self._content(last, ENDING.unpack)

    def lines(self) -> tuple[Line, ...]:
        """What was said, in the order of time, each where it is heard; none when the recording has no end."""
        ending = self.ending()
        return aligned(ending.lines, self.notes()) if ending else ()

    def sound(self, begin: int = 0, end: int | None = None) -> Samples:
        """From sample ``begin`` up to ``end``, or as far as it goes, as [sample, customer | bot]."""
        end = self.samples if end is None else min(end, self.samples)
        pieces = [
            self._sound(chunk)[max(begin - chunk.begin, 0) : max(end - chunk.begin, 0)]
            for chunk in self._table.of_kind(Kind.SOUND)
            if chunk.begin < end and chunk.begin + chunk.prefix.samples > begin
        ]
        return np.concatenate(pieces) if pieces else np.zeros((0, 2), np.int16)

    def seconds_of_sound(self) -> Iterator[Samples]:
        """All of it, a second at a time."""
        return (self._sound(chunk) for chunk in self._table.of_kind(Kind.SOUND))

    def _sound(self, chunk: Chunk) -> Samples:
        return self._content(chunk, lambda body: decode(body, chunk.prefix.samples))

    def _content(self, chunk: Chunk, unpack: Callable[[bytes], _Result]) -> _Result:
        try:
            return unpack(self._body(chunk))
        except (ValueError, OSError) as error:
            raise self._damaged(str(error), chunk.begin) from error

    def _body(self, chunk: Chunk) -> bytes:
        """Authenticated. Raises ValueError, RecordingKeyError and OSError."""
        if self._cipher is None:
            key_id = self._table.header.key_id.hex()
            raise RecordingKeyError(
                f"{self._path} is sealed with the key {key_id}, which is not at hand: put it among the keys"
            )
        sealed = os.pread(self._descriptor, chunk.prefix.length, chunk.offset)
        last = chunk.prefix.kind is Kind.END
        return self._cipher.open(sealed, chunk.prefix.pack(), chunk.place, last=last)

    def _damaged(self, why: str, begin: int) -> RecordingDamagedError:
        return RecordingDamagedError(f"{self._path} is damaged after {begin / RATE:.1f} s: {why}")


def _is_locked(descriptor: int) -> bool:
    """Whether somebody writes it. False on disks without locks."""
    try:
        fcntl.flock(descriptor, fcntl.LOCK_SH | fcntl.LOCK_NB)
        fcntl.flock(descriptor, fcntl.LOCK_UN)
    except BlockingIOError:
        return True
    except OSError:
        return False
    return False
