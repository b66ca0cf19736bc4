"""What is left of rows that were written anew: it goes too, or the clear values would stay on the disk."""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy import Connection


def clean(connection: Connection, tables: Iterable[str]) -> None:
    """Outside of a transaction, with nobody else on the database. Needs as much room as the largest table, or
    on SQLite the whole file, takes."""
    if connection.dialect.name == "sqlite":
        driver = connection.connection.driver_connection
        if driver is None:
            raise RuntimeError("the connection is gone")
        driver.execute("VACUUM")
        if driver.execute("SELECT 1 FROM sqlite_master WHERE name = 'sqlite_stat1'").fetchone():
            driver.execute("ANALYZE")  # samples of values, where there are some, are taken anew
        driver.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    else:
        connection.execution_options(isolation_level="AUTOCOMMIT")
        for table in tables:
            # ANALYZE, for the server keeps the most common values of each column.
            connection.exec_driver_sql(f'VACUUM (FULL, ANALYZE) "{table}"')
