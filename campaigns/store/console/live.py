"""Calls in progress, of both directions, and what came of the latest, as a board shows them."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final, TypeAlias

from sqlalchemy import ColumnElement, Row, func, select
from sqlalchemy.orm import Session

from campaigns.private import Private, PrivateKind, private
from campaigns.store.ledger import LIVE
from campaigns.store.live import answered
from campaigns.store.live_incoming import incoming_going_on
from campaigns.store.live_key import LiveKey
from campaigns.store.live_orders import OrderState, OrderView, latest_orders
from campaigns.store.models import Attempt, Call, Campaign, Customer, LiveIncoming
from campaigns.store.models.campaigns import is_live

MOST_SHOWN: Final = 200
ENDED_SHOWN: Final = 15
RINGING, TALKING, WAITING, OVER = "ringing", "talking", "reserved", "over"
IN_PROGRESS: Final = (*LIVE, RINGING, TALKING)

_Row: TypeAlias = "Row[Attempt, str, str, str, int]"  # with the keys of its customer, campaign and call


@dataclass(frozen=True, slots=True)
class LiveCall:
    """One call in progress or just over. ``state``: reserved, ringing, talking, or dialing where that is not
    told; over it is what its attempt became.

    ``key``: the lender's of the customer, empty of nobody known. ``number`` None: withheld. ``began_at``
    never changes. ``order``: what was wanted of it last.
    """

    live: LiveKey
    customer_id: int | None
    key: str
    name: Private | None
    number: Private | None
    campaign: str | None
    line: str | None
    caller: str | None
    state: str
    began_at: datetime
    since: datetime
    call_id: int | None = None
    disposition: str | None = None
    order: OrderView | None = None

    @property
    def why(self) -> Private | None:
        """Of what was wanted of it last: somebody's own words."""
        return None if self.order is None else Private(PrivateKind.TEXT, self.order.why, self.key)

    @property
    def in_progress(self) -> bool:
        return self.state in IN_PROGRESS


@dataclass(frozen=True, slots=True)
class LiveCounts:
    """How many calls there are of each state; ringing and talking of both directions."""

    reserved: int
    ringing: int
    talking: int
    incoming: int = 0  # of these, calls to us


def calls_in_progress(session: Session) -> list[LiveCall]:
    """Calls about to be dialled, ringing and talking, up to a bound; the longest there come first."""
    rows = _attempts(session, is_live(), MOST_SHOWN)
    talking = answered(session)
    calls = [_outgoing(row, talking) for row in rows]
    calls += _incoming(session, incoming_going_on(session))
    return _with_orders(session, sorted(calls, key=lambda call: (call.began_at, str(call.live))))


def calls_of(session: Session, keys: Collection[LiveKey]) -> dict[LiveKey, LiveCall]:
    """These calls, in progress or over, as far as they are there."""
    attempts = [key.id for key in keys if not key.incoming]
    found: list[LiveCall] = []
    if attempts:
        talking = answered(session)
        rows = _attempts(session, Attempt.id.in_(attempts), len(attempts))
        found += [_outgoing(row, talking) for row in rows]
    ids = [key.id for key in keys if key.incoming]
    if ids:
        going_on = {row.id for row in incoming_going_on(session, ids)}
        rows_in = session.scalars(select(LiveIncoming).where(LiveIncoming.id.in_(ids))).all()
        for call in _incoming(session, rows_in):
            found.append(call if call.live.id in going_on else replace(call, state=OVER))
    return {call.live: call for call in _with_orders(session, found)}


def calls_just_ended(session: Session, since: datetime) -> list[LiveCall]:
    """The latest calls of both directions that are over, the newest first."""
    rows = session.execute(
        select(Attempt, Customer.external_id, Customer.name, Campaign.name, Call.id)
        .join(Customer, Customer.id == Attempt.customer_id)
        .join(Campaign, Campaign.id == Attempt.campaign_id)
        .outerjoin(Call, Call.attempt_id == Attempt.id)
        .where(Attempt.state.not_in(LIVE), Attempt.reserved_at >= since, Attempt.ended_at.is_not(None))
        .order_by(Attempt.ended_at.desc(), Attempt.id.desc())
        .limit(ENDED_SHOWN)
    ).all()
    calls = [_outgoing(row, {}) for row in rows]
    ended = sorted([*calls, *_incoming_ended(session, since)], key=lambda call: call.since, reverse=True)
    return _with_orders(session, ended[:ENDED_SHOWN])


def live_counts(session: Session) -> LiveCounts:
    """Exact counts, however many calls the board shows."""
    rows = session.execute(select(Attempt.state, func.count()).where(is_live()).group_by(Attempt.state))
    states = dict(rows.all())
    incoming = incoming_going_on(session)
    answered_in = sum(row.answered_at is not None for row in incoming)
    talking = sum(at is not None for at in answered(session).values())
    dialing = states.get("dialing", 0)
    talking = min(talking, dialing)
    return LiveCounts(
        states.get("reserved", 0),
        dialing - talking + len(incoming) - answered_in,
        talking + answered_in,
        len(incoming),
    )


