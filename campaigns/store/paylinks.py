"""Payment links in the store: given out, resolved, and counted when they are opened."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from campaigns.outcomes.paylinks import id_in, is_signed, make_token
from campaigns.outcomes.promises import PromiseState
from campaigns.store.models import Account, PaymentLink, Promise


@dataclass(frozen=True, slots=True)
class Payable:
    """What the bearer of a link may pay: what is left of the promise. Minor units of ``currency``."""

    promise_id: int
    account: str  # the lender's key: for the lender's payment system, not for the page
    amount: int
    currency: str
    due: date


@dataclass(frozen=True, slots=True)
class NothingToPay:
    """The link is good, and the promise was kept or is void."""

    promise_id: int


@dataclass(frozen=True, slots=True)
class Expired:
    """The link was good once."""


@dataclass(frozen=True, slots=True)
class Forged:
    """No link of ours. What was sent is not repeated."""


Resolved = Payable | NothingToPay | Expired | Forged


def issue(session: Session, key: bytes, promise_id: int, at: datetime, expires_at: datetime) -> str:
    """The token of a promise's link: one a promise, however often it is asked for."""
    row = session.scalar(select(PaymentLink).where(PaymentLink.promise_id == promise_id))
    if row is None:
        row = PaymentLink(promise_id=promise_id, created_at=at, expires_at=expires_at, clicks=0)
        session.add(row)
        session.flush()
    return make_token(key, row.id, row.promise_id, row.expires_at)


def resolve(session: Session, key: bytes, token: str, at: datetime, *, opened: bool = True) -> Resolved:
    """What a token leads to. ``opened``: on record as a click, on the link and on its promise.

    A token that is not ours leaves no trace, nor does one that has expired.
    """
    link_id = id_in(key, token)
    row = None if link_id is None else session.get(PaymentLink, link_id)
    if row is None or not is_signed(key, token, row.id, row.promise_id, row.expires_at):
        return Forged()
    if at >= row.expires_at:
        return Expired()
    if opened:
        _count(session, row, at)
    promise = session.get_one(Promise, row.promise_id)
    account = session.get_one(Account, promise.account_id)
    left = min(promise.amount - (promise.paid or 0), account.amount_due)
    if promise.state not in (PromiseState.PENDING, PromiseState.BROKEN) or left <= 0:
        return NothingToPay(promise.id)
    return Payable(promise.id, account.external_id, left, promise.currency, promise.due)


def _count(session: Session, link: PaymentLink, at: datetime) -> None:
    session.execute(
        update(PaymentLink)
        .where(PaymentLink.id == link.id)
        .values(
            clicks=PaymentLink.clicks + 1,
            first_clicked_at=func.coalesce(PaymentLink.first_clicked_at, at),
            last_clicked_at=at,
        )
    )
    session.execute(
        update(Promise)
        .where(Promise.id == link.promise_id, Promise.link_opened_at.is_(None))
        .values(link_opened_at=at)
    )
