"""All files of a language as one value: to keep a version, to compare it with another, to put it back."""

from __future__ import annotations

import hashlib
import io
import re
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass
from difflib import unified_diff
from functools import cached_property
from pathlib import Path
from typing import Final

from bot.errors import DataFileError

FOR_AUTHORS_ALONE: Final = ("tests", "personas")
"""Folders that shape no reply."""

MOST_BYTES: Final = 20_000_000
_NAME: Final = re.compile(r"(?:[\w-]+/){0,4}[\w.-]+\.yml")
_STAMP: Final = (1980, 1, 1, 0, 0, 0)


@dataclass(frozen=True)
class Bundle:
    """Path within the language's folder → content. ``digest`` tells versions apart; ``shape`` is the same for
    all that hold calls alike, whatever tests and personas authors have beside them.
    """

    files: Mapping[str, bytes]

    @cached_property
    def digest(self) -> str:
        return _hash(self.files)

    @cached_property
    def shape(self) -> str:
        files = self.files.items()
        return _hash({name: each for name, each in files if name.partition("/")[0] not in FOR_AUTHORS_ALONE})

    def packed(self) -> bytes:
        """As one file; the same bundle gives the same bytes."""
        out = io.BytesIO()
        with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as packed:
            for name, content in sorted(self.files.items()):
                entry = zipfile.ZipInfo(name, _STAMP)
                entry.compress_type = zipfile.ZIP_DEFLATED
                packed.writestr(entry, content)
        return out.getvalue()

    def write(self, folder: Path) -> None:
        """Put the files into ``folder``. Raises OSError."""
        for name, content in self.files.items():
            path = folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content)

    def changes_since(self, older: Bundle) -> list[Change]:
        """What is another than in ``older``, by file."""
        names = sorted({*self.files, *older.files})
        return [
            Change(name, tuple(_diff(older.files.get(name, b""), self.files.get(name, b""))))
            for name in names
            if self.files.get(name) != older.files.get(name)
        ]


@dataclass(frozen=True, slots=True)
class Change:
    """A file that differs: lines as ``diff -u`` has them, without its head."""

    name: str
    lines: tuple[str, ...]

    @property
    def added(self) -> int:
        return sum(line.startswith("+") for line in self.lines)

    @property
    def removed(self) -> int:
        return sum(line.startswith("-") for line in self.lines)


def read_bundle(folder: Path) -> Bundle:
    """The files of a language as they are on the disk. Raises DataFileError."""
    files: dict[str, bytes] = {}
    try:
        for path in sorted(folder.rglob("*.yml")):
            files[path.relative_to(folder).as_posix()] = path.read_bytes()
    except OSError as error:
        raise DataFileError(str(folder), f"cannot be read: {error.strerror}") from error
    return Bundle(files)


def unpack(packed: bytes) -> Bundle:
    """The other way round. Raises DataFileError for what is no bundle."""
    files: dict[str, bytes] = {}
    left = MOST_BYTES
    try:
        with zipfile.ZipFile(io.BytesIO(packed)) as archive:
            for entry in archive.infolist():
                left -= entry.file_size
                if not _NAME.fullmatch(entry.filename) or left < 0:
                    raise DataFileError(entry.filename[:80], "does not belong into a version of the scripts")
                files[entry.filename] = archive.read(entry)
    except zipfile.BadZipFile as error:
        raise DataFileError("version of the scripts", "is damaged") from error
    return Bundle(files)


def _hash(files: Mapping[str, bytes]) -> str:
    found = hashlib.sha256()
    for name, content in sorted(files.items()):
        found.update(f"{name}\0{len(content)}\0".encode() + content)
    return found.hexdigest()


def _diff(old: bytes, new: bytes) -> list[str]:
    before, after = (text.decode(errors="replace").splitlines() for text in (old, new))
    return list(unified_diff(before, after, lineterm="", n=2))[2:]
