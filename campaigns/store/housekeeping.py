"""What is past its time of the kinds that no rule pack speaks of, and deleting it with that on record."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Protocol

from sqlalchemy import ColumnElement, Delete, and_, delete, exists, func, or_, select, tuple_
from sqlalchemy.orm import InstrumentedAttribute, Session

from campaigns.compliance.chain import LogSeal
from campaigns.compliance.housekeeping import HouseKind
from campaigns.store import legal
from campaigns.store.database import Database
from campaigns.store.deletions import Deleted, record_deletions
from campaigns.store.models import (
    AudienceList,
    AudienceListEntry,
    AuditEntry,
    Campaign,
    ConsoleSession,
    Grade,
    Job,
    LegalFact,
    LifeCycleGrade,
    LiveLine,
    PaymentLink,
    Promise,
    SignInThrottle,
    WebhookDelivery,
    WebhookEvent,
)
from campaigns.store.periods import HOUSE_KINDS, Periods
from campaigns.store.retention import Tally

AT_ONCE = 2_000  # rows of one transaction


class Folders(Protocol):
    """Files that are no rows of the store."""

    def older(self, kind: HouseKind, than: datetime) -> tuple[int, int, datetime | None]:
        """Files that are kept, files from before ``than``, and the time of the oldest."""
        ...

    def delete(self, kind: HouseKind, than: datetime) -> tuple[int, datetime | None]:
        """Delete the files from before ``than``: how many, and the time of the newest of them."""
        ...


@dataclass(frozen=True, slots=True)
class Rows:
    """Rows of one kind. ``keys`` name one; ``held``: kept by a legal hold; ``also``: deleted with them."""

    table: Any
    keys: tuple[InstrumentedAttribute[Any], ...]
    at: InstrumentedAttribute[Any]
    where: tuple[ColumnElement[bool], ...] = ()
    held: ColumnElement[bool] | None = None
    join: tuple[Any, ColumnElement[bool]] | None = None
    real_time: bool = True  # its times are the console's, not those of the simulated line


def _under_hold(owner: Any) -> ColumnElement[bool]:
    """Of the record itself or another of the same person's."""
    return owner.in_(legal.records_held())  # type: ignore[no-any-return]


ROWS: Mapping[HouseKind, tuple[Rows, ...]] = {
    "lists": (
        Rows(
            AudienceListEntry,
            (AudienceListEntry.list_id, AudienceListEntry.customer_id),
            AudienceList.created_at,
            (
                ~exists().where(
                    Campaign.audience["list_id"].as_integer() == AudienceListEntry.list_id,
                    Campaign.state != "finished",
                ),
            ),
            _under_hold(AudienceListEntry.customer_id),
            (AudienceList, AudienceList.id == AudienceListEntry.list_id),
            real_time=False,
        ),
    ),
    "links": (
        Rows(
            PaymentLink,
            (PaymentLink.id,),
            PaymentLink.expires_at,
            (),
            _under_hold(Promise.customer_id),
            (Promise, Promise.id == PaymentLink.promise_id),
            real_time=False,
        ),
    ),
    "events": (
        Rows(
            WebhookDelivery,
            (WebhookDelivery.id,),
            WebhookEvent.at,
            (WebhookDelivery.state != "pending",),
            None,
            (WebhookEvent, WebhookEvent.id == WebhookDelivery.event_id),
            real_time=False,
        ),
        Rows(
            WebhookEvent,
            (WebhookEvent.id,),
            WebhookEvent.at,
            (
                ~exists().where(
                    WebhookDelivery.event_id == WebhookEvent.id, WebhookDelivery.state == "pending"
                ),
            ),
            real_time=False,
        ),
    ),
    "live": (
        Rows(
            LiveLine,
            (LiveLine.call, LiveLine.seq),
            LiveLine.at,
            real_time=False,
        ),
    ),
    "jobs": (Rows(Job, (Job.id,), Job.finished_at, (Job.finished_at.is_not(None),)),),
    "grades": (
        Rows(
            Grade,
            (Grade.id,),
            Grade.graded_at,
            (~Grade.is_current,),
            _under_hold(Grade.customer_id),
            real_time=False,
        ),
        Rows(
            LifeCycleGrade,
            (LifeCycleGrade.id,),
            LifeCycleGrade.graded_at,
            (or_(~LifeCycleGrade.is_current, LifeCycleGrade.customer_id.is_(None)),),
            and_(LifeCycleGrade.customer_id.is_not(None), _under_hold(LifeCycleGrade.customer_id)),
            real_time=False,
        ),
    ),
    "sessions": (Rows(ConsoleSession, (ConsoleSession.id,), ConsoleSession.expires_at),),
    "sign_ins": (Rows(SignInThrottle, (SignInThrottle.key,), SignInThrottle.last_at),),
    # What was done about somebody under a hold is spread over it: none of it goes while a hold stands.
    "audit": (
        Rows(
            AuditEntry,
            (AuditEntry.id,),
            AuditEntry.at,
            (),
            exists().where(LegalFact.kind == legal.HOLD, legal.standing()),
        ),
    ),
}
FILES: tuple[HouseKind, ...] = ("uploads", "leavings")


