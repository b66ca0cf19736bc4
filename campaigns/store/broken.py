"""Broken promises that there is still something to say about: for an audience, and for the bot."""

from __future__ import annotations

from sqlalchemy import ColumnElement, Select, and_, bindparam, case, func, or_, select
from sqlalchemy.orm import Session, aliased

from bot.dialogue.brief import BrokenPromise
from campaigns.outcomes import standing
from campaigns.outcomes.promises import PromiseState
from campaigns.outcomes.standing import PromiseReason
from campaigns.store.models import Account, Payment, Promise
from campaigns.store.promises import STANDING_STATES, value_of


def paid_towards() -> ColumnElement[int]:
    """What payments told brought towards the promise of a statement, as ``standing.counts`` has it."""
    return func.coalesce(
        select(func.sum(Payment.amount))
        .where(
            Payment.account_id == Promise.account_id,
            Payment.booked_at >= Promise.made_at,
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
            later.state.in_(STANDING_STATES),
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
