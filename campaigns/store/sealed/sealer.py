"""What columns are written and read with: one key to write with, all keys at hand to read with."""

from __future__ import annotations

from typing import Final

from bot.recording.keys import Key, KeyRing
from campaigns.store.sealed.cipher import ID_BYTES, MARK, Cipher, body_of
from campaigns.store.sealed.errors import ColumnError

PLAIN: Final = "xs0:"  # before a text that is not sealed and looks as if it were


class Sealer:
    """Seals with ``key``, and opens what any key of ``keys`` sealed.

    ``mixed``: values that are not sealed are read too: only while a database is being sealed or unsealed. At
    any other time such a value was put there by somebody who does not have the key.
    """

    def __init__(self, keys: KeyRing, key: Key, *, mixed: bool = False) -> None:
        self.key_id = key.id
        self.mixed = mixed
        self._keys = keys
        self._cipher = Cipher(key)
        self._ciphers = {key.id: self._cipher}

    @property
    def check(self) -> str:
        """``Cipher.check`` of the key that is written with."""
        return self._cipher.check

    def fixed(self, label: str, text: str) -> str:
        return self._cipher.fixed(label, text) if text else text

    def free(self, label: str, text: str) -> str:
        return self._cipher.free(label, text) if text else text

    def blind(self, label: str, text: str) -> int:
        return self._cipher.blind(label, text)

    def open(self, label: str, stored: str, *, fixed: bool) -> str:
        """What was sealed. Raises ColumnError: changed, moved, not sealed, or by a key unknown here."""
        if not stored:
            return stored
        body = body_of(stored)
        if body is None:
            if self.mixed:
                return stored.removeprefix(PLAIN)
            raise ColumnError(
                f"a value of {label} is not sealed, though the database is: it was put there from outside. "
                "See who has access to the database; restore it from a backup"
            )
        cipher, rest = self._by(body[:ID_BYTES]), body[ID_BYTES:]
        try:
            return cipher.open_fixed(label, rest) if fixed else cipher.open_free(label, rest)
        except ValueError as error:
            raise ColumnError(
                f"a value of {label} cannot be opened: {error}. See who has access to the database; restore "
                "it from a backup"
            ) from error

    def _by(self, key_id: bytes) -> Cipher:
        cipher = self._ciphers.get(key_id)
        if cipher is None:
            key = self._keys.find(key_id)
            if key is None:
                raise ColumnError(f"a value is sealed with the key {key_id.hex()}, which is not at hand")
            cipher = self._ciphers[key_id] = Cipher(key)
        return cipher


def plain(text: str) -> str:
    """``text`` as it is stored without a key: what looks sealed is marked, so as not to be taken for that."""
    return PLAIN + text if text.startswith((MARK, PLAIN)) else text


def unplain(label: str, stored: str) -> str:
    """What ``plain`` gave. Raises ColumnError for a value that is sealed."""
    if stored.startswith(MARK) and body_of(stored) is not None:
        raise ColumnError(f"a value of {label} is sealed, and no key is at hand")
    return stored.removeprefix(PLAIN)
