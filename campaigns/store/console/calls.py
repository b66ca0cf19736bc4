"""Finding calls by anything that is known of them, a page at a time.

Pages are cut by the last row's place (keyset); counts stop at COUNTED. What few calls have is looked up
first; everything else is looked for among the calls of a period.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any, Final, TypeAlias

from sqlalchemy import CTE, ColumnElement, Select, and_, func, or_, select
from sqlalchemy.orm import Session
from sqlalchemy.sql.util import ClauseAdapter

from campaigns.private import PrivateKind, private
from campaigns.store.console.among import among
from campaigns.store.console.call_filters import Latest, Search, prepared
from campaigns.store.console.call_views import (
    CallLine,
    CallPage,
    Choices,
    Found,
    Place,
    Wanted,
)
from campaigns.store.models import (
    Call,
    Campaign,
    Customer,
    Misunderstanding,
    Promise,
    QualityScore,
    TurnRecord,
)

_Query: TypeAlias = Select[*tuple[Any, ...]]

COUNTED: Final = 1_000  # the most that is counted of what fits
LOOKED_AT: Final = 3_000  # calls that are looked into, one by one, to count those that fit
LATEST: Final = 3_000  # calls whose lines and script versions are offered as choices


def search_calls(
    session: Session, wanted: Wanted, *, after: Place | None = None, limit: int = 50
) -> tuple[CallPage, Found]:
    """One page of the calls that fit, the newest first, and how many there are."""
    search = prepared(session, wanted)
    if search.few is not None:
        return _among(session, search, after, limit)
    if search.latest is not None and (found := _among_latest(session, search, search.latest, after, limit)):
        return found
    page = _page(session, search, after, limit)
    if after is None and page.next is None:
        return page, Found(len(page.lines))
    counted = _count(session, search)
    return page, Found(max(counted.calls, len(page.lines)), counted.more)


def _among_latest(
    session: Session, search: Search, latest: Latest, after: Place | None, limit: int
) -> tuple[CallPage, Found] | None:
    """The page, where it lies within the latest calls that fit; None where it goes on beyond them."""
    begun = replace(search, few=latest.ids, columns=[*search.columns, Call.started_at >= latest.since])
    page, found = _among(session, begun, after, limit)
    return None if page.next is None else (page, replace(found, more=True))


def _among(session: Session, search: Search, after: Place | None, limit: int) -> tuple[CallPage, Found]:
    """All of the few are read: no order of an index can lead the database the long way round."""
    few = among(session, Call.id, search.few or [])
    query = select(Call.id, Call.started_at).where(few, *search.all())
    rows = sorted(session.execute(query), key=lambda row: (row.started_at, row.id), reverse=True)
    found = Found(min(len(rows), COUNTED), len(rows) > COUNTED)
    if after is not None:
        rows = [row for row in rows if (row.started_at, row.id) < (after.at, after.id)]
    return _cut(session, rows, limit), found


def _page(session: Session, search: Search, after: Place | None, limit: int) -> CallPage:
    query: _Query = select(Call.id, Call.started_at).where(*search.all())
    if after is not None:
        later = or_(Call.started_at < after.at, and_(Call.started_at == after.at, Call.id < after.id))
        query = query.where(Call.started_at <= after.at, later)
    query = query.order_by(Call.started_at.desc(), Call.id.desc())
    return _cut(session, session.execute(query.limit(limit + 1)).all(), limit)


def _cut(session: Session, rows: Sequence[Any], limit: int) -> CallPage:
    shown = rows[:limit]
    following = Place(shown[-1].started_at, shown[-1].id) if len(rows) > limit else None
    return CallPage(_lines(session, [row.id for row in shown]), following)


def _count(session: Session, search: Search) -> Found:
    """Up to COUNTED; what takes a look into each call is counted among the newest LOOKED_AT alone."""
    if not search.tests:
        # In this order an index leads to them, however few of all they are.
        order = (Call.started_at.desc(), Call.id.desc())
        some = select(Call.id).where(*search.columns).order_by(*order).limit(COUNTED + 1).subquery()
        calls = session.scalar(select(func.count()).select_from(some)) or 0
        return Found(min(calls, COUNTED), calls > COUNTED)
    newest = (
        select(Call.id, Call.customer_id)
        .where(*search.columns)
        .order_by(Call.started_at.desc(), Call.id.desc())
        .limit(LOOKED_AT)
        .cte("newest")
    )
    looked_at, calls = session.execute(
        select(
            select(func.count()).select_from(newest).scalar_subquery(),
            select(func.count())
            .select_from(newest)
            .where(*(_of_newest(test, newest) for test in search.tests))
            .scalar_subquery(),
        )
    ).one()
    return Found(min(calls, COUNTED), calls > COUNTED or looked_at == LOOKED_AT)


def _of_newest(test: ColumnElement[bool], newest: CTE) -> ColumnElement[bool]:
    """A test of a call, of the calls that are looked at."""
    return ClauseAdapter(newest).traverse(test)


def latest_start(session: Session) -> datetime | None:
    """When the latest call began; None without any."""
    return session.scalar(select(func.max(Call.started_at)))


def choices(session: Session) -> Choices:
    """Campaigns, lines and script versions of the latest calls."""
    latest = select(Call.line, Call.flow, Call.flow_version).order_by(Call.id.desc()).limit(LATEST).subquery()
    rows = session.execute(select(latest.c.line, latest.c.flow, latest.c.flow_version).distinct()).all()
    names = session.scalars(select(Campaign.name).order_by(Campaign.id.desc()).limit(200))
    return Choices(
        list(names),
        sorted({row.line for row in rows}),
        sorted({(row.flow, row.flow_version) for row in rows}),
    )


def _lines(session: Session, ids: Sequence[int]) -> list[CallLine]:
    """These calls, in this order: a few look-ups by id, none of them larger than the page."""
    rows = session.execute(
        select(Call, Campaign.name, Customer.external_id, Customer.name)
        .outerjoin(Campaign, Campaign.id == Call.campaign_id)
        .outerjoin(Customer, Customer.id == Call.customer_id)
        .where(Call.id.in_(ids))
    ).all()
    promises = dict(
        session.execute(select(Promise.call_id, Promise.state).where(Promise.call_id.in_(ids))).all()
    )
    scores = {
        row.call_id: row for row in session.scalars(select(QualityScore).where(QualityScore.call_id.in_(ids)))
    }
    marks = dict(
        session.execute(
            select(Misunderstanding.call_id, func.count())
            .where(Misunderstanding.call_id.in_(ids))
            .group_by(Misunderstanding.call_id)
        ).all()
    )
    least, words = _heard(session, ids)
    lines = {}
    for call, campaign, key, name in rows:
        score = scores.get(call.id)
        lines[call.id] = CallLine(
            id=call.id,
            started_at=call.started_at,
            direction=call.direction,
            customer_id=call.customer_id,
            key=key,
            name=private(PrivateKind.NAME, name, key or ""),
            campaign=campaign,
            line=call.line,
            flow=call.flow,
            flow_version=call.flow_version,
            disposition=call.disposition,
            right_party=call.right_party,
            talk_s=talk_s(call),
            promise=promises.get(call.id),
            least=least.get(call.id),
            stop_words=words.get(call.id, ()),
            recorded=call.recording is not None,
            score=score.score if score else None,
            failed=score.failed if score else False,
            marks=marks.get(call.id, 0),
        )
    return [lines[call_id] for call_id in ids]


def _heard(session: Session, ids: Sequence[int]) -> tuple[dict[int, float], dict[int, tuple[str, ...]]]:
    """The least confidence, and the stop words, of each call."""
    least: dict[int, float] = {}
    words: dict[int, dict[str, None]] = {}
    for call_id, confidence, details in session.execute(
        select(TurnRecord.call_id, TurnRecord.confidence, TurnRecord.details)
        .where(TurnRecord.call_id.in_(ids), TurnRecord.speaker == "customer")
        .order_by(TurnRecord.call_id, TurnRecord.seq)
    ):
        if confidence is not None:
            least[call_id] = min(confidence, least.get(call_id, 1.0))
        for word in details.get("stop_words", ()):
            words.setdefault(call_id, {})[word] = None
    return least, {call_id: tuple(found) for call_id, found in words.items()}


def talk_s(call: Call) -> int | None:
    """How long it lasted once answered, in seconds; None: it was not."""
    return None if call.answered_at is None else int((call.ended_at - call.answered_at).total_seconds())
