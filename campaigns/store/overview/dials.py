"""Dials that are alike, counted together: one pass over the attempts, one over the promises."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime, tzinfo
from typing import Any

from sqlalchemy import ColumnElement, Label, case, func, literal, select
from sqlalchemy.orm import Session

from campaigns.outcomes.overview.dimensions import OF_DIALS, Dimension
from campaigns.outcomes.overview.figures import DialCell, Dials, Money
from campaigns.store import report_queries as sql
from campaigns.store.models import Attempt, Call, CampaignMember, ExperimentArm, Promise, ReliefOffer
from campaigns.store.overview.scope import Scope, local_hour

USUAL_INCREMENT_S = 60
LINE = func.coalesce(Attempt.line, Call.line)


def dial_cells(
    session: Session,
    scope: Scope,
    by: Collection[Dimension],
    zone: tzinfo,
    spanned: tuple[datetime, datetime],
    machine: Collection[str],
    increments: Mapping[str, int],
) -> tuple[DialCell, ...]:
    """Every combination of the dimensions asked for that has a dial."""
    keys = _keys(by, zone, spanned)
    promises = _promises(session, scope, keys)
    billed = _increments(increments)
    rows = session.execute(
        select(
            *keys,
            func.count(),
            sql.total(sql.connected(machine)),
            sql.total(Call.right_party),
            func.coalesce(func.sum(sql.talk_seconds(machine)), 0),
            func.coalesce(func.sum(billed), 0),
            sql.total(Attempt.state == "lost"),
        )
        .select_from(Attempt)
        .outerjoin(Call, Call.attempt_id == Attempt.id)
        .join(CampaignMember, CampaignMember.id == Attempt.member_id)
        .outerjoin(ExperimentArm, ExperimentArm.id == CampaignMember.arm_id)
        .where(*scope.attempts(), sql.placed())
        .group_by(*sql.grouping(keys))
    )
    return tuple(_cell(row, len(keys), by, promises) for row in rows)


def _keys(by: Collection[Dimension], zone: tzinfo, spanned: tuple[datetime, datetime]) -> list[Label[Any]]:
    """Always the same columns: what is not asked for is the same for all."""
    hour = sql.NOT_ASKED
    if Dimension.HOUR in by:
        hour = local_hour(Attempt.dialed_at, zone, spanned)
    return [
        LINE.label("by_line"),  # for the cost, whatever is asked for
        hour.label("by_hour"),
        _wanted(Dimension.CALLER, by, Attempt.caller_id).label("by_caller"),
        _wanted(Dimension.SCRIPT, by, Call.flow).label("by_flow"),
        _wanted(Dimension.SCRIPT, by, Call.flow_version).label("by_version"),
        _wanted(Dimension.SCRIPT, by, ExperimentArm.name).label("by_arm"),
    ]


def _wanted(dimension: Dimension, by: Collection[Dimension], column: sql.TextColumn) -> ColumnElement[Any]:
    return case((column.is_not(None), column)) if dimension in by else sql.NOT_ASKED


def _increments(increments: Mapping[str, int]) -> ColumnElement[int]:
    """Started increments of answered time, whoever or whatever answered."""
    seconds = sql.epoch(Call.ended_at) - sql.epoch(Call.answered_at)
    size: ColumnElement[int] = literal(USUAL_INCREMENT_S)
    if increments:
        size = case(*((Call.line == line, each) for line, each in increments.items()), else_=size)
    return case((Call.answered_at.is_not(None), (seconds + size - 1) // size), else_=0)


def _promises(
    session: Session, scope: Scope, keys: Sequence[Label[Any]]
) -> dict[tuple[Any, ...], list[Sequence[Any]]]:
    """Promises of those dials, by the same keys and by currency."""
    stands, kept = Promise.state != "cancelled", Promise.state == "kept"
    rows = session.execute(
        select(
            *keys,
            Promise.currency,
            func.count(),
            sql.total(Promise.state.in_(("kept", "broken"))),
            sql.total(kept),
            sql.amount(Promise.amount, stands),
            sql.amount(Promise.amount, kept),
            sql.amount(ReliefOffer.waives, stands),
            sql.amount(ReliefOffer.waives, kept),
        )
        .select_from(Attempt)
        .join(Call, Call.attempt_id == Attempt.id)
        .join(Promise, Promise.call_id == Call.id)
        .join(CampaignMember, CampaignMember.id == Attempt.member_id)
        .outerjoin(ExperimentArm, ExperimentArm.id == CampaignMember.arm_id)
        .outerjoin(ReliefOffer, ReliefOffer.id == Promise.relief_offer_id)
        .where(*scope.attempts(), sql.placed())
        .group_by(*sql.grouping(keys), Promise.currency)
    )
    found: defaultdict[tuple[Any, ...], list[Sequence[Any]]] = defaultdict(list)
    for row in rows:
        found[tuple(row[: len(keys)])].append(row[len(keys) :])
    return found


def _cell(
    row: Sequence[Any],
    width: int,
    by: Collection[Dimension],
    promises: Mapping[tuple[Any, ...], Sequence[Sequence[Any]]],
) -> DialCell:
    key = tuple(row[:width])
    line, hour, caller, *script = key
    values = {
        Dimension.LINE: line,
        Dimension.HOUR: hour,
        Dimension.CALLER: caller,
        Dimension.SCRIPT: tuple(script),
    }
    count, connected, right_party, talk_s, billed, lost = (int(figure) for figure in row[width:])
    made, due, kept, money = 0, 0, 0, {}
    for currency, *figures in promises.get(key, ()):
        number, come, held, promised, kept_amount, relief, relief_kept = (int(figure) for figure in figures)
        made, due, kept = made + number, due + come, kept + held
        money[currency] = Money(promised, kept_amount, relief, relief_kept)
    return DialCell(
        key={dimension: values[dimension] for dimension in OF_DIALS if dimension in by},
        line=line,
        dials=Dials(count, connected, right_party, made, due, kept, talk_s),
        billed=billed,
        lost=lost,
        money=money,
    )
