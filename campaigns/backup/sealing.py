"""The keys of an installation in one file that is of no use without its passphrase."""

from __future__ import annotations

import json
import os
from base64 import b64decode, b64encode
from collections.abc import Mapping
from typing import Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.scrypt import Scrypt

from campaigns.errors import BackupError

LEAST_PASSPHRASE: Final = 12
MAGIC: Final = b"xiaorong keys 1\n"
COST: Final = 2**15  # 32 MB and about 0.1 s a guess: OWASP's password storage cheat sheet, scrypt
_SALT, _NONCE = 16, 12


def check_passphrase(passphrase: str) -> None:
    """Raises BackupError when it is too short to withstand guessing."""
    if len(passphrase) < LEAST_PASSPHRASE:
        raise BackupError(f"a passphrase has at least {LEAST_PASSPHRASE} characters")


def seal(files: Mapping[str, bytes], passphrase: str) -> bytes:
    """``files`` by name, sealed. Raises BackupError for a passphrase that is too short."""
    check_passphrase(passphrase)
    salt, nonce = os.urandom(_SALT), os.urandom(_NONCE)
    plain = json.dumps({name: b64encode(content).decode() for name, content in files.items()}).encode()
    return MAGIC + salt + nonce + AESGCM(_key(passphrase, salt)).encrypt(nonce, plain, MAGIC)


def unseal(sealed: bytes, passphrase: str) -> dict[str, bytes]:
    """The files. Raises BackupError: another passphrase, or the file was changed or is none."""
    body = sealed.removeprefix(MAGIC)
    if len(body) == len(sealed) or len(body) < _SALT + _NONCE:
        raise BackupError("this is no file of keys that 'xiaorong backup --keys' made")
    salt, nonce, rest = body[:_SALT], body[_SALT : _SALT + _NONCE], body[_SALT + _NONCE :]
    try:
        plain = AESGCM(_key(passphrase, salt)).decrypt(nonce, rest, MAGIC)
    except InvalidTag as error:
        raise BackupError("the passphrase is another, or the file of keys was changed") from error
    return {name: b64decode(content) for name, content in json.loads(plain).items()}


def _key(passphrase: str, salt: bytes) -> bytes:
    return Scrypt(salt=salt, length=32, n=COST, r=8, p=1).derive(passphrase.encode())