def _attempts(session: Session, wanted: ColumnElement[bool], most: int) -> Sequence[_Row]:
    return session.execute(
        select(Attempt, Customer.external_id, Customer.name, Campaign.name, Call.id)
        .join(Customer, Customer.id == Attempt.customer_id)
        .join(Campaign, Campaign.id == Attempt.campaign_id)
        .outerjoin(Call, Call.attempt_id == Attempt.id)
        .where(wanted)
        .order_by(Attempt.id.desc())
        .limit(most)
    ).all()


def _outgoing(row: _Row, talking: Mapping[int, datetime | None]) -> LiveCall:
    attempt, key, name, campaign, call_id = row
    state, since = _state(attempt, talking)
    return LiveCall(
        LiveKey(attempt.id),
        attempt.customer_id,
        key,
        Private(PrivateKind.NAME, name, key),
        Private(PrivateKind.NUMBER, attempt.e164, key),
        campaign,
        attempt.line,
        attempt.caller_id,
        state,
        attempt.reserved_at,
        since,
        call_id,
        attempt.disposition,
    )


def _state(attempt: Attempt, talking: Mapping[int, datetime | None]) -> tuple[str, datetime]:
    since = attempt.dialed_at or attempt.reserved_at
    if attempt.state != "dialing":
        return attempt.state, attempt.ended_at or since
    if attempt.id not in talking:
        return attempt.state, since
    answered_at = talking[attempt.id]
    return (RINGING, since) if answered_at is None else (TALKING, answered_at)


def _incoming(session: Session, rows: Sequence[LiveIncoming]) -> list[LiveCall]:
    people = _people(session, {row.customer_id for row in rows if row.customer_id is not None})
    ended = [row.call_id for row in rows if row.call_id is not None]
    dispositions = dict(session.execute(select(Call.id, Call.disposition).where(Call.id.in_(ended))).all())
    calls = []
    for row in rows:
        state = OVER if row.ended_at else TALKING if row.answered_at else RINGING
        since = row.ended_at or row.answered_at or row.began_at
        disposition = dispositions.get(row.call_id) if row.call_id else None
        who = (row.customer_id, row.e164, row.line)
        key, how = LiveKey(row.id, incoming=True), (row.call_id, disposition)
        calls.append(_call_in(key, who, people, state, row.began_at, since, *how))
    return calls


def _incoming_ended(session: Session, since: datetime) -> list[LiveCall]:
    rows = session.scalars(
        select(Call)
        .where(Call.ended_at >= since, Call.direction == "inbound")
        .order_by(Call.ended_at.desc())
        .limit(ENDED_SHOWN)
    ).all()
    people = _people(session, {row.customer_id for row in rows if row.customer_id is not None})
    # Their rows among those in progress may be gone, or never have been: they go by their calls' own ids.
    return [
        _call_in(
            LiveKey(0, incoming=True),
            (row.customer_id, row.e164, row.line),
            people,
            OVER,
            row.started_at,
            row.ended_at,
            row.id,
            row.disposition,
        )
        for row in rows
    ]


def _call_in(
    live: LiveKey,
    who: tuple[int | None, str | None, str],
    people: Mapping[int, tuple[str, str]],
    state: str,
    began_at: datetime,
    since: datetime,
    call_id: int | None,
    disposition: str | None,
) -> LiveCall:
    customer_id, e164, line = who
    key, name = people.get(customer_id, ("", None)) if customer_id is not None else ("", None)
    return LiveCall(
        live,
        customer_id,
        key,
        private(PrivateKind.NAME, name, key),
        private(PrivateKind.NUMBER, e164, key),
        None,
        line,
        None,
        state,
        began_at,
        since,
        call_id,
        disposition,
    )


def _people(session: Session, ids: Collection[int]) -> dict[int, tuple[str, str]]:
    """The lender's key and the name of customers."""
    rows = session.execute(
        select(Customer.id, Customer.external_id, Customer.name).where(Customer.id.in_(list(ids)))
    )
    return {id_: (key, name) for id_, key, name in rows}


def _with_orders(session: Session, calls: Sequence[LiveCall]) -> list[LiveCall]:
    """An order whose call is over came too late, whatever whoever held it could still tell."""
    orders = latest_orders(session, [str(call.live) for call in calls])
    made = []
    for call in calls:
        order = orders.get(str(call.live))
        if order is not None and order.goes_on and not call.in_progress:
            order = replace(order, state=OrderState.TOO_LATE.value)
        made.append(call if order is None else replace(call, order=order))
    return made
