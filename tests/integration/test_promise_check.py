"""Promises held against payments in the store: what the daily check writes, and whom a campaign is about."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.dialogue.brief import BrokenPromise
from campaigns.customers.record import PromiseRow
from campaigns.outcomes.checking import PromiseCheck, check_promises
from campaigns.outcomes.standing import PromiseRules
from campaigns.payments.record import PaymentRow
from campaigns.store.broken import accounts_to_call_about, broken_promise
from campaigns.store.database import Database
from campaigns.store.models import Account, FollowUp, Promise, ReliefOffer
from campaigns.store.payments import book_payments
from tests.integration.import_world import AS_OF, HEADERS, SHANGHAI, load, row, write
from tests.integration.store.rows import AT, add_customer

RULES = PromiseRules(version=1, grace_days=1, look_again_days=31)
MADE_ON = AT.astimezone(SHANGHAI).date()
DUE = MADE_ON + timedelta(days=3)
OWED = 120_000


def promise(session: Session, *, amount: int = OWED, due: date = DUE, **more: object) -> Account:
    """A customer's pending promise, made this morning; its account."""
    customer = add_customer(session, amount_due=OWED)
    account = session.scalars(select(Account).where(Account.customer_id == customer.id)).one()
    values = {"owed": OWED, "state": "pending", "made_at": AT} | more
    session.add(
        Promise(
            customer_id=customer.id, account_id=account.id, amount=amount, currency="CNY", due=due, **values
        )
    )
    session.flush()
    return account


def pay(session: Session, account: Account, amount: int, day: int, *, told: int | None = None) -> None:
    """A payment so many days after the promise, told on that day or on a later one."""
    on = MADE_ON + timedelta(days=day)
    booked_on = MADE_ON + timedelta(days=day if told is None else told)
    paid = PaymentRow(
        f"{account.external_id}/{day}/{amount}",
        account.external_id,
        None,
        amount,
        None,
        on,
        datetime.combine(on, time(23, 59, 59), SHANGHAI),
    )
    at = datetime.combine(booked_on, time(23, 59, 59), SHANGHAI)
    result = book_payments(session, [paid], at=at, zone=SHANGHAI, file_name="x")
    assert result.booked == 1


def check(database: Database, day: int) -> PromiseCheck:
    today = MADE_ON + timedelta(days=day)
    return check_promises(database, today, datetime.combine(today, time(1), UTC), SHANGHAI, RULES)


def standing(database: Database) -> list[tuple[str, str | None, int | None]]:
    with database.transaction() as session:
        found = session.scalars(select(Promise).order_by(Promise.id))
        return [(promise.state, promise.reason, promise.paid) for promise in found]


def test_the_daily_check_says_kept_or_broken_and_why_and_twice_is_once(clean_database: Database) -> None:
    with clean_database.transaction() as session:
        accounts = [promise(session) for _ in range(5)]
        accounts.append(promise(session, amount=40_000, rest_due=DUE + timedelta(days=5)))
        pay(session, accounts[0], OWED, 3)
        pay(session, accounts[1], OWED, 4)
        pay(session, accounts[2], 50_000, 2)
        pay(session, accounts[3], OWED, 5)
        pay(session, accounts[5], 40_000, 3)
    assert check(clean_database, 1).pending == 4  # two have reached their amount already
    done = check(clean_database, 5)
    assert (done.looked_at, done.pending, done.settled, done.changed.total()) == (4, 1, 0, 3)
    expected = [
        ("kept", "paid", OWED),
        ("kept", "paid_in_grace", OWED),
        ("broken", "part_paid", 50_000),
        ("broken", "nothing_paid", OWED),  # paid, and too late
        ("broken", "nothing_paid", 0),
        ("pending", None, 40_000),
    ]
    assert standing(clean_database) == expected
    with clean_database.transaction() as session:
        settled = session.scalars(select(Promise.settled_at).order_by(Promise.id)).all()
    again = check(clean_database, 6)
    assert again.changed.total() == 0
    assert again.looked_at == again.pending + again.settled
    assert again.settled > 0  # broken promises are looked at again for some days
    with clean_database.transaction() as session:
        assert session.scalars(select(Promise.settled_at).order_by(Promise.id)).all() == settled
    assert check(clean_database, 10).changed == {("broken", "rest_unpaid"): 1}


def test_a_payment_told_late_puts_a_broken_promise_right(clean_database: Database) -> None:
    with clean_database.transaction() as session:
        account = promise(session)
    assert check(clean_database, 5).changed == {("broken", "nothing_paid"): 1}
    with clean_database.transaction() as session:
        pay(session, account, OWED, 3, told=6)
    assert check(clean_database, 7).changed == {("kept", "paid"): 1}
    assert check(clean_database, 90).looked_at == 0


