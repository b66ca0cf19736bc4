"""Chunks: bodies into the bytes of a file, and back. ``layout.py`` tells how the file looks."""

from __future__ import annotations

import os
import secrets
from collections.abc import Iterator
from dataclasses import dataclass

from bot.recording.cipher import Checked, Cipher, Sealed
from bot.recording.keys import Key, KeyRing
from bot.recording.layout import HEADER_BYTES, NO_KEY, PREFIX_BYTES, Header, Kind, Method, Prefix


def cipher(header: Header, keys: KeyRing) -> Cipher | None:
    """What protects the bodies of a file with this header; None when its key is not at hand."""
    if header.method is Method.PLAIN:
        return Checked(header)
    key = keys.find(header.key_id)
    return None if key is None else Sealed(key, header)


class ChunkWriter:
    """Makes the chunks of one file, in order, sealed with ``key`` if there is one. Writes nothing itself."""

    def __init__(self, key: Key | None) -> None:
        salt = secrets.token_bytes(32)
        self._cipher: Cipher
        if key is None:
            self._header = Header(Method.PLAIN, NO_KEY, salt)
            self._cipher = Checked(self._header)
        else:
            self._header = Header(Method.AES_256_GCM, key.id, salt)
            self._cipher = Sealed(key, self._header)
        self._place = 0

    def header(self) -> bytes:
        return self._header.pack()

    def chunk(self, kind: Kind, body: bytes, samples: int = 0) -> bytes:
        """The next chunk."""
        prefix = Prefix(len(body) + self._cipher.overhead, kind, samples).pack()
        sealed = self._cipher.seal(body, prefix, self._place, last=kind is Kind.END)
        self._place += 1
        return prefix + sealed


@dataclass(frozen=True, slots=True)
class Chunk:
    """Where a chunk is: ``offset`` is its body's. ``begin`` is its first sample."""

    place: int
    offset: int
    prefix: Prefix
    begin: int


@dataclass(frozen=True, slots=True)
class Table:
    """The chunks of a file, as their prefixes tell: nothing of it is authentic until a chunk is opened.

    ``torn`` bytes at the end are no whole chunk; ``damage`` says why what follows cannot be chunks at all.
    """

    header: Header
    chunks: tuple[Chunk, ...]
    size: int
    torn: int = 0
    damage: str | None = None

    @property
    def ended(self) -> bool:
        """Whether the last chunk is where it should be."""
        return bool(self.chunks) and self.chunks[-1].prefix.kind is Kind.END and not self.torn

    @property
    def samples(self) -> int:
        return self.chunks[-1].begin + self.chunks[-1].prefix.samples if self.chunks else 0

    def of_kind(self, kind: Kind) -> Iterator[Chunk]:
        return (chunk for chunk in self.chunks if chunk.prefix.kind is kind)


def read_table(descriptor: int) -> Table:
    """The table of an open file. Raises ValueError when it does not begin as a recording, and OSError."""
    size = os.fstat(descriptor).st_size
    header = Header.unpack(os.pread(descriptor, HEADER_BYTES, 0))
    chunks: list[Chunk] = []
    offset, begin = HEADER_BYTES, 0
    while offset < size:
        if chunks and chunks[-1].prefix.kind is Kind.END:
            return Table(header, tuple(chunks), size, size - offset, "something follows its end")
        packed = os.pread(descriptor, PREFIX_BYTES, offset)
        if len(packed) < PREFIX_BYTES:
            break
        try:
            prefix = Prefix.unpack(packed)
        except ValueError as error:
            return Table(header, tuple(chunks), size, size - offset, str(error))
        if (prefix.kind is Kind.HEAD) is bool(chunks):
            return Table(header, tuple(chunks), size, size - offset, "its chunks are not in order")
        if offset + PREFIX_BYTES + prefix.length > size:
            break
        chunks.append(Chunk(len(chunks), offset + PREFIX_BYTES, prefix, begin))
        offset += PREFIX_BYTES + prefix.length
        begin += prefix.samples
    return Table(header, tuple(chunks), size, size - offset)
