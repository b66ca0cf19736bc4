"""Unpacking an archive that is not trusted: plain files only, within the folder, no more than is expected."""

from __future__ import annotations

import lzma
import stat
import struct
import tarfile
import zipfile
import zlib
from collections.abc import Iterator
from pathlib import Path, PurePosixPath
from typing import IO

from bot.errors import ModelError
from bot.models.catalogue import Archive

MOST_FILES = 20_000
_BLOCK = 1 << 20
_DAMAGED = (
    zipfile.BadZipFile, tarfile.TarError, zlib.error, lzma.LZMAError, struct.error,
    EOFError, RuntimeError, ValueError, LookupError, OverflowError,
)  # fmt: skip
"""What reading a damaged archive raises: the two modules check little of what they read."""


def unpack(archive: Path, kind: Archive, target: Path, *, most_bytes: int) -> Path:
    """Unpack into the empty folder ``target``; gives it, or the one folder that the archive holds.

    Raises ModelError for a damaged archive, for links, devices and paths out of the folder, and for more than
    ``most_bytes``; what was unpacked so far stays for the caller to remove. Raises OSError, too.
    """
    left, seen = most_bytes, set[str]()
    try:
        for number, (name, source) in enumerate(_members(archive, kind)):
            path = target / _safe(name)
            if number >= MOST_FILES or name.casefold() in seen:
                raise ModelError(f"{archive.name} holds too many files, or {name!r} twice: it is not used")
            seen.add(name.casefold())
            path.parent.mkdir(parents=True, exist_ok=True)
            left -= _copy(source, path, left, archive)
    except _DAMAGED as error:
        raise ModelError(f"{archive.name} is damaged or no {kind} archive: {error}") from error
    entries = list(target.iterdir())
    return entries[0] if len(entries) == 1 and entries[0].is_dir() else target


def _members(archive: Path, kind: Archive) -> Iterator[tuple[str, IO[bytes]]]:
    """The plain files of an archive, one after another. Folders are made as files need them."""
    if kind is Archive.ZIP:
        with zipfile.ZipFile(archive) as packed:
            for info in packed.infolist():
                mode = stat.S_IFMT(info.external_attr >> 16)
                if mode not in (0, stat.S_IFREG, stat.S_IFDIR):
                    raise ModelError(f"{archive.name} holds {info.filename!r}, which is no plain file")
                if not info.filename.endswith("/"):
                    with packed.open(info) as source:
                        yield info.filename, source
    else:
        with tarfile.open(archive, mode="r|*") as packed_tar:  # a stream: its read errors are TarErrors
            for member in packed_tar:
                if not (member.isreg() or member.isdir()):
                    raise ModelError(f"{archive.name} holds {member.name!r}, which is no plain file")
                content = packed_tar.extractfile(member) if member.isreg() else None
                if content is not None:
                    yield member.name, content


def _safe(name: str) -> PurePosixPath:
    """``name`` as a path below a folder. Raises ModelError when it is none."""
    path = PurePosixPath(name)
    odd = any(character in name for character in "\\:\0")
    if path.is_absolute() or not path.parts or ".." in path.parts or odd or len(name) > 240:
        raise ModelError(f"the archive holds the path {name!r}, which leads elsewhere: it is not used")
    return path


def _copy(source: IO[bytes], path: Path, most: int, archive: Path) -> int:
    """Copy to a new file; the number of bytes, counted because declared sizes may lie."""
    copied = 0
    with path.open("xb") as file:
        while block := source.read(_BLOCK):
            copied += len(block)
            if copied > most:
                raise ModelError(f"{archive.name} unpacks to more than is expected of it: it is not used")
            file.write(block)
    return copied
