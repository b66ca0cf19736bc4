"""Calls in progress and what came of the latest, as a board shows them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import Row, Select, func, select
from sqlalchemy.orm import Session

from campaigns.errors import NotFoundError
from campaigns.private import Private, PrivateKind
from campaigns.store.ledger import LIVE
from campaigns.store.live import answered
from campaigns.store.models import Attempt, Call, Campaign, Customer, Promise
from campaigns.store.models.campaigns import is_live

MOST_SHOWN: Final = 200
ENDED_SHOWN: Final = 15
SPANS: Final = (
    ("minute", timedelta(minutes=1)),
    ("five_minutes", timedelta(minutes=5)),
    ("hour", timedelta(hours=1)),
    ("day", timedelta(days=1)),
)
RINGING, TALKING, WAITING = "ringing", "talking", "reserved"


@dataclass(frozen=True, slots=True)
class LiveCall:
    """One attempt in progress. ``state``: reserved, ringing, talking, or dialing where that is not told."""

    attempt_id: int
    customer_id: int
    key: str
    name: Private
    number: Private
    campaign: str
    line: str | None
    caller: str | None
    state: str
    since: datetime
    call_id: int | None = None
    disposition: str | None = None


@dataclass(frozen=True, slots=True)
class Span:
    """What happened within a stretch of time up to now."""

    code: str
    dials: int
    connected: int
    right_party: int
    promises: int
    faults: int


@dataclass(frozen=True, slots=True)
class LiveCounts:
    """How many calls there are of each state."""

    reserved: int
    ringing: int
    talking: int


def calls_in_progress(session: Session) -> list[LiveCall]:
    """Calls reserved, ringing and talking, the newest first, up to a bound."""
    rows = _calls(session, select(Attempt.id).where(is_live()), MOST_SHOWN)
    talking = answered(session)
    found = []
    for attempt, key, name, campaign in rows:
        state, since = _state(attempt, talking)
        found.append(_live(attempt, key, name, campaign, state, since))
    return found


def call_in_progress(session: Session, attempt_id: int) -> LiveCall:
    """One attempt, in progress or over. Raises NotFoundError."""
    rows = _calls(session, select(Attempt.id).where(Attempt.id == attempt_id), 1)
    if not rows:
        raise NotFoundError(f"there is no call {attempt_id}")
    attempt, key, name, campaign = rows[0]
    state, since = _state(attempt, answered(session))
    call_id = session.scalar(select(Call.id).where(Call.attempt_id == attempt_id))
    return _live(attempt, key, name, campaign, state, since, call_id)


def calls_just_ended(session: Session, since: datetime) -> list[LiveCall]:
    """The latest calls that are over, the newest first."""
    rows = session.execute(
        select(Attempt, Customer.external_id, Customer.name, Campaign.name, Call.id)
        .join(Customer, Customer.id == Attempt.customer_id)
        .join(Campaign, Campaign.id == Attempt.campaign_id)
        .outerjoin(Call, Call.attempt_id == Attempt.id)
        .where(Attempt.state.not_in(LIVE), Attempt.reserved_at >= since, Attempt.ended_at.is_not(None))
        .order_by(Attempt.ended_at.desc(), Attempt.id.desc())
        .limit(ENDED_SHOWN)
    ).all()
    return [
        _live(attempt, key, name, campaign, attempt.state, attempt.ended_at or attempt.reserved_at, call_id)
        for attempt, key, name, campaign, call_id in rows
    ]


def live_counts(session: Session) -> LiveCounts:
    """Exact counts, however many calls the board shows."""
    rows = session.execute(select(Attempt.state, func.count()).where(is_live()).group_by(Attempt.state))
    states = dict(rows.all())
    talking = sum(at is not None for at in answered(session).values())
    dialing = states.get("dialing", 0)
    return LiveCounts(states.get("reserved", 0), max(0, dialing - talking), min(talking, dialing))


def spans(session: Session, now: datetime, connected: Sequence[str]) -> list[Span]:
    """What happened within the last minute, five minutes, hour and day, each counted by its own index range.

    ``connected``: the dispositions that count as connected.
    """
    return [_span(session, code, now - length, connected) for code, length in SPANS]


def _span(session: Session, code: str, since: datetime, connected: Sequence[str]) -> Span:
    # A reservation is dialled within a minute, or never: the index on it serves.
    dials, faults, reached = session.execute(
        select(
            func.count().filter(Attempt.charged),
            func.count().filter(Attempt.disposition == "trunk_fault"),
            func.count().filter(Attempt.disposition.in_(list(connected))),
        ).where(Attempt.reserved_at >= since - timedelta(minutes=1), Attempt.dialed_at >= since)
    ).one()
    right_party = session.scalar(
        select(func.count()).where(Call.started_at >= since, Call.right_party, Call.direction == "outbound")
    )
    promises = session.scalar(
        select(func.count())
        .select_from(Promise)
        .join(Call, Call.id == Promise.call_id)
        .where(Promise.made_at >= since, Call.started_at >= since)
    )
    return Span(code, dials, reached, right_party or 0, promises or 0, faults)


def _calls(session: Session, ids: Select[int], most: int) -> Sequence[Row[Attempt, str, str, str]]:
    return session.execute(
        select(Attempt, Customer.external_id, Customer.name, Campaign.name)
        .join(Customer, Customer.id == Attempt.customer_id)
        .join(Campaign, Campaign.id == Attempt.campaign_id)
        .where(Attempt.id.in_(ids))
        .order_by(Attempt.id.desc())
        .limit(most)
    ).all()


def _state(attempt: Attempt, talking: dict[int, datetime | None]) -> tuple[str, datetime]:
    since = attempt.dialed_at or attempt.reserved_at
    if attempt.state != "dialing":
        return attempt.state, attempt.ended_at or since
    if attempt.id not in talking:
        return attempt.state, since
    answered_at = talking[attempt.id]
    return (RINGING, since) if answered_at is None else (TALKING, answered_at)


def _live(
    attempt: Attempt,
    key: str,
    name: str,
    campaign: str,
    state: str,
    since: datetime,
    call_id: int | None = None,
) -> LiveCall:
    return LiveCall(
        attempt.id,
        attempt.customer_id,
        key,
        Private(PrivateKind.NAME, name, key),
        Private(PrivateKind.NUMBER, attempt.e164, key),
        campaign,
        attempt.line,
        attempt.caller_id,
        state,
        since,
        call_id,
        attempt.disposition,
    )
