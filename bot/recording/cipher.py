"""How chunks are protected: sealed with a key, or, where there is none, checked for accidents only."""

from __future__ import annotations

import zlib
from typing import Protocol

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from bot.recording.keys import Key
from bot.recording.layout import Header


class Cipher(Protocol):
    """Protects the bodies of one file. ``place`` is a chunk's number from 0, ``last`` whether it is the last.

    ``prefix`` is the chunk's, packed; it stays legible, and is protected all the same.
    """

    @property
    def overhead(self) -> int:
        """By how many bytes a protected body is longer."""
        ...

    def seal(self, body: bytes, prefix: bytes, place: int, *, last: bool) -> bytes: ...

    def open(self, sealed: bytes, prefix: bytes, place: int, *, last: bool) -> bytes:
        """Raises ValueError when the chunk is not the one that was written in this place."""
        ...


class Sealed:
    """AES-256-GCM after the STREAM construction (Hoang, Reyhanitabar, Rogaway, Vizár 2015), as age uses it.

    The key is the file's own, derived from the master key and the file's salt, so nonces may count from zero:
    eleven bytes of place and one that marks the last chunk. The header is bound to every chunk.
    """

    overhead = 16

    def __init__(self, key: Key, header: Header) -> None:
        derived = HKDF(SHA256(), 32, salt=header.salt, info=b"xiaorong recording 1").derive(key.secret)
        self._aes = AESGCM(derived)
        self._header = header.pack()

    def seal(self, body: bytes, prefix: bytes, place: int, *, last: bool) -> bytes:
        return self._aes.encrypt(_nonce(place, last), body, self._header + prefix)

    def open(self, sealed: bytes, prefix: bytes, place: int, *, last: bool) -> bytes:
        try:
            return self._aes.decrypt(_nonce(place, last), sealed, self._header + prefix)
        except InvalidTag as error:
            raise ValueError("a chunk was changed, moved or left out") from error


class Checked:
    """No key: a checksum over the same things. It finds damage, not forgery."""

    overhead = 4

    def __init__(self, header: Header) -> None:
        self._header = zlib.crc32(header.pack())

    def seal(self, body: bytes, prefix: bytes, place: int, *, last: bool) -> bytes:
        return body + self._sum(body, prefix, place, last)

    def open(self, sealed: bytes, prefix: bytes, place: int, *, last: bool) -> bytes:
        body, found = sealed[: -self.overhead], sealed[-self.overhead :]
        if found != self._sum(body, prefix, place, last):
            raise ValueError("a chunk was changed, moved or left out")
        return body

    def _sum(self, body: bytes, prefix: bytes, place: int, last: bool) -> bytes:
        return zlib.crc32(body, zlib.crc32(_nonce(place, last) + prefix, self._header)).to_bytes(4)


def _nonce(place: int, last: bool) -> bytes:
    return place.to_bytes(11) + bytes([last])
