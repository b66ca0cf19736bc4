"""The keys that recordings, or columns of a database, are sealed with: several may be at hand, and the newest
seals."""

from __future__ import annotations

import os
import secrets
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from hashlib import sha256
from pathlib import Path

from bot.errors import RecordingKeyError

KEY_BYTES = 32


@dataclass(frozen=True)
class Key:
    """A master key. ``id`` names it in files and messages, and tells nothing of it."""

    secret: bytes = field(repr=False)

    @cached_property
    def id(self) -> bytes:
        return sha256(b"xiaorong recording key id" + self.secret).digest()[:8]


class KeyRing:
    """All keys at hand, the newest last. An empty ring seals nothing."""

    def __init__(self, keys: Iterable[Key] = ()) -> None:
        self._keys = {key.id: key for key in keys}

    def __len__(self) -> int:
        return len(self._keys)

    @property
    def newest(self) -> Key | None:
        return next(reversed(self._keys.values()), None)

    def find(self, key_id: bytes) -> Key | None:
        return self._keys.get(key_id)

    @classmethod
    def parse(cls, text: str, where: str) -> KeyRing:
        """Keys of 64 hexadecimal digits, the newest last, apart by white space or commas; ``#`` comments.

        Raises RecordingKeyError.
        """
        words = [
            word for line in text.splitlines() for word in line.partition("#")[0].replace(",", " ").split()
        ]
        try:
            secrets_ = [bytes.fromhex(word) for word in words]
        except ValueError:
            secrets_ = [b""]
        if any(len(secret) != KEY_BYTES for secret in secrets_):
            raise RecordingKeyError(f"{where}: a key is {2 * KEY_BYTES} hexadecimal digits")
        # A key that comes again is newest again.
        return cls(Key(secret) for secret in dict.fromkeys(reversed(secrets_)).__reversed__())

    @classmethod
    def load(cls, path: Path) -> KeyRing:
        """The keys in a file; none when there is no file. Raises RecordingKeyError."""
        try:
            return cls.parse(path.read_text(encoding="utf-8"), str(path))
        except FileNotFoundError:
            return cls()
        except (OSError, UnicodeDecodeError) as error:
            raise RecordingKeyError(f"the keys in {path} cannot be read: {error}") from error


def add_key(path: Path, today: date) -> Key:
    """Make a key, and put it behind those in ``path``: it seals from now on. Raises RecordingKeyError."""
    KeyRing.load(path)  # nothing is added to a file that cannot be read
    key = Key(secrets.token_bytes(KEY_BYTES))
    fresh = path.with_name(path.name + ".new")
    try:
        before = path.read_text(encoding="utf-8") if path.exists() else ""
        fresh.unlink(missing_ok=True)
        descriptor = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            gap = "" if not before or before.endswith("\n") else "\n"
            file.write(f"{before}{gap}{key.secret.hex()}  # {key.id.hex()}, made {today.isoformat()}\n")
            file.flush()
            os.fsync(file.fileno())
        fresh.replace(path)  # at once: a crash loses no key that something was sealed with
    except OSError as error:
        raise RecordingKeyError(f"no key can be written to {path}: {error.strerror}") from error
    return key
