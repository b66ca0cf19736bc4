"""The layout of a recording: a header, then chunks, each whole by itself and checked by itself.

::

    header   magic 8 | version 1 | cipher 1 | key id 8 | salt 32
    chunk    length of the body 4 | kind 1 | samples 2 | body

Numbers are big-endian. Bodies by kind:

- ``HEAD``, always the first: JSON of ``contents.Head``
- ``SOUND``: a FLAC file of a second, left the customer and right the bot; ``samples`` says how many of each
- ``NOTES``: JSON of a list of ``contents.Note``
- ``END``, always the last: JSON of ``contents.Ending``. A file without it was cut off

What was written is never changed, so a crash leaves every finished chunk; a second's place is found by adding
up ``samples``. ``cipher.py`` protects the bodies: a chunk is bound to its place, so that one changed, moved,
left out or cut off is noticed.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass
from enum import IntEnum

MAGIC = b"\x89XRREC\r\n"  # as of PNG: its first byte and line end show a file that was taken for text
VERSION = 1
MOST_BODY = 1 << 24
"""No body comes near this: a longer one is damage, and nobody makes room for it."""

_HEADER = struct.Struct(">8sBB8s32s")
_PREFIX = struct.Struct(">IBH")
HEADER_BYTES, PREFIX_BYTES = _HEADER.size, _PREFIX.size

NO_KEY = bytes(8)


class Method(IntEnum):
    """How bodies are protected."""

    PLAIN = 0
    AES_256_GCM = 1


class Kind(IntEnum):
    """What is in a chunk."""

    HEAD = 0
    SOUND = 1
    NOTES = 2
    END = 3


@dataclass(frozen=True, slots=True)
class Header:
    """What a file begins with. ``key_id`` names the key it was sealed with, ``salt`` makes its own of it."""

    method: Method
    key_id: bytes
    salt: bytes

    def pack(self) -> bytes:
        return _HEADER.pack(MAGIC, VERSION, self.method, self.key_id, self.salt)

    @classmethod
    def unpack(cls, data: bytes) -> Header:
        """Raises ValueError, with what is wrong."""
        if len(data) < HEADER_BYTES:
            raise ValueError("it ends within its header")
        magic, version, method, key_id, salt = _HEADER.unpack(data)
        if magic != MAGIC:
            raise ValueError("it is no recording")
        if version != VERSION:
            raise ValueError(f"it has version {version}, and this program reads version {VERSION}")
        if method not in list(Method):
            raise ValueError(f"it is protected in an unknown way ({method})")
        return cls(Method(method), key_id, salt)


@dataclass(frozen=True, slots=True)
class Prefix:
    """What a chunk begins with."""

    length: int
    kind: Kind
    samples: int = 0

    def pack(self) -> bytes:
        return _PREFIX.pack(self.length, self.kind, self.samples)

    @classmethod
    def unpack(cls, data: bytes) -> Prefix:
        """Raises ValueError, with what is wrong."""
        length, kind, samples = _PREFIX.unpack(data)
        if kind not in list(Kind) or length > MOST_BODY:
            raise ValueError("no chunk begins where one should")
        return cls(length, Kind(kind), samples)