def test_a_promise_with_relief_that_was_kept_is_nobodys_work(clean_database: Database) -> None:
    with clean_database.transaction() as session:
        account = promise(session, amount=OWED - 2_000)
        offer = ReliefOffer(
            account_id=account.id,
            kind="waive_late_fee",
            waives=2_000,
            pay_by=DUE,
            approved_by="x",
            approved_at=AT,
            valid_until=DUE,
        )
        session.add(offer)
        session.flush()
        session.scalars(select(Promise)).one().relief_offer_id = offer.id
        pay(session, account, OWED - 2_000, 1)
    check(clean_database, 2)
    check(clean_database, 3)
    with clean_database.transaction() as session:
        assert (
            session.scalars(select(FollowUp.reason)).all() == []
        )  # what was waived is booked: test_relief.py


def called_about(database: Database) -> dict[int, BrokenPromise]:
    """Accounts of a broken-promise campaign with what the bot is told; both ways of asking must agree."""
    with database.transaction() as session:
        accounts = set(session.scalars(accounts_to_call_about()))
        told = {
            account: broken
            for account in session.scalars(select(Account.id))
            if (broken := broken_promise(session, account)) is not None
        }
    assert accounts == set(told)
    return told


def test_only_what_is_broken_and_still_missing_is_called_about(clean_database: Database) -> None:
    with clean_database.transaction() as session:
        kept, part, late, none, replaced, rest = (promise(session).id for _ in range(6))
        accounts = {account.id: account for account in session.scalars(select(Account))}
        pay(session, accounts[kept], OWED, 1)
        pay(session, accounts[part], 50_000, 1)
        row = session.scalars(select(Promise).where(Promise.account_id == rest)).one()
        row.amount, row.rest_due = 20_000, DUE
        row.due = DUE - timedelta(days=1)
        pay(session, accounts[rest], 20_000, 1)
    check(clean_database, 5)
    with clean_database.transaction() as session:
        accounts = {account.id: account for account in session.scalars(select(Account))}
        pay(session, accounts[late], OWED, 5)
        later = Promise(
            customer_id=accounts[replaced].customer_id,
            account_id=replaced,
            amount=5,
            currency="CNY",
            due=DUE + timedelta(days=9),
            state="pending",
            made_at=AT + timedelta(days=6),
        )
        session.add(later)
    assert called_about(clean_database) == {
        part: BrokenPromise(70_000, DUE),
        none: BrokenPromise(OWED, DUE),
        rest: BrokenPromise(100_000, DUE),
    }
    with clean_database.transaction() as session:  # made good at last, and the portfolio alone tells it
        session.get_one(Account, part).amount_due = 0
        session.get_one(Account, none).amount_due = 1
    assert called_about(clean_database) == {none: BrokenPromise(1, DUE), rest: BrokenPromise(100_000, DUE)}


HEADERS_WITH_PROMISE = [*HEADERS, "承诺还款金额", "承诺还款日", "承诺日期"]


@pytest.mark.parametrize("again", [1, 2])
def test_promises_made_elsewhere_are_imported_once_and_the_latest_counts(
    clean_database: Database, tmp_path: Path, again: int
) -> None:
    told = write(tmp_path / "a.csv", [[*row(1), "100", "2026-11-21", "2026-11-18"]], HEADERS_WITH_PROMISE)
    for _ in range(again):
        load(clean_database, told)
    assert standing(clean_database) == [("pending", None, None)]
    newer = write(tmp_path / "b.csv", [[*row(1), "50", "2026-11-25", "2026-11-23"]], HEADERS_WITH_PROMISE)
    load(clean_database, newer)
    load(clean_database, told)  # an old file knows nothing of it
    assert standing(clean_database) == [("cancelled", "replaced", None), ("pending", None, None)]
    today = date(2026, 11, 28)
    at = datetime.combine(today, time(1), UTC)
    check_promises(clean_database, today, at, SHANGHAI, RULES)
    assert standing(clean_database)[1] == ("broken", "nothing_paid", 0)
    load(clean_database, newer)
    assert len(standing(clean_database)) == 2


def test_what_a_row_promises_is_what_the_store_keeps(clean_database: Database, tmp_path: Path) -> None:
    file = write(tmp_path / "a.csv", [[*row(1), "100", "2026-11-21", "2026-11-18"]], HEADERS_WITH_PROMISE)
    load(clean_database, file)
    with clean_database.transaction() as session:
        found = session.scalars(select(Promise)).one()
        assert PromiseRow(found.amount, found.due, found.made_at, found.owed) == PromiseRow(
            10_000, date(2026, 11, 21), datetime(2026, 11, 18, tzinfo=SHANGHAI), None
        )
        assert (found.call_id, AS_OF.date() > found.due) == (None, True)
