"""Promises to pay in the store: those still open, and those that a file tells of."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import and_, func, or_, select, update
from sqlalchemy.orm import Session

from campaigns.customers.record import CustomerRow
from campaigns.outcomes import standing
from campaigns.outcomes.promises import PromiseState, PromiseToPay
from campaigns.outcomes.standing import PromiseReason, Standing
from campaigns.outcomes.webhook_events import EventType
from campaigns.store.models import Account, Payment, Promise
from campaigns.store.outbox import emit

STANDING_STATES = (PromiseState.PENDING, PromiseState.KEPT, PromiseState.BROKEN)
"""Of a promise that no later one has replaced."""


_EVENTS = {PromiseState.KEPT: EventType.PROMISE_KEPT, PromiseState.BROKEN: EventType.PROMISE_BROKEN}


@dataclass(frozen=True, slots=True)
class OpenPromise:
    """A promise that may still change, and what its account owes. ``told_at``: of the account's state."""

    id: int
    customer_id: int
    account_id: int
    promise: PromiseToPay
    state: PromiseState
    reason: str | None
    paid: int | None
    made_at: datetime
    owed_now: int
    told_at: datetime


def value_of(row: Promise) -> PromiseToPay:
    """What was promised."""
    return PromiseToPay(
        row.amount, row.currency, row.due, row.relief_offer_id, row.rest_due, row.plan_id, row.owed
    )


def open_promises(
    session: Session, today: date, look_again_days: int, *, after_id: int = 0, limit: int = 1000
) -> list[OpenPromise]:
    """Up to ``limit`` promises with ids after ``after_id``: pending, or broken not longer ago than that."""
    last_day = func.coalesce(Promise.rest_due, Promise.due)
    lately = last_day >= today - timedelta(days=look_again_days)
    found = session.execute(
        select(Promise, Account.amount_due, Account.as_of)
        .join(Account, Account.id == Promise.account_id)
        .where(
            Promise.id > after_id,
            or_(Promise.state == PromiseState.PENDING, and_(Promise.state == PromiseState.BROKEN, lately)),
        )
        .order_by(Promise.id)
        .limit(limit)
    )
    return [
        OpenPromise(
            row.id,
            row.customer_id,
            row.account_id,
            value_of(row),
            PromiseState(row.state),
            row.reason,
            row.paid,
            row.made_at,
            owed_now,
            told_at,
        )
        for row, owed_now, told_at in found
    ]


def payments_of(session: Session, account_ids: Iterable[int]) -> dict[int, tuple[standing.Payment, ...]]:
    """All payments on these accounts, as promises are held against them."""
    found = session.execute(
        select(
            Payment.account_id,
            Payment.paid_on,
            Payment.amount,
            Payment.paid_at,
            Payment.booked_at,
            Payment.in_ledger,
        ).where(Payment.account_id.in_(set(account_ids)))
    )
    payments: dict[int, tuple[standing.Payment, ...]] = {}
    for account_id, on, amount, at, booked_at, in_ledger in found:
        payment = standing.Payment(on, amount, at, booked_at, in_ledger)
        payments[account_id] = (*payments.get(account_id, ()), payment)
    return payments


def settle_promise(session: Session, promise: OpenPromise, to: Standing, at: datetime) -> bool:
    """Write where a promise stands; whether that is another state. Whoever changed it first is right."""
    changed = to.state is not promise.state
    if not changed and (to.reason, to.paid) == (promise.reason, promise.paid):
        return False
    values: dict[str, object] = {"state": to.state, "reason": to.reason, "paid": to.paid}
    if changed:
        values["settled_at"] = at
    done = session.execute(
        update(Promise)
        .where(Promise.id == promise.id, Promise.state == promise.state)
        .values(values)
        .returning(Promise.id)
    ).first()
    if not changed or done is None:
        return False
    if (event := _EVENTS.get(to.state)) is not None:
        data = promise_data(promise.id, promise.promise) | {"reason": to.reason, "paid": to.paid}
        emit(session, event, at, data, customer_id=promise.customer_id)
    return True


def promise_of_call(session: Session, call_id: int) -> int | None:
    """The promise made in a call."""
    return session.scalar(select(Promise.id).where(Promise.call_id == call_id))


def promise_data(promise_id: int, promise: PromiseToPay) -> dict[str, object]:
    """A promise as the lender's systems are told of it. Amounts in minor units."""
    return {
        "promise": promise_id,
        "amount": promise.amount,
        "currency": promise.currency,
        "due": promise.due,
        "rest_due": promise.rest_due,
        "relief_offer": promise.relief_offer_id,
    }


def cancel_pending(session: Session, account_id: int, reason: PromiseReason, at: datetime) -> None:
    """pending → cancelled for all promises of an account."""
    session.execute(
        update(Promise)
        .where(Promise.account_id == account_id, Promise.state == PromiseState.PENDING)
        .values(state=PromiseState.CANCELLED, reason=reason, settled_at=at)
    )


def put_promises(session: Session, rows: Sequence[CustomerRow], at: datetime) -> None:
    """Write the promises that a file tells of; what is known, or older than what is known, stays."""
    telling = {row.account.external_id: row for row in rows if row.promise is not None}
    if not telling:
        return
    accounts = session.execute(
        select(Account.external_id, Account.id, Account.customer_id).where(Account.external_id.in_(telling))
    ).all()
    latest: dict[int, Promise] = {}
    for known in session.scalars(
        select(Promise)
        .where(Promise.account_id.in_([row.id for row in accounts]), Promise.state.in_(STANDING_STATES))
        .order_by(Promise.made_at, Promise.id)
    ):
        latest[known.account_id] = known
    for external_id, account_id, customer_id in accounts:
        row, known_one = telling[external_id], latest.get(account_id)
        told = row.promise
        if told is None or (
            known_one is not None and _is_known(known_one, told.amount, told.due, told.made_at)
        ):
            continue
        cancel_pending(session, account_id, PromiseReason.REPLACED, at)
        session.add(
            Promise(
                customer_id=customer_id,
                account_id=account_id,
                amount=told.amount,
                currency=row.account.currency,
                due=told.due,
                owed=told.owed,
                state=PromiseState.PENDING,
                made_at=told.made_at,
            )
        )
    session.flush()


def _is_known(known: Promise, amount: int, due: date, made_at: datetime) -> bool:
    """The lender's books may tell our own promise back, by its day; and they may not know the latest yet."""
    return (known.amount, known.due) == (amount, due) or known.made_at >= made_at
