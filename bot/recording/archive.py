"""The folder of recordings: ``YYYY/MM/DD/<call>.xrec``, begun, found, opened and deleted."""

from __future__ import annotations

import re
from concurrent.futures import ThreadPoolExecutor
from datetime import date, datetime, tzinfo
from pathlib import Path
from types import TracebackType
from typing import Self
from urllib.parse import quote, unquote

from bot.errors import RecordingError
from bot.recording.chunks import ChunkWriter
from bot.recording.contents import Head
from bot.recording.disk import DiskFile
from bot.recording.filing import FileRecorder
from bot.recording.keys import KeyRing
from bot.recording.reading import Recording

SUFFIX = ".xrec"
_NAME = re.compile(r"(\d{4}/\d\d/\d\d)/([^/+]+)(?:\+\d+)?" + re.escape(SUFFIX))


class Recordings:
    """All recordings of an installation. New ones are sealed with the newest key, if there is one.

    ``zone`` says which day a call belongs to. All are written by one thread, which ``close`` ends.
    """

    def __init__(self, folder: Path, keys: KeyRing, zone: tzinfo) -> None:
        self.folder, self.keys, self._zone = folder, keys, zone
        self._writer = ThreadPoolExecutor(1, thread_name_prefix="recordings")

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, _type: type[BaseException] | None, _error: BaseException | None, _trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Wait until all that was given is written."""
        self._writer.shutdown()

    def start(self, call: str, answered_at: datetime) -> FileRecorder:
        """Begin to record a call, answered at an aware time. ``call`` names the file: nothing personal.

        Touches no disk; one that cannot be used is told by ``close`` of the recorder.
        """
        if not call or answered_at.tzinfo is None:
            raise ValueError("a call is recorded under a name, and from an aware time on")
        local = answered_at.astimezone(self._zone)
        folder = self.folder / f"{local:%Y/%m/%d}"
        stem = quote(call, safe="")

        def name(number: int) -> Path:
            # "+" is quoted in a call's own name: this one can only be ours.
            return folder / f"{stem}{SUFFIX}" if number == 1 else folder / f"{stem}+{number}{SUFFIX}"

        file = DiskFile(name, self._writer)
        return FileRecorder(file, self.folder, ChunkWriter(self.keys.newest), Head(call, local))

    def days(self) -> list[date]:
        """The days with recordings, the latest first."""
        return sorted(
            {
                date(int(year), int(month), int(day))
                for path in self.folder.glob("[0-9]*/[0-9]*/[0-9]*")
                for year, month, day in [path.relative_to(self.folder).parts]
            },
            reverse=True,
        )

    def names(self, day: date) -> list[str]:
        """The names of a day's recordings, as ``Recorded.name`` has them."""
        folder = f"{day:%Y/%m/%d}"
        return sorted(f"{folder}/{path.name}" for path in (self.folder / folder).glob(f"*{SUFFIX}"))

    def find(self, call: str) -> str:
        """The name of a call's recording; a name is given back. Raises RecordingError for none or several."""
        if _NAME.fullmatch(call):
            return call
        stem = quote(call, safe="")
        found = sorted(
            path.relative_to(self.folder).as_posix()
            for pattern in (f"{stem}{SUFFIX}", f"{stem}+*{SUFFIX}")
            for path in self.folder.glob(f"*/*/*/{pattern}")
        )
        if not found:
            raise RecordingError(f"there is no recording of call {call}; see 'xiaorong recording list'")
        if len(found) > 1:
            raise RecordingError(f"there are several of call {call}; give one of {', '.join(found)}")
        return found[0]

    def path(self, name: str) -> Path:
        """Where the recording of this name is. Raises RecordingError when it is no name of one."""
        if not _NAME.fullmatch(name):
            raise RecordingError(f"{name!r} is no name of a recording, such as 2026/11/23/17{SUFFIX}")
        return self.folder / name

    def open(self, name: str) -> Recording:
        """Open a recording to read. Raises RecordingError; see ``Recording``."""
        return Recording(self.path(name), self.keys)

    def delete(self, name: str) -> None:
        """Delete a recording; harmless when it is gone. Raises RecordingError."""
        try:
            self.path(name).unlink(missing_ok=True)
        except OSError as error:
            raise RecordingError(f"the recording {name} cannot be deleted: {error.strerror}") from error


def call_of(name: str) -> str:
    """The call that a recording of this name is of. Raises RecordingError when it is no name of one."""
    match = _NAME.fullmatch(name)
    if match is None:
        raise RecordingError(f"{name!r} is no name of a recording")
    return unquote(match[2])


def is_name_of(name: str, head: Head) -> bool:
    """Whether a recording with this head bears its own name: another's would pass it off for another call."""
    match = _NAME.fullmatch(name)
    return match is not None and (match[1], match[2]) == (
        f"{head.answered_at:%Y/%m/%d}",
        quote(head.call, safe=""),
    )
