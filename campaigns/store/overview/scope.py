"""What a report is over, as SQL: campaigns, a period, and the hour of the day in the lender's zone."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, tzinfo
from itertools import pairwise

from sqlalchemy import ColumnElement, case, func, or_, select
from sqlalchemy.orm import Session

from campaigns.errors import NotFoundError
from campaigns.store import report_queries as sql
from campaigns.store.models import Attempt, Campaign

_STEP = timedelta(minutes=15)  # no zone changes its offset within one
DAY_S, HOUR_S = 86_400, 3_600


@dataclass(frozen=True, slots=True)
class Scope:
    """``chosen``: the campaigns are named ones, so their index serves; else the period's does.

    A dial belongs to the moment of its reservation: it is placed within the minute that its permit lives.
    """

    ids: tuple[int, ...]
    names: tuple[str, ...]
    chosen: bool
    start: datetime | None  # None: no bound, and no index that would only be in the way
    end: datetime | None

    def attempts(self) -> tuple[ColumnElement[bool], ...]:
        """Whether an attempt is in the report."""
        return (*self._campaigns(Attempt.campaign_id), *self.within(Attempt.reserved_at))

    def within(self, column: sql.TimeColumn) -> tuple[ColumnElement[bool], ...]:
        return (
            *(() if self.start is None else (column >= self.start,)),
            *(() if self.end is None else (column < self.end,)),
        )

    def _campaigns(self, column: ColumnElement[int] | sql.IdColumn) -> tuple[ColumnElement[bool], ...]:
        return (column.in_(self.ids),) if self.chosen else ()

    def of_campaigns(self, column: sql.IdColumn) -> tuple[ColumnElement[bool], ...]:
        return self._campaigns(column)


def scope_of(session: Session, names: Collection[str], start: datetime | None, end: datetime | None) -> Scope:
    """The campaigns called ``names``, or all that were open in the period. Raises NotFoundError."""
    query = select(Campaign.id, Campaign.name).order_by(Campaign.id)
    if names:
        rows = session.execute(query.where(Campaign.name.in_(names))).all()
        missing = sorted(set(names) - {row.name for row in rows})
        if missing:
            raise NotFoundError(
                "there is no campaign %(name)r; see 'xiaorong campaign list'", name=missing[0]
            )
    else:
        if end is not None:
            query = query.where(Campaign.created_at < end)
        if start is not None:
            query = query.where(or_(Campaign.finished_at.is_(None), Campaign.finished_at >= start))
        rows = session.execute(query).all()
    return Scope(tuple(row.id for row in rows), tuple(row.name for row in rows), bool(names), start, end)


def span(session: Session, scope: Scope) -> tuple[datetime, datetime] | None:
    """The first and the last reservation; None without any."""
    # Two statements: an index answers each of them by itself, and both at once by a scan.
    first = session.scalar(select(func.min(Attempt.reserved_at)).where(*scope.attempts()))
    last = session.scalar(select(func.max(Attempt.reserved_at)).where(*scope.attempts()))
    return None if first is None or last is None else (first, last)


def local_hour(
    column: sql.TimeColumn, zone: tzinfo, spanned: tuple[datetime, datetime]
) -> ColumnElement[int]:
    """The hour of the day, 0 to 23, in ``zone``, for times within ``spanned``: daylight saving as it was."""
    # A minute more: a dial follows its reservation.
    offsets = list(_offsets(zone, spanned[0], spanned[1] + timedelta(minutes=5)))
    at = sql.epoch(column)
    offset: ColumnElement[int] | int = offsets[-1][1]
    if len(offsets) > 1:
        offset = case(*((at < until, seconds) for until, seconds in _upto(offsets)), else_=offset)
    return (at + offset) % DAY_S // HOUR_S


def _offsets(zone: tzinfo, first: datetime, last: datetime) -> Iterator[tuple[int, int]]:
    """From when (seconds since 1970) which offset from UTC holds (seconds), in order."""
    at = datetime.fromtimestamp(int(first.timestamp()) // sql.BUCKET_S * sql.BUCKET_S, UTC)
    known: int | None = None
    while at <= last:
        difference = at.astimezone(zone).utcoffset() or timedelta()
        if (seconds := int(difference.total_seconds())) != known:
            known = seconds
            yield int(at.timestamp()), seconds
        at += _STEP


def _upto(offsets: Sequence[tuple[int, int]]) -> Iterator[tuple[int, int]]:
    """Until when each offset but the last holds."""
    for (_, seconds), (until, _) in pairwise(offsets):
        yield until, seconds


def count_dials(
    session: Session,
    names: Collection[str],
    start: datetime | None,
    end: datetime | None,
    most: int,
) -> int:
    """How many dials a report would go over, counted no further than ``most``. Raises NotFoundError."""
    scope = scope_of(session, names, start, end)
    query = select(Attempt.id).where(*scope.attempts()).limit(most)
    return session.scalar(select(func.count()).select_from(query.subquery())) or 0
