"""Sealing a database that has rows, sealing it anew with another key, and unsealing it.

In batches: each is one transaction with the place that it came to, so that a run that is cut short goes on
from there. Until the end nobody else may open the database: rows of both kinds are found by no one value.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from datetime import datetime
from typing import Any, Final

from sqlalchemy import Connection, delete, insert, text, update
from sqlalchemy.exc import DBAPIError

from bot.recording.keys import KeyRing
from campaigns.errors import SealError, StoreError
from campaigns.store.database import REVISION, Database, explain
from campaigns.store.models import Sealing
from campaigns.store.sealed.cleaning import clean
from campaigns.store.sealed.gate import Opening, in_use, sealer_for
from campaigns.store.sealed.rows import SealedTable, sealed_tables
from campaigns.store.sealed.sealer import Sealer
from campaigns.store.sealed.standing import Standing, standing
from campaigns.store.sealed.triggers import put_aside

BATCH: Final = 2_000  # rows in one transaction: half a second at most
Progress = Callable[[int, int], None]  # rows done, of all


def seal(url: str, keys: KeyRing, now: datetime, progress: Progress = lambda _done, _all: None) -> int:
    """Seal all personal columns with the newest key; how many rows were written anew, 0 when they are so.

    Rows sealed with an older key are sealed anew. Raises SealError for a key that is missing, ConflictError
    while somebody else uses the database, StoreError.
    """
    newest = keys.newest
    if newest is None:
        raise SealError(
            "there is no key to seal with: make one with 'xiaorong database new-key', and keep a copy of it "
            "apart from backups of the database"
        )
    with _alone(url) as connection:
        before = standing(connection)
        if before is not None and before.state == "sealed" and before.key_id == newest.id.hex():
            return 0
        if before is not None:
            sealer_for(keys, before.key_id, before.check, url)  # or nothing could be read
        sealer = Sealer(keys, newest, mixed=True)
        state = Standing("sealing", newest.id.hex(), sealer.check, None)
        return _bring_over(connection, _begin(connection, state, before, now), sealer, sealer, now, progress)


def unseal(url: str, keys: KeyRing, now: datetime, progress: Progress = lambda _done, _all: None) -> int:
    """Write all personal columns in the clear again; how many rows. Raises as ``seal`` does."""
    with _alone(url) as connection:
        before = standing(connection)
        if before is None:
            return 0
        opens = sealer_for(keys, before.key_id, before.check, url, mixed=True)
        state = Standing("unsealing", before.key_id, before.check, None)
        return _bring_over(connection, _begin(connection, state, before, now), opens, None, now, progress)


@contextmanager
def _alone(url: str) -> Iterator[Connection]:
    with closing(Database(url, opening=Opening.ALONE)) as database:
        try:
            with database.engine.connect() as connection:
                revision = connection.execute(text("SELECT version_num FROM alembic_version")).scalar()
                connection.rollback()
                if revision != REVISION:
                    raise StoreError(
                        f"the database is at version {revision}, this program needs {REVISION}; run "
                        "'xiaorong init'"
                    )
                yield connection
        except DBAPIError as error:
            told = explain(error, database.name)
            if told.transient and "locked" in str(error.orig):
                raise in_use(database.name) from error
            raise told from error


def _begin(connection: Connection, state: Standing, before: Standing | None, now: datetime) -> Standing:
    """Say what is going on; where one of the same kind was cut short, go on from its place."""
    if before is not None and (before.state, before.key_id) == (state.state, state.key_id):
        return before
    values: dict[str, Any] = {"state": state.state, "key_id": state.key_id, "check_value": state.check}
    values |= {"place": None, "started_at": now, "finished_at": None}
    with connection.begin():
        if before is None:
            connection.execute(insert(Sealing).values(id=1, **values))
        else:
            connection.execute(update(Sealing).values(**values))
    return state


def _bring_over(
    connection: Connection,
    state: Standing,
    before: Sealer,
    after: Sealer | None,
    now: datetime,
    progress: Progress,
) -> int:
    tables = sealed_tables()
    counts = {table.name: int(connection.execute(table.count()).scalar_one()) for table in tables}
    connection.rollback()
    at, key = state.place or ["", None]
    done, total, written = 0, sum(counts.values()), 0
    for table in tables:
        if table.name >= at:
            place = key if table.name == at else None
            while moved := _batch(connection, table, place, before, after):
                rows, place = moved
                written += rows
                done = min(done + rows, total)
                progress(done, total)
        else:
            done += counts[table.name]
    # Only now: a run that is cut short in here cleans again.
    clean(connection, counts)
    _end(connection, after, now)
    return written


def _batch(
    connection: Connection,
    table: SealedTable,
    place: list[Any] | None,
    before: Sealer,
    after: Sealer | None,
) -> tuple[int, list[Any]] | None:
    """The next rows of the table; how many, and the key of the last. None: there were no more."""
    with connection.begin():
        rows = connection.execute(table.rows(place, BATCH)).mappings().all()
        if not rows:
            return None
        with put_aside(connection, table.name):
            values = [table.brought_over(row, before, after) for row in rows]
            connection.execute(table.writing(), values)
        last = [rows[-1][column.name] for column in table.key]
        connection.execute(update(Sealing).values(place=[table.name, last]))
    return len(rows), last


def _end(connection: Connection, after: Sealer | None, now: datetime) -> None:
    if connection.in_transaction():
        connection.rollback()
    with connection.begin():
        if after is None:
            connection.execute(delete(Sealing))
        else:
            connection.execute(update(Sealing).values(state="sealed", place=None, finished_at=now))
