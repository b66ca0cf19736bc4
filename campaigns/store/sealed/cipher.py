"""One key at work: values sealed and opened under a label, and what stands for the beginning of a name.

A sealed value is ``xs1:`` and the base64url of the key's id (8 bytes) and the ciphertext. Two ways:

fixed   AES-256-SIV (RFC 5297): equal values come out equal, so that they can be looked up, joined and kept
        unique. Who reads the database sees which rows have the same value, and not which value.
free    AES-256-GCM with 96 random bits before the ciphertext, a key for each label: only the length shows.

The label is authenticated with the value: a value that is moved under another label does not open.
"""

from __future__ import annotations

import hmac
import os
from base64 import urlsafe_b64decode, urlsafe_b64encode
from functools import cached_property
from typing import Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM, AESSIV
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from bot.recording.keys import Key

MARK: Final = "xs1:"
ID_BYTES: Final = 8
_NONCE: Final = 12
_SHORTEST: Final = ID_BYTES + 16  # a tag, over nothing
_CHECK: Final = "xiaorong store"


class Cipher:
    """Seals and opens with one key. ``text`` is any string but the empty one, which is left as it is."""

    def __init__(self, key: Key) -> None:
        self.key = key
        self._free: dict[str, AESGCM] = {}

    def fixed(self, label: str, text: str) -> str:
        """``text`` sealed so that it comes out the same every time."""
        return _written(self.key.id + self._siv.encrypt(text.encode(), [label.encode()]))

    def free(self, label: str, text: str) -> str:
        """``text`` sealed so that it never comes out the same."""
        nonce = os.urandom(_NONCE)
        sealed = self._gcm(label).encrypt(nonce, text.encode(), label.encode())
        return _written(self.key.id + nonce + sealed)

    def open_fixed(self, label: str, body: bytes) -> str:
        """What ``fixed`` sealed; ``body`` without the key's id. Raises ValueError."""
        try:
            return self._siv.decrypt(body, [label.encode()]).decode()
        except InvalidTag as error:
            raise ValueError("it was changed or moved") from error

    def open_free(self, label: str, body: bytes) -> str:
        """What ``free`` sealed. Raises ValueError."""
        try:
            return self._gcm(label).decrypt(body[:_NONCE], body[_NONCE:], label.encode()).decode()
        except InvalidTag as error:
            raise ValueError("it was changed or moved") from error

    def blind(self, label: str, text: str) -> int:
        """64 bits, signed, that stand for ``text`` and cannot be made without the key."""
        digest = hmac.digest(self._blind, f"{label}\n{text}".encode(), "sha256")
        return int.from_bytes(digest[:8], signed=True)

    @cached_property
    def check(self) -> str:
        """Kept in the database: tells this key from any other."""
        return self.fixed("check", _CHECK)

    @cached_property
    def _siv(self) -> AESSIV:
        return AESSIV(self._derived("fixed", 64))

    @cached_property
    def _blind(self) -> bytes:
        return self._derived("blind", 32)

    def _gcm(self, label: str) -> AESGCM:
        cipher = self._free.get(label)
        if cipher is None:
            cipher = self._free[label] = AESGCM(self._derived(f"free {label}", 32))
        return cipher

    def _derived(self, purpose: str, size: int) -> bytes:
        info = f"xiaorong store 1 {purpose}".encode()
        return HKDF(SHA256(), size, salt=None, info=info).derive(self.key.secret)


def body_of(stored: str) -> bytes | None:
    """The key's id and the ciphertext of a sealed value; None: it is none."""
    if not stored.startswith(MARK):
        return None
    coded = stored[len(MARK) :]
    try:
        body = urlsafe_b64decode(coded + "=" * (-len(coded) % 4))
    except ValueError:
        return None
    return body if len(body) >= _SHORTEST and _written(body) == stored else None


def _written(body: bytes) -> str:
    return MARK + urlsafe_b64encode(body).rstrip(b"=").decode("ascii")
