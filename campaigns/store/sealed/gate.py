"""Who may open a database: whoever has the key that it is sealed with, and one alone while that changes.

Every connection asks, once: a database that is sealed under another program's feet refuses the next one.
"""

from __future__ import annotations

import hmac
from collections.abc import Sequence
from enum import Enum, auto
from typing import Any, Final

from sqlalchemy.engine import Dialect

from bot.recording.keys import KeyRing
from campaigns.errors import ConflictError, SealError, SettingsError
from campaigns.store.sealed.sealer import Sealer
from campaigns.store.sealed.types import sealer_of, use

ADVISORY_LOCK: Final = 0x5853  # any number but those of campaigns.store.exclusive and grading_lock
TRIES: Final = 4  # the server takes a moment to see that a connection was closed
_ROW: Final = "SELECT state, key_id, check_value FROM sealing"


class Opening(Enum):
    """What a database is opened for."""

    USE = auto()
    UPKEEP = auto()  # as USE, and a database that is not sealed yet is opened though there is a key
    LOOK = auto()  # to see how it stands: whether the key is at hand is not asked
    ALONE = auto()  # to seal or unseal it: nobody else has it open, and its columns are left as they are


class Gate:
    """Lets a connection of one engine through, or raises SealError, SettingsError or ConflictError."""

    def __init__(self, dialect: Dialect, name: str, keys: KeyRing, opening: Opening) -> None:
        self._dialect = dialect
        self._name = name
        self._keys = keys
        self._opening = opening

    def __call__(self, connection: Any, _record: Any) -> None:
        try:
            self._admit(connection)
        except BaseException:
            connection.close()  # nobody else does, and it would be in the way of whoever wants to be alone
            raise

    def _admit(self, connection: Any) -> None:
        postgres = self._dialect.name != "sqlite"
        cursor = connection.cursor()
        try:
            if postgres:
                self._enter(cursor)
            if self._opening in (Opening.USE, Opening.UPKEEP):
                self._check(_standing(cursor, self._dialect.name))
            if postgres:
                connection.commit()
        finally:
            cursor.close()

    def _enter(self, cursor: Any) -> None:
        """Held as long as the connection is; SQLite's file locks do the same by themselves.

        Asked a few times: the server notices a moment later that whoever held it has gone.
        """
        if self._opening is not Opening.ALONE:
            if not _locked_soon(cursor, "pg_try_advisory_lock_shared"):
                raise SealError(
                    f"the database {self._name} is being sealed or unsealed; wait until that is done",
                    transient=True,
                )
        elif not _locked_soon(cursor, "pg_try_advisory_lock"):
            raise in_use(self._name)

    def _check(self, row: Sequence[str] | None) -> None:
        if row is None:
            if self._keys.newest is not None and self._opening is Opening.USE:
                raise SettingsError(
                    f"there is a database key, and the database {self._name} is not sealed: stop everything "
                    "that uses it and run 'xiaorong database seal'"
                )
            use(self._dialect, None)
            return
        state, key_id, check = row
        if state != "sealed":
            verb = "seal" if state == "sealing" else "unseal"
            raise SealError(
                f"the database {self._name} is half {verb}ed; run 'xiaorong database {verb}' to its end"
            )
        known = sealer_of(self._dialect)
        if known is None or known.key_id.hex() != key_id:
            use(self._dialect, sealer_for(self._keys, key_id, check, self._name))


def sealer_for(keys: KeyRing, key_id: str, check: str, name: str, *, mixed: bool = False) -> Sealer:
    """What a database is written with that says it is sealed with ``key_id``. Raises SealError."""
    key = keys.find(bytes.fromhex(key_id))
    if key is None:
        raise SealError(
            f"the database {name} is sealed with the key {key_id}, which is not at hand: name its file as "
            "database_key_file in settings.toml, or set XIAORONG_DATABASE_KEY"
        )
    sealer = Sealer(keys, key, mixed=mixed)
    if not hmac.compare_digest(sealer.check.encode(), check.encode()):
        raise SealError(
            f"the database {name} says that it is sealed with the key {key_id}, and it is not: the table "
            "'sealing' was changed from outside. Restore the database from a backup"
        )
    return sealer


def in_use(name: str) -> ConflictError:
    """Why somebody cannot be alone."""
    return ConflictError(
        "the database %(name)s is in use: stop 'xiaorong serve', all workers and every other command on it, "
        "then run this again",
        name=name,
    )


def _locked_soon(cursor: Any, function: str) -> bool:
    return any(_locked(cursor, function, after_s=0.2 * n) for n in range(TRIES))


def _locked(cursor: Any, function: str, after_s: float = 0.0) -> bool:
    if after_s:
        cursor.execute(f"SELECT pg_sleep({after_s})")
    cursor.execute(f"SELECT {function}({ADVISORY_LOCK})")
    return bool(cursor.fetchone()[0])


def _standing(cursor: Any, dialect: str) -> Sequence[str] | None:
    """The row of ``sealing``; None when there is none, or no such table yet."""
    if dialect == "sqlite":
        cursor.execute("SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = 'sealing'")
    else:
        cursor.execute("SELECT 1 WHERE to_regclass('sealing') IS NOT NULL")
    if cursor.fetchone() is None:
        return None
    cursor.execute(_ROW)
    row: Sequence[str] | None = cursor.fetchone()
    return row
