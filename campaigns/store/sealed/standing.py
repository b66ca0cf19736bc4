"""How a database stands: sealed, with which key, or on the way to it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, select
from sqlalchemy.exc import DBAPIError

from campaigns.store.database import Database, explain
from campaigns.store.models import Sealing


@dataclass(frozen=True, slots=True)
class Standing:
    """How a database stands. ``state``: sealed, sealing or unsealing. ``key_id``: 16 hexadecimal digits."""

    state: str
    key_id: str
    check: str
    place: list[Any] | None

    @property
    def done(self) -> str:
        """What was done to it, or half done."""
        return "unsealed" if self.state == "unsealing" else "sealed"


def standing(connection: Connection) -> Standing | None:
    """How the database stands; None: it is not sealed."""
    columns = (Sealing.state, Sealing.key_id, Sealing.check_value, Sealing.place)
    row = connection.execute(select(*columns)).one_or_none()
    connection.rollback()
    return None if row is None else Standing(*row)


def standing_of(database: Database) -> Standing | None:
    """How a database stands; None: it is not sealed. Raises StoreError."""
    try:
        with database.engine.connect() as connection:
            return standing(connection)
    except DBAPIError as error:
        raise explain(error, database.name) from error
