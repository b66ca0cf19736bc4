"""Calls and promises for the lender's own systems, in an order in which nothing is missed."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, func, or_, select
from sqlalchemy.orm import Session

from campaigns.errors import NotFoundError
from campaigns.private import Private, PrivateKind, private
from campaigns.store.models import Account, Call, Campaign, Customer, Promise, TurnRecord


@dataclass(frozen=True, slots=True)
class CallResult:
    """A call that is over."""

    id: int
    direction: str
    campaign: str | None
    customer: str | None
    number: Private | None
    line: str
    script: str
    script_version: str
    started_at: datetime
    answered_at: datetime | None
    ended_at: datetime
    cause: str
    disposition: str
    right_party: bool
    recorded: bool


@dataclass(frozen=True, slots=True)
class Said:
    """One thing said in a call."""

    at: datetime
    speaker: str
    text: Private
    step: str | None
    intent: str | None


@dataclass(frozen=True, slots=True)
class PromiseResult:
    """A promise as it stands. ``changed_at``: when it was made, or else settled."""

    id: int
    customer: str
    account: str
    call_id: int | None
    amount: int
    currency: str
    due: date
    state: str
    reason: str | None
    paid: int | None
    made_at: datetime
    settled_at: datetime | None
    changed_at: datetime


def calls_after(
    session: Session,
    after: int,
    *,
    campaign: str | None = None,
    customer: str | None = None,
    since: datetime | None = None,
    limit: int = 100,
) -> list[CallResult]:
    """Up to ``limit`` calls with ids above ``after``; a call is written once, when it is over."""
    asked: list[ColumnElement[bool]] = [Call.id > after]
    if campaign is not None:
        asked.append(
            Call.campaign_id == _id_of(session, select(Campaign.id).where(Campaign.name == campaign))
        )
    if customer is not None:
        found = select(Customer.id).where(Customer.external_id == customer)
        asked.append(Call.customer_id == _id_of(session, found))
    if since is not None:
        asked.append(Call.ended_at >= since)
        if not after:
            # By their ids alone the database would pass all that are older first.
            first = session.scalar(select(func.min(Call.id + 0)).where(Call.ended_at >= since))
            if first is None:
                return []
            asked.append(Call.id >= first)
    query = _calls().where(*asked).order_by(Call.id).limit(limit)
    return [_call(row) for row in session.execute(query)]


def call_by_id(session: Session, call_id: int) -> tuple[CallResult, list[Said]]:
    """A call and what was said in it. Raises NotFoundError."""
    row = session.execute(_calls().where(Call.id == call_id)).first()
    if row is None:
        raise NotFoundError("there is no call %(call_id)s", call_id=call_id)
    found = _call(row)
    turns = session.scalars(select(TurnRecord).where(TurnRecord.call_id == call_id).order_by(TurnRecord.seq))
    key = found.customer or ""
    said = [
        Said(turn.at, turn.speaker, Private(PrivateKind.TEXT, turn.text, key), turn.step, turn.intent)
        for turn in turns
    ]
    return found, said


def promises_after(
    session: Session,
    after: tuple[datetime, int] | None,
    *,
    since: datetime | None = None,
    state: str | None = None,
    limit: int = 100,
) -> list[PromiseResult]:
    """Up to ``limit`` promises in the order in which they last changed."""
    # As its index has it.
    changed = func.coalesce(Promise.settled_at, Promise.made_at, type_=Promise.made_at.type)
    query = (
        select(Promise, Customer.external_id, Account.external_id, changed)
        .join(Customer, Customer.id == Promise.customer_id)
        .join(Account, Account.id == Promise.account_id)
    )
    if after is not None:
        at, row_id = after
        # Twice, so that an index leads to the place.
        query = query.where(changed >= at, or_(changed > at, Promise.id > row_id))
    if since is not None:
        query = query.where(changed >= since)
    if state is not None:
        query = query.where(Promise.state == state)
    rows = session.execute(query.order_by(changed, Promise.id).limit(limit))
    return [
        PromiseResult(
            row.id, customer, account, row.call_id, row.amount, row.currency, row.due, row.state, row.reason,
            row.paid, row.made_at, row.settled_at, at,
        )
        for row, customer, account, at in rows
    ]  # fmt: skip


def customer_id_of(session: Session, key: str) -> int:
    """The id of the customer whom the lender calls ``key``. Raises NotFoundError."""
    found = session.scalar(select(Customer.id).where(Customer.external_id == key))
    if found is None:
        raise NotFoundError("there is no customer %(key)r", key=key)
    return found


def _id_of(session: Session, query: Select[int]) -> int:
    """0, which is nobody's, where there is none. Known before, so that its index leads to the calls."""
    return session.scalar(query) or 0


def _calls() -> Any:
    return (
        select(Call, Campaign.name, Customer.external_id)
        .outerjoin(Campaign, Campaign.id == Call.campaign_id)
        .outerjoin(Customer, Customer.id == Call.customer_id)
    )


def _call(row: Any) -> CallResult:
    call, campaign, customer = row
    return CallResult(
        call.id, call.direction, campaign, customer, private(PrivateKind.NUMBER, call.e164, customer or ""),
        call.line, call.flow, call.flow_version, call.started_at, call.answered_at, call.ended_at, call.cause,
        call.disposition, call.right_party, call.recording is not None,
    )  # fmt: skip
