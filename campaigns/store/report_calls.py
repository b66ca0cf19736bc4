"""The report's figures on attempts, calls and numbers."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection
from datetime import UTC, datetime, tzinfo

from sqlalchemy import and_, case, func, select
from sqlalchemy.orm import Session

from campaigns.outcomes.report import AttemptTotals, DispositionRow, HourRow, NumberRow, TalkTime
from campaigns.store import report_queries as sql
from campaigns.store.models import Attempt, Call, PhoneNumber, Promise


def hours(session: Session, campaign_id: int, zone: tzinfo, machine: Collection[str]) -> tuple[HourRow, ...]:
    start = sql.bucket(Attempt.dialed_at).label("start")
    rows = session.execute(
        select(
            start,
            func.count(),
            sql.total(sql.connected(machine)),
            sql.total(Call.right_party),
            sql.total(Promise.id.is_not(None)),
        )
        .outerjoin(Call, Call.attempt_id == Attempt.id)
        .outerjoin(Promise, Promise.call_id == Call.id)
        .where(Attempt.campaign_id == campaign_id, sql.placed())
        .group_by(start)
    )
    hours: defaultdict[int, list[int]] = defaultdict(lambda: [0, 0, 0, 0])
    for seconds, *counts in rows:
        hour = datetime.fromtimestamp(int(seconds), UTC).astimezone(zone).hour
        hours[hour] = [old + int(new) for old, new in zip(hours[hour], counts, strict=True)]
    return tuple(HourRow(hour, *hours[hour]) for hour in sorted(hours))


def dispositions(session: Session, campaign_id: int, machine: Collection[str]) -> tuple[DispositionRow, ...]:
    lost = case((Attempt.state == "lost", "lost"))
    code = func.coalesce(Attempt.disposition, Call.disposition, lost).label("code")
    rows = session.execute(
        select(
            code,
            func.count(),
            func.count(Attempt.customer_id.distinct()),
            sql.total(sql.connected(machine)),
            sql.total(Call.right_party),
            func.coalesce(func.sum(sql.talk_seconds(machine)), 0),
        )
        .outerjoin(Call, Call.attempt_id == Attempt.id)
        .where(Attempt.campaign_id == campaign_id, code.is_not(None))
        .group_by(code)
    )
    found = [DispositionRow(name, *(int(count) for count in counts)) for name, *counts in rows]
    return tuple(sorted(found, key=lambda row: (-row.attempts, row.code)))


def attempts(session: Session, campaign_id: int, machine: Collection[str]) -> AttemptTotals:
    dialed = Attempt.dialed_at.is_not(None)
    row = session.execute(
        select(
            func.count(),
            sql.total(dialed),
            sql.total(and_(dialed, Attempt.charged.is_(False))),
            sql.total(Attempt.state == "lost"),
            sql.total(Attempt.state.in_(("reserved", "dialing"))),
            sql.total(sql.connected(machine)),
            sql.total(Call.right_party),
            sql.total(Promise.id.is_not(None)),
        )
        .select_from(Attempt)
        .outerjoin(Call, Call.attempt_id == Attempt.id)
        .outerjoin(Promise, Promise.call_id == Call.id)
        .where(Attempt.campaign_id == campaign_id)
    ).one()
    return AttemptTotals(*(int(count) for count in row))


def talk(session: Session, campaign_id: int, machine: Collection[str]) -> TalkTime:
    seconds = sql.talk_seconds(machine)
    row = session.execute(
        select(func.count(), func.coalesce(func.sum(seconds), 0), func.coalesce(func.max(seconds), 0)).where(
            Call.campaign_id == campaign_id, sql.connected(machine)
        )
    ).one()
    return TalkTime(*(int(value) for value in row))


def numbers(session: Session, campaign_id: int) -> tuple[NumberRow, ...]:
    tried = (
        select(Attempt.number_id, func.min(Attempt.reserved_at).label("since"))
        .where(Attempt.campaign_id == campaign_id)
        .group_by(Attempt.number_id)
        .subquery()
    )
    rows = session.execute(
        select(
            PhoneNumber.status,
            PhoneNumber.status_source,
            func.count(),
            sql.total(PhoneNumber.status_at >= tried.c.since),
        )
        .join(tried, tried.c.number_id == PhoneNumber.id)
        .group_by(PhoneNumber.status, PhoneNumber.status_source)
    )
    found = [NumberRow(status, source, count, int(learnt)) for status, source, count, learnt in rows]
    return tuple(sorted(found, key=lambda row: (-row.numbers, row.status, row.source)))
