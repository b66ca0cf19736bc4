"""Payments in the store: booked once a reference, in any order, and never below nothing owed."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, tzinfo

from sqlalchemy import ColumnElement, bindparam, case, insert, select, update
from sqlalchemy.orm import InstrumentedAttribute, Session

from campaigns.customers.record import CustomerRow, Reason
from campaigns.payments.record import PaymentRow
from campaigns.store.models import Account, Payment
from campaigns.store.payment_accounts import PayableAccount, PaymentAccounts
from campaigns.store.priorities import refresh_accounts


@dataclass(frozen=True, slots=True)
class BookResult:
    """By place in the rows given: those ``refused``, and those ``repeated``, booked before.

    ``in_ledger``: booked, but the account's state was of a later day already. ``taken_off`` the amounts due,
    by currency, minor units; ``cleared`` accounts owe nothing any more since.
    """

    booked: int
    in_ledger: int
    refused: dict[int, Reason]
    repeated: frozenset[int]
    taken_off: dict[str, int]
    cleared: int


def _less(column: InstrumentedAttribute[int]) -> ColumnElement[int]:
    """``column`` less the amount paid, and never below nothing."""
    paid = bindparam("paid", type_=column.type)
    return case((column > paid, column - paid), else_=0)


_TAKE_OFF = (
    update(Account)
    .where(Account.id == bindparam("account"))
    .values(amount_due=_less(Account.amount_due), minimum_due=_less(Account.minimum_due))
    .execution_options(synchronize_session=False)
)
_LESS_BALANCE = Account.balance - bindparam("paid", type_=Account.balance.type)


def book_payments(
    session: Session, rows: Sequence[PaymentRow], *, at: datetime, zone: tzinfo, file_name: str
) -> BookResult:
    """Book payments that are new. For a thousand rows or so at a time, no reference twice among them.

    A payment of the day that an account's state is of, or of a later one, is taken off what it owes; one of
    an earlier day is in that state already.
    """
    accounts = PaymentAccounts(session, rows)
    known = _known(session, rows)
    refused: dict[int, Reason] = {}
    repeated: set[int] = set()
    news: list[dict[str, object]] = []
    paid: dict[int, int] = {}
    for place, row in enumerate(rows):
        account = accounts.of(row)
        if isinstance(account, Reason):
            refused[place] = account
        elif row.reference in known:
            if known[row.reference] == (account.id, row.amount):
                repeated.add(place)
            else:
                refused[place] = Reason(
                    "reference", "conflict", "was booked before with another amount or account"
                )
        else:
            in_ledger = row.paid_on < account.as_of.astimezone(zone).date()
            news.append(_payment(row, account, at, file_name, in_ledger=in_ledger))
            if not in_ledger:
                paid[account.id] = paid.get(account.id, 0) + row.amount
    if news:
        session.connection().execute(insert(Payment), news)
    taken_off, cleared = _take_off(session, paid)
    refresh_accounts(session, paid, at.astimezone(zone).date())
    told_before = sum(bool(payment["in_ledger"]) for payment in news)
    return BookResult(len(news), told_before, refused, frozenset(repeated), taken_off, cleared)


def take_off_newer_payments(session: Session, rows: Sequence[CustomerRow]) -> None:
    """After a file told what accounts owe: take off the payments of its day and later, booked before."""
    days = {row.account.external_id: row.account.as_of.date() for row in rows}
    paid: dict[int, int] = {}
    for account_id, external_id, paid_on, amount in session.execute(
        select(Payment.account_id, Account.external_id, Payment.paid_on, Payment.amount)
        .join(Account, Account.id == Payment.account_id)
        .where(Account.external_id.in_(days), Payment.paid_on >= min(days.values()))
    ):
        if paid_on >= days[external_id]:
            paid[account_id] = paid.get(account_id, 0) + amount
    _take_off(session, paid)


def _take_off(session: Session, paid: dict[int, int]) -> tuple[dict[str, int], int]:
    """Lower what accounts owe; by how much in each currency, and how many owe nothing any more."""
    if not paid:
        return {}, 0
    # Always in this order, so that two imports at once wait for each other instead of blocking each other.
    before = {
        account_id: (currency, due)
        for account_id, currency, due in session.execute(
            select(Account.id, Account.currency, Account.amount_due)
            .where(Account.id.in_(paid))
            .order_by(Account.id)
            .with_for_update()
        )
    }
    session.connection().execute(
        _TAKE_OFF.values(balance=_LESS_BALANCE),
        [{"account": account_id, "paid": paid[account_id]} for account_id in before],
    )
    taken_off: dict[str, int] = {}
    for account_id, (currency, due) in before.items():
        taken_off[currency] = taken_off.get(currency, 0) + min(max(due, 0), paid[account_id])
    return taken_off, sum(0 < due <= paid[account_id] for account_id, (_, due) in before.items())


def _payment(
    row: PaymentRow, account: PayableAccount, at: datetime, file_name: str, *, in_ledger: bool
) -> dict[str, object]:
    return {
        "account_id": account.id,
        "reference": row.reference,
        "amount": row.amount,
        "currency": account.currency,
        "paid_on": row.paid_on,
        "paid_at": row.paid_at,
        "booked_at": at,
        "in_ledger": in_ledger,
        "file_name": file_name[-255:],
    }


def _known(session: Session, rows: Iterable[PaymentRow]) -> dict[str, tuple[int, int]]:
    found = session.execute(
        select(Payment.reference, Payment.account_id, Payment.amount).where(
            Payment.reference.in_({row.reference for row in rows})
        )
    )
    return {reference: (account_id, amount) for reference, account_id, amount in found}
