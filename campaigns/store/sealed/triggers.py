"""Triggers of append-only tables, put aside for one transaction: sealing changes how a value is written, and
nothing that is on record."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import Connection, text


@contextmanager
def put_aside(connection: Connection, table: str) -> Iterator[None]:
    """Within a transaction: if it does not come to its end, the triggers are as they were."""
    if connection.dialect.name == "sqlite":
        query = text("SELECT name, sql FROM sqlite_master WHERE type = 'trigger' AND tbl_name = :table")
        found = connection.execute(query, {"table": table}).all()
        for name, _sql in found:
            connection.exec_driver_sql(f'DROP TRIGGER "{name}"')
        yield
        for _name, sql in found:
            connection.exec_driver_sql(sql)
    else:
        connection.exec_driver_sql(f'ALTER TABLE "{table}" DISABLE TRIGGER USER')
        yield
        connection.exec_driver_sql(f'ALTER TABLE "{table}" ENABLE TRIGGER USER')
