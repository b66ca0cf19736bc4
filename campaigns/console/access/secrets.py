"""Random tokens, and what is kept of them: a hash that finds them and gives nothing away."""

from __future__ import annotations

import hashlib
import hmac
import secrets
from typing import Final

TOKEN_BYTES: Final = 32
API_PREFIX: Final = "xr_"


def new_token() -> str:
    """256 random bits, as text for a cookie or a link."""
    return secrets.token_urlsafe(TOKEN_BYTES)


def new_api_key() -> str:
    """A key for a program; its beginning lets scanners of leaked secrets find it."""
    return API_PREFIX + new_token()


def fingerprint(token: str) -> str:
    """What the store keeps of a token, which has 256 random bits: a plain hash cannot be turned back."""
    return hashlib.sha256(token.encode()).hexdigest()


def csrf_token(cookie: str) -> str:
    """What forms of the browser with this cookie carry: made from what no other site can read.

    Masked anew each time: pages are compressed, and what never stands there twice alike cannot be guessed
    from their length.
    """
    told = _told_by(cookie)
    mask = secrets.token_bytes(len(told))
    return (mask + _xor(mask, told)).hex()


def is_csrf_token(cookie: str, given: str) -> bool:
    """Whether ``given`` is a token of the browser with this cookie."""
    told = _told_by(cookie)
    try:
        both = bytes.fromhex(given)
    except ValueError:
        return False
    return len(both) == 2 * len(told) and hmac.compare_digest(
        _xor(both[: len(told)], both[len(told) :]), told
    )


def _told_by(cookie: str) -> bytes:
    return hmac.new(cookie.encode(), b"xiaorong csrf", hashlib.sha256).digest()


def _xor(one: bytes, other: bytes) -> bytes:
    return bytes(left ^ right for left, right in zip(one, other, strict=True))


def same(one: str, other: str) -> bool:
    """Compare without telling by time where they differ."""
    return hmac.compare_digest(one.encode(), other.encode())
