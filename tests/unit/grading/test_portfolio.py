"""From accounts to the facts that rules weigh."""

from __future__ import annotations

from typing import Any

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from campaigns.grading.features import FEATURES
from campaigns.grading.portfolio import ACCOUNT_SCHEMA, account_measures, customer_features

ACCOUNT: dict[str, Any] = {
    "customer_id": 1,
    "account_id": 1,
    "days_past_due": 12,
    "balance": 75_00,
    "amount_due": 75_00,
    "minimum_due": 10_00,
    "credit_limit": 100_00,
    "currency": "CNY",
    "product": "credit_card",
    "arrears_history": [1, 0, 2, -1, -2, 0],
    "bill_history": [75_00, 60_00, 50_00, 45_00, 0, 40_00],
    "payment_history": [15_00, 0, 10_00, 0, 5_00, 0],
}


def features(*accounts: dict[str, Any]) -> list[dict[str, Any]]:
    rows = [{**ACCOUNT, "account_id": n, **account} for n, account in enumerate(accounts, start=1)]
    return customer_features(account_measures(pl.DataFrame(rows, schema=ACCOUNT_SCHEMA))).to_dicts()


def one(*accounts: dict[str, Any]) -> dict[str, Any]:
    (row,) = features(*accounts)
    return row


def test_the_facts_of_one_account() -> None:
    assert one({}) == {
        "customer_id": 1,
        "days_past_due": 12,
        "balance": 75_00,
        "amount_due": 75_00,
        "minimum_due": 10_00,
        "credit_limit": 100_00,
        "utilisation": 75,
        "months_late_6m": 2,
        "max_arrears_6m": 2,
        "paid_ratio_last": 25,  # 15.00 of the 60.00 billed the month before
        "months_no_payment": 1,  # only in the second month was something billed before and nothing paid
        "bill_trend": 35,
        "currency": "CNY",
        "product": "credit_card",
    }


def test_every_feature_is_there() -> None:
    assert set(one({})) == {"customer_id", *FEATURES}


@pytest.mark.parametrize(
    ("account", "expected"),
    [
        ({"credit_limit": 0}, {"utilisation": None, "bill_trend": None}),
        ({"balance": -1}, {"utilisation": -1}),  # overpaid by less than a percent
        ({"balance": 100_01}, {"utilisation": 100}),
        ({"arrears_history": []}, {"months_late_6m": None, "max_arrears_6m": None}),
        ({"arrears_history": [0]}, {"months_late_6m": 0, "max_arrears_6m": 0}),
        ({"arrears_history": [0] * 6 + [9]}, {"months_late_6m": 0, "max_arrears_6m": 0}),  # too long ago
        ({"payment_history": []}, {"paid_ratio_last": None, "months_no_payment": None}),
        ({"bill_history": []}, {"paid_ratio_last": None, "months_no_payment": None, "bill_trend": None}),
        ({"bill_history": [75_00]}, {"paid_ratio_last": None, "months_no_payment": None, "bill_trend": None}),
        ({"bill_history": [75_00, 0]}, {"paid_ratio_last": 100, "bill_trend": 75}),  # nothing was billed
        ({"bill_history": [75_00, -5]}, {"paid_ratio_last": 100}),
        ({"bill_history": [75_00, 1]}, {"paid_ratio_last": 999}),
        ({"bill_history": [0] * 6 + [99_00]}, {"bill_trend": 0}),
        ({"payment_history": [0] * 6, "bill_history": [1_00] * 6}, {"months_no_payment": 5}),
    ],
)
def test_gaps_and_edges_of_the_ledger(account: dict[str, Any], expected: dict[str, Any]) -> None:
    found = one(account)
    assert {name: found[name] for name in expected} == expected


def test_of_several_accounts_the_worst_counts_and_money_adds_up() -> None:
    quiet = {
        "days_past_due": -4,
        "balance": 25_00,
        "credit_limit": 300_00,
        "product": "loan",
        "arrears_history": [0] * 6,
        "bill_history": [20_00] * 6,
        "payment_history": [20_00] * 6,
    }
    expected = {
        "days_past_due": 12,
        "balance": 100_00,
        "amount_due": 150_00,
        "minimum_due": 20_00,
        "credit_limit": 400_00,
        "utilisation": 25,
        "months_late_6m": 2,
        "max_arrears_6m": 2,
        "paid_ratio_last": 43,  # 35.00 of 80.00
        "product": "credit_card",
    }
    for accounts in ([{}, quiet], [quiet, {}]):
        found = one(*accounts)
        assert {name: found[name] for name in expected} == expected


def test_an_overpaid_account_does_not_hide_an_unpaid_bill() -> None:
    found = one({"payment_history": [0] * 6}, {"bill_history": [-60_00] * 6, "payment_history": [0] * 6})
    assert found["paid_ratio_last"] == 0


def test_money_in_two_currencies_is_unknown() -> None:
    found = one({}, {"currency": "TWD", "days_past_due": 3})
    unknown = {"balance", "amount_due", "minimum_due", "credit_limit", "utilisation", "paid_ratio_last"}
    unknown |= {"bill_trend", "currency"}
    assert {name for name, value in found.items() if value is None} == unknown
    assert found["days_past_due"] == 12


def test_customers_are_kept_apart() -> None:
    found = features({}, {"customer_id": 3, "balance": 1_00}, {"customer_id": 2, "balance": 2_00})
    assert [(row["customer_id"], row["balance"]) for row in found] == [(1, 75_00), (2, 2_00), (3, 1_00)]


_accounts = st.lists(
    st.fixed_dictionaries(
        {
            "customer_id": st.integers(1, 4),
            "days_past_due": st.integers(-10, 200),
            "balance": st.integers(-100, 10_000),
            "product": st.sampled_from(["loan", "credit_card"]),
            "arrears_history": st.lists(st.integers(-2, 8), max_size=8),
            "bill_history": st.lists(st.integers(-100, 10_000), max_size=8),
            "payment_history": st.lists(st.integers(0, 10_000), max_size=8),
        }
    ),
    min_size=1,
    max_size=12,
)


@given(_accounts, st.randoms(use_true_random=False))
def test_the_order_of_accounts_changes_nothing(accounts: list[dict[str, Any]], chance: Any) -> None:
    numbered = [{**account, "account_id": n} for n, account in enumerate(accounts)]
    shuffled = chance.sample(numbered, len(numbered))
    assert features(*shuffled) == features(*numbered)


@given(_accounts)
def test_features_stay_in_their_ranges(accounts: list[dict[str, Any]]) -> None:
    for row in features(*accounts):
        assert row["months_late_6m"] is None or 0 <= row["months_late_6m"] <= 6
        assert row["months_no_payment"] is None or 0 <= row["months_no_payment"] <= 5
        assert row["paid_ratio_last"] is None or 0 <= row["paid_ratio_last"] <= 999
