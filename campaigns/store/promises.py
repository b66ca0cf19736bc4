"""Promises to pay in the store: those still open, those that a file tells of, and the broken ones."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import ColumnElement, Select, and_, bindparam, case, func, or_, select, update
from sqlalchemy.orm import Session, aliased

from bot.dialogue.brief import BrokenPromise
from campaigns.customers.record import CustomerRow
from campaigns.outcomes import standing
from campaigns.outcomes.promises import PromiseState, PromiseToPay
from campaigns.outcomes.standing import PromiseReason, Standing
from campaigns.store.models import Account, Payment, Promise

_STANDING_STATES = (PromiseState.PENDING, PromiseState.KEPT, PromiseState.BROKEN)


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
    return changed and done is not None


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
        .where(Promise.account_id.in_([row.id for row in accounts]), Promise.state.in_(_STANDING_STATES))
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


def paid_towards() -> ColumnElement[int]:
    """What payments told brought towards the promise of a statement, as ``standing.counts`` has it."""
    return func.coalesce(
        select(func.sum(Payment.amount))
        .where(
            Payment.account_id == Promise.account_id,
            Payment.booked_at > Promise.made_at,
            or_(Payment.paid_at > Promise.made_at, Payment.in_ledger.is_(False)),
        )
        .correlate(Promise)
        .scalar_subquery(),
        0,
    )


def accounts_to_call_about() -> Select[int]:
    """Accounts whose latest promise is broken and still not made good, as ``standing.shortfall`` has it."""
    need = case((Promise.reason == PromiseReason.REST_UNPAID, Promise.owed), else_=Promise.amount)
    return (
        select(Promise.account_id)
        .join(Account, Account.id == Promise.account_id)
        .where(
            Promise.state == PromiseState.BROKEN,
            _is_latest(),
            Account.amount_due > 0,
            need > paid_towards(),
            or_(Promise.owed.is_(None), need > Promise.owed - Account.amount_due),
        )
    )


def _is_latest() -> ColumnElement[bool]:
    later = aliased(Promise)
    return ~(
        select(later.id)
        .where(
            later.account_id == Promise.account_id,
            later.state.in_(_STANDING_STATES),
            or_(
                later.made_at > Promise.made_at, and_(later.made_at == Promise.made_at, later.id > Promise.id)
            ),
        )
        .correlate(Promise)
        .exists()
    )


# Built once: read for every call.
_BROKEN = (
    select(Promise, paid_towards().label("paid"), Account.amount_due)
    .join(Account, Account.id == Promise.account_id)
    .where(Promise.account_id == bindparam("account_id"), Promise.state == PromiseState.BROKEN, _is_latest())
    .limit(1)
)


def broken_promise(session: Session, account_id: int) -> BrokenPromise | None:
    """What is still missing of the account's latest promise, when that is broken; None when nothing is."""
    row = session.execute(_BROKEN, {"account_id": account_id}).first()
    if row is None:
        return None
    promise, paid, owed_now = row
    missing, due = standing.shortfall(value_of(promise), promise.reason, int(paid), owed_now)
    return BrokenPromise(missing, due) if missing > 0 else None
