"""Payments: booked once, in any order, beside any portfolio file, and never below nothing owed."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator
from datetime import datetime, time, timedelta
from pathlib import Path
from random import Random

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import delete, select, update

from campaigns.errors import ImportFileError
from campaigns.payments.importer import PaymentReport, import_payments
from campaigns.payments.record import PaymentRow
from campaigns.store.database import Database
from campaigns.store.migrate import upgrade
from campaigns.store.models import Account, Payment
from campaigns.store.payments import book_payments
from tests.integration.import_world import AS_OF, HEADERS, SHANGHAI, load, row, write

COLUMNS = ["流水号", "账户编号", "金额", "入账时间"]
DUE = 10_050  # of ``row``
NOW = AS_OF.replace(hour=20)


def pay(
    database: Database,
    folder: Path,
    *rows: Iterable[str],
    columns: list[str] = COLUMNS,
    name: str = "pay.csv",
) -> PaymentReport:
    file = write(folder / name, [list(cells) for cells in rows], columns)
    return import_payments(database, file, at=NOW, zone=SHANGHAI, errors_dir=folder / "errors")


def owed(database: Database) -> dict[str, tuple[int, int, int]]:
    """What each account owes: in all, at least, and its balance."""
    with database.transaction() as session:
        return {
            account.external_id: (account.amount_due, account.minimum_due, account.balance)
            for account in session.scalars(select(Account).order_by(Account.id))
        }


def test_payments_lower_what_is_due_once_a_reference(clean_database: Database, tmp_path: Path) -> None:
    load(clean_database, write(tmp_path / "a.csv", [row(1), row(2), row(3)]))
    rows = [["T1", "00001", "40", "2026-11-23 09:30"], ["T2", "00001", "20.5", "2026-11-23"]]
    rows += [["T3", "00002", "500", "2026-11-23"]]
    report = pay(clean_database, tmp_path, *rows)
    assert (report.booked, report.cleared, dict(report.taken_off)) == (3, 1, {"CNY": 6_050 + DUE})
    left = {"00001": (4_000, 4_000, 4_000), "00002": (0, 0, DUE - 50_000), "00003": (DUE, DUE, DUE)}
    assert owed(clean_database) == left
    again = pay(clean_database, tmp_path, *rows, ["T4", "00003", "1", "2026-11-23"], name="again.csv")
    assert (again.rows, again.booked, again.known, again.rejected) == (4, 1, 3, 0)
    assert owed(clean_database) == left | {"00003": (DUE - 100,) * 3}


def test_rows_that_cannot_be_booked_are_told_and_cost_no_other(
    clean_database: Database, tmp_path: Path
) -> None:
    columns = ["流水号", "客户编号", "账户编号", "金额", "入账时间", "币种"]
    two = [*HEADERS, "借据号"]
    load(clean_database, write(tmp_path / "a.csv", [[*row(1), "A1"], [*row(1), "A2"], [*row(2), "B1"]], two))
    report = pay(
        clean_database,
        tmp_path,
        ["T1", "00001", "", "1", "2026-11-23", ""],
        ["T2", "00001", "A2", "1", "2026-11-23", ""],
        ["T3", "00002", "A2", "1", "2026-11-23", ""],
        ["T4", "", "A9", "1", "2026-11-23", ""],
        ["T5", "00009", "", "1", "2026-11-23", ""],
        ["T6", "00002", "", "1", "2026-11-23", "USD"],
        ["T7", "00002", "", "1", "2026-11-23", "CNY"],
        ["T7", "00002", "", "1", "2026-11-23", ""],
        ["T8", "00002", "", "-1", "2026-11-23", ""],
        columns=columns,
    )
    assert (report.rows, report.booked, report.known, report.repeated, report.rejected) == (9, 2, 0, 1, 6)
    assert report.error_file is not None
    with report.error_file.open(encoding="utf-8-sig") as stream:
        told = {line["error_row"]: line["error_code"] for line in csv.DictReader(stream)}
    assert told == {
        "2": "several_accounts",
        "4": "other_customer",
        "5": "unknown_account",
        "6": "unknown_customer",
        "7": "other_currency",
        "9": "duplicate",
        "10": "negative",
    }
    conflict = pay(clean_database, tmp_path, ["T2", "00001", "A2", "2", "2026-11-23", ""], columns=columns)
    assert (conflict.known, conflict.rejected) == (0, 1)
    assert owed(clean_database)["A2"][0] == DUE - 100


def test_a_file_without_its_columns_books_nothing(clean_database: Database, tmp_path: Path) -> None:
    with pytest.raises(ImportFileError, match=r"pay\.csv: it misses these columns: 流水号"):
        pay(clean_database, tmp_path, ["1"], columns=["金额"])


def test_what_the_portfolio_told_already_is_not_taken_off_twice(
    clean_database: Database, tmp_path: Path
) -> None:
    """Files come in any order; one that is imported again does not bring back what was paid since."""
    portfolio = write(tmp_path / "a.csv", [row(1)])
    load(clean_database, portfolio)
    old = pay(clean_database, tmp_path, ["T1", "00001", "30", "2026-11-22"], name="old.csv")
    assert (old.booked, old.in_ledger, dict(old.taken_off)) == (1, 1, {})
    assert owed(clean_database)["00001"][0] == DUE
    pay(clean_database, tmp_path, ["T2", "00001", "40", "2026-11-23"])
    load(clean_database, portfolio, AS_OF.replace(hour=15))
    assert owed(clean_database)["00001"] == (6_050, 6_050, 6_050)
    # The next day's file has it in.
    load(clean_database, write(tmp_path / "b.csv", [row(1, due="60.50")]), AS_OF + timedelta(days=1))
    assert owed(clean_database)["00001"] == (6_050, 6_050, 6_050)


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Database]:
    folder = tmp_path_factory.mktemp("payments")
    database = Database(f"sqlite:///{folder / 'store.db'}")
    upgrade(database)
    load(database, write(folder / "a.csv", [row(1), row(2)]))
    yield database
    database.close()


payments = st.lists(
    st.tuples(st.sampled_from(["00001", "00002"]), st.integers(1, 12_000), st.integers(-3, 0)),
    min_size=1,
    max_size=6,
)


def state_after(database: Database, batches: list[list[PaymentRow]]) -> object:
    """What the accounts owe and which payments are booked, after these batches on accounts as imported."""
    with database.transaction() as session:
        session.execute(delete(Payment))
        session.execute(update(Account).values(amount_due=DUE, minimum_due=2_000, balance=DUE))
    for batch in batches:
        with database.transaction() as session:
            book_payments(session, batch, at=NOW, zone=SHANGHAI, file_name="x")
    with database.transaction() as session:
        booked = session.execute(select(Payment.reference, Payment.in_ledger).order_by(Payment.reference))
        return owed_in(session.scalars(select(Account).order_by(Account.id))), booked.all()


def owed_in(accounts: Iterable[Account]) -> list[tuple[int, int, int]]:
    return [(account.amount_due, account.minimum_due, account.balance) for account in accounts]


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(payments, st.randoms(use_true_random=False))
def test_no_order_of_payments_changes_the_end(
    shared: Database, drawn: list[tuple[str, int, int]], chance: Random
) -> None:
    rows = [
        PaymentRow(
            f"T{n}",
            key,
            None,
            amount,
            None,
            (AS_OF + timedelta(days=ago)).date(),
            datetime.combine((AS_OF + timedelta(days=ago)).date(), time(23, 59), SHANGHAI),
        )
        for n, (key, amount, ago) in enumerate(drawn)
    ]
    shuffled = chance.sample(rows, len(rows))
    cut = chance.randint(0, len(rows))
    at_once = state_after(shared, [rows])
    assert at_once == state_after(shared, [shuffled[:cut], shuffled[cut:], shuffled[:1]])
    paid = {key: sum(a for k, a, ago in drawn if k == key and ago == 0) for key in ("00001", "00002")}
    expected = [(max(0, DUE - p), max(0, 2_000 - p), DUE - p) for p in paid.values()]
    assert at_once[0] == expected  # type: ignore[index]
