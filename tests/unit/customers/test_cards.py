"""What the public card portfolio's columns come to."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from campaigns.customers.record import CustomerRow, RawRow
from tests.unit.customers.build import AS_OF, parser

HEADERS = ["ID", *[f"X{n}" for n in range(1, 24)], "Y"]


def card(key: str = "1", seed: int = 1, /, **columns: str) -> CustomerRow:
    usual = {"ID": key, "X1": "20000", "X2": "2", "X3": "2", "X4": "1", "X5": "24", "Y": "1"}
    cells = {**dict.fromkeys(HEADERS, "0"), **usual, **columns}
    row = parser(HEADERS, "credit-card-clients", seed).parse(RawRow(2, [cells[h] for h in HEADERS])).row
    assert row is not None
    return row


@pytest.mark.parametrize("months", [1, 2, 3, 8])
def test_months_in_arrears_stay_the_stage_they_are(months: int) -> None:
    days = {card(str(key), X6=str(months), X12="3913").account.days_past_due for key in range(40)}
    assert min(days) > (months - 1) * 30
    assert max(days) <= months * 30
    assert len(days) > 10


def test_an_account_that_is_not_late_falls_due_within_days() -> None:
    for months in ("0", "-1", "-2"):
        ledger = card(X6=months, X12="3913").account
        assert -10 <= ledger.days_past_due <= -1
        assert ledger.due_date == AS_OF.date() - timedelta(days=ledger.days_past_due)


@pytest.mark.parametrize("bill", ["0", "-500"])
def test_who_owes_nothing_is_not_late(bill: str) -> None:
    row = card(X6="1", X12=bill)
    assert (row.account.amount_due, row.account.balance) == (0, int(bill) * 100)
    assert row.account.days_past_due < 0
    assert row.offer is None


def test_amounts_histories_and_attributes_come_from_the_file() -> None:
    columns = {f"X{n}": str(n) for n in range(6, 24)}
    row = card(**{**columns, "X1": "1.00E+05", "X6": "2", "X11": "-2"})
    assert row.account.credit_limit == 10_000_000
    assert row.account.currency == "TWD"
    assert row.account.arrears_history == (2, 7, 8, 9, 10, -2)
    assert row.account.bill_history == (1200, 1300, 1400, 1500, 1600, 1700)
    assert row.account.payment_history == (1800, 1900, 2000, 2100, 2200, 2300)
    assert row.attributes == {
        "age": 24,
        "education": "university",
        "marriage": "married",
        "defaulted_next_month": 1,
    }


@pytest.mark.parametrize(
    ("bill", "minimum", "waives"),
    [
        ("500", 50_000, 2_500),
        ("3913", 100_000, 5_000),
        ("30000", 300_000, 15_000),
        ("90000", 900_000, 20_000),
    ],
)
def test_minimum_and_relief_follow_the_mappings_policies(bill: str, minimum: int, waives: int) -> None:
    row = card(X6="1", X12=bill)
    assert row.account.minimum_due == minimum
    assert row.offer is not None
    assert row.offer.waives == waives
    assert row.offer.pay_by == date(2026, 12, 3)
    assert "policy" in row.offer.approved_by


def test_relief_is_for_early_arrears_only() -> None:
    assert card(X6="2", X12="5000").offer is not None
    assert card(X6="3", X12="5000").offer is None
    assert card(X6="0", X12="5000").offer is None


def test_the_person_is_invented_and_marked_so() -> None:
    row, again, other = card("7"), card("7"), card("7", 2)
    assert row.generated
    assert row.invent_number
    assert row.numbers == ()
    assert (row.name, row.id_tail) == (again.name, again.id_tail) != (other.name, other.id_tail)
    assert row.gender == "female"
