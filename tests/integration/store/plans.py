"""By which way SQLite finds what a statement asks for."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import event

from campaigns.store.database import Database

SORTED = "TEMP B-TREE"


@contextmanager
def plans(database: Database) -> Iterator[list[str]]:
    """The plans of the statements that are executed within, in their order."""
    found: list[str] = []

    def explain(connection: Any, _cursor: Any, statement: str, parameters: Any, *_: Any) -> None:
        own = connection.connection.cursor()
        rows = own.execute("EXPLAIN QUERY PLAN " + statement, parameters).fetchall()
        found.append("\n".join(row[-1] for row in rows))

    event.listen(database.engine, "before_cursor_execute", explain)
    try:
        yield found
    finally:
        event.remove(database.engine, "before_cursor_execute", explain)
