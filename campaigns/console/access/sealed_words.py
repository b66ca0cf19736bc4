"""What somebody searched for, as an address may carry it: sealed for the session that searched.

AES-256-GCM under a key made from the session's token, of which the store has only a hash: whoever finds
the address in a history, a bookmark or the log of a proxy reads nothing, and once the session is over nobody
does.
"""

from __future__ import annotations

import hmac
import json
import os
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Mapping
from typing import Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

LONGEST: Final = 2_000  # characters of an address that are looked at
STEP: Final = 32  # bytes: of the length of what is sealed only the steps show
_NONCE: Final = 12


def seal(cookie: str, page: str, words: Mapping[str, str]) -> str:
    """The words for an address of ``page``, for the browser with this cookie alone."""
    plain = json.dumps(words, ensure_ascii=False, separators=(",", ":")).encode()
    nonce = os.urandom(_NONCE)
    padded = plain + b" " * (-len(plain) % STEP)
    sealed = AESGCM(_key(cookie)).encrypt(nonce, padded, page.encode())
    return urlsafe_b64encode(nonce + sealed).decode().rstrip("=")


def unseal(cookie: str, page: str, given: str) -> dict[str, str] | None:
    """What ``seal`` sealed; None for another session's, another page's, and anything else."""
    if not cookie or len(given) > LONGEST or not given.isascii():
        return None
    try:
        whole = urlsafe_b64decode(given + "=" * (-len(given) % 4))
        plain = AESGCM(_key(cookie)).decrypt(whole[:_NONCE], whole[_NONCE:], page.encode())
    except (ValueError, InvalidTag):
        return None
    words: dict[str, str] = json.loads(plain)
    return words


def _key(cookie: str) -> bytes:
    return hmac.digest(cookie.encode(), b"xiaorong search", "sha256")
