"""Grading what is in the store: ledgers in, grades with history out, on SQLite and PostgreSQL."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from campaigns.errors import StoreError
from campaigns.grading.features import FEATURES
from campaigns.grading.result import GradeResult
from campaigns.grading.rulefile import load_rules
from campaigns.store import grades as store
from campaigns.store.database import Database
from campaigns.store.features import features
from campaigns.store.grades import grade_counts, grade_portfolio, save_grades
from campaigns.store.models import Account, Customer, Grade

MONDAY = datetime(2026, 11, 23, 1, tzinfo=UTC)
TUESDAY = MONDAY + timedelta(days=1)

ACCOUNT: dict[str, Any] = {
    "product": "credit_card",
    "currency": "CNY",
    "credit_limit": 10_000_00,
    "balance": 500_00,
    "amount_due": 500_00,
    "minimum_due": 50_00,
    "due_date": date(2026, 11, 30),
    "days_past_due": -7,
    "arrears_history": [0, 0, 0, 0, 0, 0],
    "bill_history": [500_00] * 6,
    "payment_history": [100_00] * 6,
    "as_of": MONDAY,
}
THIRD_MONTH = {"days_past_due": 75, "arrears_history": [3, 2, 1, 0, 0, 0], "payment_history": [0] * 6}


def customer(name: str, *accounts: dict[str, Any], **attributes: Any) -> Customer:
    rows = [
        Account(**ACCOUNT | {"external_id": f"{name}-{n}"} | account) for n, account in enumerate(accounts)
    ]
    return Customer(
        external_id=name, name="x", attributes=attributes, created_at=MONDAY, updated_at=MONDAY, accounts=rows
    )


def fill(database: Database, *customers: Customer) -> dict[str, int]:
    """The ids of ``customers`` by their external ids."""
    with database.transaction() as session:
        session.add_all(customers)
        session.flush()
        return {each.external_id: each.id for each in customers}


def history(database: Database, customer_id: int) -> list[tuple[str, datetime, bool]]:
    with database.transaction() as session:
        rows = session.scalars(select(Grade).where(Grade.customer_id == customer_id).order_by(Grade.id))
        return [(row.letter, row.graded_at, row.is_current) for row in rows]


def test_features_come_from_the_ledger(database: Database) -> None:
    ids = fill(
        database,
        customer("one", {}),
        customer("two", {"days_past_due": 4, "balance": 1_00}, {"days_past_due": 40, "product": "loan"}),
        customer("no account"),
        customer("no history", {"arrears_history": [], "bill_history": [], "payment_history": []}),
    )
    with database.transaction() as session:
        found = features(session)
    assert set(found.columns) == {"customer_id", *FEATURES}
    rows = {row["customer_id"]: row for row in found.to_dicts()}
    assert rows.keys() == {ids["one"], ids["two"], ids["no history"]}
    assert rows[ids["one"]]["paid_ratio_last"] == 20
    assert rows[ids["one"]]["utilisation"] == 5
    assert rows[ids["two"]] | {"days_past_due": 40, "balance": 501_00, "product": "loan"} == rows[ids["two"]]
    assert rows[ids["no history"]]["months_late_6m"] is None


def test_features_bring_the_attributes_that_the_rules_declare(database: Database) -> None:
    ids = fill(
        database,
        customer("a", {}, tenure=30),
        customer("b", {}, tenure="12"),
        customer("c", {}, tenure="long"),
        customer("d", {}, tenure=1.5),
        customer("e", {}),
    )
    with database.transaction() as session:
        found = features(session, ["tenure"])
    tenure = dict(found.select("customer_id", "tenure").iter_rows())
    assert [tenure[ids[name]] for name in "abcde"] == [30, 12, None, None, None]


def test_a_portfolio_is_graded(database: Database) -> None:
    ids = fill(database, customer("good", {}), customer("bad", {}, THIRD_MONTH), customer("bare"))
    seen: list[tuple[int, int]] = []
    rules = load_rules()
    report = grade_portfolio(database, rules, MONDAY, lambda done, total: seen.append((done, total)))
    assert report.counts == {"A": 1, "B": 0, "C": 0, "D": 1}
    assert (report.customers, report.changed, seen) == (2, 2, [(2, 2)])
    with database.transaction() as session:
        grade = session.scalars(select(Grade).where(Grade.customer_id == ids["bad"])).one()
        assert (grade.letter, grade.rules_version, grade.graded_at) == ("D", rules.label, MONDAY)
        assert "third_month_of_arrears=D" in grade.reasons
        assert "arrears_now+25" in grade.reasons
        assert grade_counts(session) == report.counts


def test_grading_again_writes_only_what_changed_and_keeps_the_history(database: Database) -> None:
    ids = fill(database, customer("steady", {}), customer("worse", {}))
    rules = load_rules()
    grade_portfolio(database, rules, MONDAY)
    assert grade_portfolio(database, rules, TUESDAY).changed == 0
    with database.transaction() as session:
        account = session.scalars(select(Account).where(Account.customer_id == ids["worse"])).one()
        account.days_past_due = 75
    assert grade_portfolio(database, rules, TUESDAY).changed == 1
    assert history(database, ids["steady"]) == [("A", MONDAY, True)]
    assert history(database, ids["worse"]) == [("A", MONDAY, False), ("D", TUESDAY, True)]


def test_an_edited_rule_file_grades_everybody_anew(database: Database) -> None:
    ids = fill(database, customer("one", {}))
    rules = load_rules()
    grade_portfolio(database, rules, MONDAY)
    edited = rules.model_copy(update={"cutoffs": rules.cutoffs.model_copy(update={"A": rules.cutoffs.A + 1})})
    assert grade_portfolio(database, edited, TUESDAY).changed == 1
    assert history(database, ids["one"]) == [("A", MONDAY, False), ("A", TUESDAY, True)]


@pytest.mark.parametrize(
    "second",
    [
        ("B", 7, ("x+7",), "v1"),
        ("A", 8, ("x+8",), "v1"),
        ("A", 7, ("y+7",), "v1"),
        ("A", 7, ("x+7",), "v2"),
    ],
)
def test_any_difference_makes_a_new_grade(
    sqlite_database: Database, second: tuple[Any, int, tuple[str, ...], str]
) -> None:
    customer_id = fill(sqlite_database, customer("one", {}))["one"]
    letter, points, reasons, version = second
    with sqlite_database.transaction() as session:
        assert save_grades(session, [GradeResult(customer_id, "A", 7, ("x+7",))], "v1", MONDAY) == 1
        assert save_grades(session, [GradeResult(customer_id, "A", 7, ("x+7",))], "v1", TUESDAY) == 0
        assert (
            save_grades(session, [GradeResult(customer_id, letter, points, reasons)], version, TUESDAY) == 1
        )
    assert history(sqlite_database, customer_id) == [("A", MONDAY, False), (letter, TUESDAY, True)]


def test_many_customers_are_graded_in_batches_and_an_interrupted_run_goes_on(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(store, "BATCH", 7)
    fill(database, *(customer(f"c{n}", THIRD_MONTH if n % 3 == 0 else {}) for n in range(30)))
    rules = load_rules()

    def stop(done: int, _total: int) -> None:
        if done >= 14:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        grade_portfolio(database, rules, MONDAY, stop)
    with database.transaction() as session:
        assert sum(grade_counts(session).values()) == 14
    report = grade_portfolio(database, rules, TUESDAY)
    assert (report.counts, report.changed) == ({"A": 20, "B": 0, "C": 0, "D": 10}, 16)
    with database.transaction() as session:
        assert grade_counts(session) == report.counts
        assert session.query(Grade).count() == 30


def test_an_empty_store_has_nobody_to_grade(database: Database) -> None:
    report = grade_portfolio(database, load_rules(), MONDAY)
    assert (report.customers, report.changed) == (0, 0)
    with database.transaction() as session:
        assert grade_counts(session) == {"A": 0, "B": 0, "C": 0, "D": 0}


def test_a_database_without_tables_is_named(tmp_path: Path) -> None:
    with pytest.raises(StoreError, match="xiaorong init"):
        grade_portfolio(Database(f"sqlite:///{tmp_path / 'empty.db'}"), load_rules(), MONDAY)


@pytest.mark.external
def test_a_lenders_postgresql_grades_its_own_table_alike(postgres_database: Database) -> None:
    """The same expressions, run inside the warehouse that holds the features."""
    import ibis

    from campaigns.grading.grader import grade, grade_customers

    accounts = [
        ACCOUNT
        | {"days_past_due": n % 100 - 5, "balance": n * 97_00 % 11_000_00, "arrears_history": [n % 5 - 1] * 6}
        for n in range(200)
    ]
    fill(postgres_database, *(customer(f"c{n}", account) for n, account in enumerate(accounts)))
    with postgres_database.transaction() as session:
        known = features(session)
    url = postgres_database.url
    warehouse = ibis.postgres.connect(host=str(url.query["host"]), user=url.username, database=url.database)
    try:
        table = warehouse.create_table("features", known.to_arrow(), temp=True)
        found = warehouse.to_pyarrow(grade(table, load_rules()).order_by("customer_id")).to_pylist()
    finally:
        warehouse.disconnect()
    embedded = list(grade_customers(known, load_rules()))
    assert [(row["customer_id"], row["letter"], row["points"]) for row in found] == [
        (result.customer_id, result.letter, result.points) for result in embedded
    ]
    assert [row["reasons"] for row in found] == [
        "".join(f"{reason};" for reason in result.reasons) for result in embedded
    ]
    assert {result.letter for result in embedded} == set("ABCD")
