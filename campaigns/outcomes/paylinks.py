"""Payment links: short tokens that are signed, hold nothing personal, and are not to be guessed or counted.

A token is a number of 71 bits, written with 12 letters and digits: the first 40 bits of an HMAC-SHA256 over
the link's id, its promise and its end, then the id, hidden under a pad that is made from those bits. So it
can be made again from the row and the key, and without the key neither tokens nor ids can be told apart from
noise. One in 2^40 guesses would fit a given id; whoever serves the page limits how often one may guess.
"""

from __future__ import annotations

import hashlib
import hmac
import string
from datetime import UTC, datetime
from typing import Final

LENGTH: Final = 12
ALPHABET: Final = string.digits + string.ascii_uppercase + string.ascii_lowercase
MAC_BITS: Final = 40
ID_BITS: Final = 31
"""The ids that a database's integer column holds."""

_VALUE: Final = {letter: value for value, letter in enumerate(ALPHABET)}


def make_token(key: bytes, link_id: int, promise_id: int, expires_at: datetime) -> str:
    """The token of a link."""
    if not 0 < link_id < 1 << ID_BITS:
        raise ValueError(f"a link's id has {ID_BITS} bits")
    mac = _mac(key, link_id, promise_id, expires_at)
    return _write(mac << ID_BITS | link_id ^ _pad(key, mac))


def id_in(key: bytes, token: str) -> int | None:
    """The id that a token holds, whether it is signed or not; None for what is no token at all."""
    value = _read(token)
    if value is None:
        return None
    mac = value >> ID_BITS
    return (value & (1 << ID_BITS) - 1) ^ _pad(key, mac)


def is_signed(key: bytes, token: str, link_id: int, promise_id: int, expires_at: datetime) -> bool:
    """Whether the token is the one of this very link."""
    right = make_token(key, link_id, promise_id, expires_at)
    return token.isascii() and hmac.compare_digest(token, right)


def _mac(key: bytes, link_id: int, promise_id: int, expires_at: datetime) -> int:
    if expires_at.tzinfo is None:
        raise ValueError("the end of a link must be aware")
    content = f"pay-link-1|{link_id}|{promise_id}|{expires_at.astimezone(UTC).isoformat()}".encode()
    digest = hmac.digest(key, content, hashlib.sha256)
    return int.from_bytes(digest[:8], "big") >> (64 - MAC_BITS)


def _pad(key: bytes, mac: int) -> int:
    digest = hmac.digest(key, f"pay-link-pad-1|{mac}".encode(), hashlib.sha256)
    return int.from_bytes(digest[:4], "big") >> (32 - ID_BITS)


def _write(value: int) -> str:
    letters = []
    for _ in range(LENGTH):
        value, digit = divmod(value, len(ALPHABET))
        letters.append(ALPHABET[digit])
    return "".join(reversed(letters))


def _read(token: str) -> int | None:
    if len(token) != LENGTH or any(letter not in _VALUE for letter in token):
        return None
    value = 0
    for letter in token:
        value = value * len(ALPHABET) + _VALUE[letter]
    return value if value < 1 << (MAC_BITS + ID_BITS) else None
