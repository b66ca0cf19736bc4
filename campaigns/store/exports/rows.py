"""An export's rows, a page at a time: each is a transaction of its own, so no writer waits for a reader."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, func, select

from campaigns.errors import NotFoundError
from campaigns.store.database import Database
from campaigns.store.exports.sources import SOURCES, Source
from campaigns.store.models import Campaign

PAGE = 5_000


@dataclass(frozen=True, slots=True)
class Filter:
    """``campaigns``: names; empty: all, and what is of none. Rows from ``start`` to before ``end``."""

    campaigns: tuple[str, ...] = ()
    start: datetime | None = None
    end: datetime | None = None


def count_rows(database: Database, dataset: str, wanted: Filter) -> int:
    """How many rows there are now. Raises NotFoundError for an unknown campaign."""
    source = SOURCES[dataset]
    with database.reading() as session:
        conditions = _conditions(source, wanted, _ids(session, wanted.campaigns))
        counted = source.joined(select(func.count())).where(*conditions)
        return int(session.scalar(counted) or 0)


def pages(database: Database, dataset: str, wanted: Filter) -> Iterator[Sequence[Sequence[Any]]]:
    """The rows in the order of their ids. What comes in after the start is left for the next export.

    Raises NotFoundError for an unknown campaign.
    """
    source = SOURCES[dataset]
    with database.reading() as session:
        conditions = _conditions(source, wanted, _ids(session, wanted.campaigns))
        last = session.scalar(select(func.max(source.id))) or 0
    query = source.joined(select(source.id, *source.columns)).where(*conditions, source.id <= last)
    query = query.order_by(source.id).limit(PAGE)
    after = 0
    while True:
        with database.reading() as session:
            page = session.execute(query.where(source.id > after)).all()
        if page:
            yield [row[1:] for row in page]
            after = page[-1][0]
        if len(page) < PAGE:
            return


def _ids(session: Any, names: Sequence[str]) -> list[int]:
    found = {
        row.name: row.id
        for row in session.execute(select(Campaign.id, Campaign.name).where(Campaign.name.in_(names)))
    }
    missing = sorted(set(names) - set(found))
    if missing:
        raise NotFoundError("there is no campaign %(name)r; see 'xiaorong campaign list'", name=missing[0])
    return list(found.values())


def _conditions(source: Source, wanted: Filter, ids: list[int]) -> list[ColumnElement[bool]]:
    conditions = [source.of(ids)] if wanted.campaigns else []
    if wanted.start is not None:
        conditions.append(source.at >= wanted.start)
    if wanted.end is not None:
        conditions.append(source.at < wanted.end)
    return conditions