@dataclass(frozen=True, slots=True)
class Times:
    """``ledger``: what time it is for calls; ``real``: the console's own. One runs ahead of the other on the
    simulated line.
    """

    ledger: datetime
    real: datetime


class Housekeeper:
    """Counts and deletes by the ``periods`` that hold."""

    def __init__(self, database: Database, periods: Periods, folders: Folders, times: Times) -> None:
        self._database, self._periods, self._folders, self._times = database, periods, folders, times

    def survey(self) -> list[Tally]:
        """How each kind stands. Changes nothing."""
        return [self._tally(kind) for kind in HOUSE_KINDS]

    def sweep(self, log: LogSeal) -> dict[HouseKind, int]:
        """How many of each kind were deleted, each batch with that on record. Run again, it goes on."""
        return {kind: self._sweep(kind, log) for kind in HOUSE_KINDS}

    def _than(self, kind: HouseKind, *, real_time: bool = True) -> datetime:
        now = self._times.real if real_time else self._times.ledger
        return now - timedelta(days=self._periods.house[kind])

    def _tally(self, kind: HouseKind) -> Tally:
        tally = Tally(kind)
        if kind in FILES:
            tally.kept, tally.due, tally.oldest = self._folders.older(kind, self._than(kind))
            return tally
        for rows in ROWS[kind]:
            due = and_(rows.at <= self._than(kind, real_time=rows.real_time), *rows.where)
            held = due if rows.held is None else and_(due, rows.held)
            free = due if rows.held is None else and_(due, ~rows.held)
            with self._database.reading() as session:
                query = _from(rows, func.count(), func.min(rows.at))
                everything, oldest = session.execute(query).one()
                # Asked for apart: most of a kind is not due, and its index finds what is.
                gone = session.scalar(_from(rows, func.count()).where(free)) or 0
                kept = 0 if rows.held is None else session.scalar(_from(rows, func.count()).where(held)) or 0
            tally.due, tally.held = tally.due + gone, tally.held + kept
            tally.kept += everything - gone - kept
            tally.oldest = min(filter(None, (tally.oldest, oldest)), default=None)
        return tally

    def _sweep(self, kind: HouseKind, log: LogSeal) -> int:
        if kind in FILES:
            return self._sweep_files(kind, log)
        return sum(self._sweep_rows(kind, rows, log) for rows in ROWS[kind])

    def _sweep_rows(self, kind: HouseKind, rows: Rows, log: LogSeal) -> int:
        deleted = 0
        due = and_(rows.at <= self._than(kind, real_time=rows.real_time), *rows.where)
        free = due if rows.held is None else and_(due, ~rows.held)
        while True:
            with self._database.transaction() as session:
                page = session.execute(
                    _from(rows, *rows.keys, rows.at).where(free).order_by(*rows.keys).limit(AT_ONCE)
                ).all()
                if page:
                    self._record(session, log, kind, len(page), max(row[-1] for row in page))
                    session.execute(_these(rows, [tuple(row)[:-1] for row in page]))
            deleted += len(page)
            if len(page) < AT_ONCE:
                return deleted

    def _sweep_files(self, kind: HouseKind, log: LogSeal) -> int:
        # The files first: a crash in between leaves none behind that a record says is gone.
        count, newest = self._folders.delete(kind, self._than(kind))
        if count and newest is not None:
            with self._database.transaction() as session:
                self._record(session, log, kind, count, newest)
        return count

    def _record(self, session: Session, log: LogSeal, kind: HouseKind, count: int, newest: datetime) -> None:
        why = f"{kind}: {self._periods.house[kind]} days"
        deleted = Deleted(self._times.ledger, kind, None, None, None, None, count, newest, why)
        record_deletions(session, log, [deleted])


def _from(rows: Rows, *what: Any) -> Any:
    query = select(*what).select_from(rows.table)
    return query if rows.join is None else query.join(*rows.join)


def _these(rows: Rows, keys: list[tuple[Any, ...]]) -> Delete:
    if len(rows.keys) == 1:
        return delete(rows.table).where(rows.keys[0].in_([key[0] for key in keys]))
    return delete(rows.table).where(tuple_(*rows.keys).in_(keys))
