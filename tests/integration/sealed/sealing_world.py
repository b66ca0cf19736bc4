"""A database with something in every personal column that people know of, and a look at its bytes."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from sqlalchemy import select

from bot.recording.keys import Key, KeyRing
from campaigns.store.database import Database
from campaigns.store.models import Base
from campaigns.store.sealed.types import SealedJson, SealedText, SealedWord

OLD, NEW = Key(b"o" * 32), Key(b"n" * 32)
FIRST, BOTH = KeyRing((OLD,)), KeyRing((OLD, NEW))


def address(database: Database) -> str:
    return database.url.render_as_string(hide_password=False)


def opened(database: Database, keys: KeyRing) -> Database:
    """The same with keys; the other is closed, so that somebody may be alone."""
    database.close()
    return Database(address(database), keys=keys)


def contents(database: Database) -> dict[str, list[Any]]:
    """All that is in personal columns, as it is read, by table and column."""
    found: dict[str, list[Any]] = {}
    with database.reading() as session:
        for table in Base.metadata.sorted_tables:
            for column in table.columns:
                if isinstance(column.type, SealedText | SealedWord | SealedJson):
                    rows = session.execute(select(column).order_by(*table.primary_key))
                    found[f"{table.name}.{column.name}"] = [row[0] for row in rows]
    return found


def known(found: dict[str, list[Any]], *columns: str, least: int = 12) -> set[str]:
    """Numbers and sentences of these columns, and names: each of ``least`` bytes, so that none is there by
    chance."""
    texts = {text for column in columns for value in found[column] for text in _texts(value)}
    return {text for text in texts if len(text.encode()) >= least}


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for part in value.values():
            yield from _texts(part)
    elif isinstance(value, list):
        for part in value:
            yield from _texts(part)


def seen_in(raw: bytes, texts: set[str]) -> set[str]:
    """Those of ``texts`` that stand in ``raw`` as they are, as JSON, or as a number without its plus."""
    return {
        text
        for text in texts
        if any(form.encode() in raw for form in (text, json.dumps(text)[1:-1], text.removeprefix("+86")))
    }


def raw_bytes(database: Database) -> bytes:
    """What is on the disk of a SQLite database, or a dump of all rows of a PostgreSQL one. Closes it."""
    if database.is_sqlite:
        database.close()
        path = Path(str(database.url.database))
        return b"".join(file.read_bytes() for file in sorted(path.parent.glob(f"{path.name}*")))
    parts = []
    connection = database.engine.raw_connection()
    try:
        driver: Any = connection.driver_connection
        driver.rollback()
        with driver.cursor() as cursor:
            cursor.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")
            for (table,) in cursor.fetchall():
                with cursor.copy(f'COPY "{table}" TO STDOUT') as rows:
                    parts += [bytes(block) for block in rows]
            cursor.execute("SELECT most_common_vals::text, histogram_bounds::text FROM pg_stats "
                           "WHERE schemaname = 'public'")  # fmt: skip
            parts.append(repr(cursor.fetchall()).encode())
    finally:
        connection.close()
    database.close()
    return b"".join(parts)
