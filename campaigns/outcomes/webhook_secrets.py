"""Secrets of endpoints: made here, told once, kept sealed."""

from __future__ import annotations

from base64 import b64encode, urlsafe_b64encode
from secrets import token_bytes

from cryptography.fernet import Fernet, InvalidToken

from campaigns.errors import SettingsError

PREFIX = "whsec_"  # of the Standard Webhooks scheme
SECRET_BYTES = 32


def new_secret() -> str:
    """A secret as the Standard Webhooks scheme writes it."""
    return PREFIX + b64encode(token_bytes(SECRET_BYTES)).decode("ascii")


def seal(key: bytes, secret: str) -> str:
    """``secret`` for the store: of no use without ``key`` (32 bytes)."""
    return Fernet(urlsafe_b64encode(key)).encrypt(secret.encode("ascii")).decode("ascii")


def unseal(key: bytes, sealed: str) -> str:
    """The secret. Raises SettingsError when it was sealed with another key."""
    try:
        return Fernet(urlsafe_b64encode(key)).decrypt(sealed).decode("ascii")
    except InvalidToken:
        raise SettingsError(
            "the secret of an endpoint was sealed with another webhook.key: put that file back, or remove "
            "the endpoint and add it anew"
        ) from None
