"""Passwords: what is asked of them, and their argon2 hashes."""

from __future__ import annotations

import threading
from typing import Final

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from campaigns.errors import ConflictError

SHORTEST: Final = 12
LONGEST: Final = 256
FEWEST_DIFFERENT: Final = 6
AT_ONCE: Final = 2  # a hash takes 64 MiB; more at a time would let guesses exhaust the memory


class Passwords:
    """Hashes and checks, a few at a time. Thread-safe."""

    def __init__(self, hasher: PasswordHasher | None = None) -> None:
        self._hasher = hasher or PasswordHasher()  # RFC 9106, the low-memory profile
        self._turns = threading.Semaphore(AT_ONCE)
        self._nobody = self._hasher.hash("nobody has this password")

    def hash(self, password: str) -> str:
        """What the store keeps."""
        with self._turns:
            return self._hasher.hash(password)

    def fits(self, password: str, kept: str | None) -> bool:
        """Whether it is the password. ``kept`` None: nobody's, which takes as long to find out."""
        with self._turns:
            try:
                self._hasher.verify(kept or self._nobody, password[:LONGEST])
            except (VerificationError, InvalidHashError):
                return False
        return kept is not None

    def is_weak(self, kept: str) -> bool:
        """Whether it was hashed with less effort than is usual now."""
        return self._hasher.check_needs_rehash(kept)


def check_new_password(password: str, username: str) -> None:
    """Raises ConflictError that says what is asked for."""
    if not SHORTEST <= len(password) <= LONGEST:
        raise ConflictError(
            "a password has %(shortest)s to %(longest)s characters", shortest=SHORTEST, longest=LONGEST
        )
    if len(set(password)) < FEWEST_DIFFERENT or username.lower() in password.lower():
        raise ConflictError("this password is easy to guess: use a few words that do not belong together")
