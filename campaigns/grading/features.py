"""The facts about a customer that a rule may use, by name.

Every number is a whole number: with decimals, engines put customers on a boundary into different grades.
Money is in minor units. A fact may be unknown (null); ``conditions`` says what that means for a rule.
How each is computed from the ledger: ``campaigns.grading.portfolio``.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from enum import StrEnum


class Kind(StrEnum):
    """What a value is. Text can only be compared for equality: its order differs between databases."""

    INTEGER = "integer"
    TEXT = "text"


FEATURES: Mapping[str, Kind] = {
    "days_past_due": Kind.INTEGER,  # of the account longest past due; 0 or less: not late
    "balance": Kind.INTEGER,  # owed on all accounts; negative: overpaid
    "amount_due": Kind.INTEGER,
    "minimum_due": Kind.INTEGER,
    "credit_limit": Kind.INTEGER,
    "utilisation": Kind.INTEGER,  # balance as percent of the credit limit, rounded down
    "months_late_6m": Kind.INTEGER,  # of the last six months, how many ended in arrears
    "max_arrears_6m": Kind.INTEGER,  # most months in arrears within them; 0 or less: never late
    "paid_ratio_last": Kind.INTEGER,  # last payment as percent of the bill it answered, 0 to 999
    "months_no_payment": Kind.INTEGER,  # months in which something was billed and nothing paid
    "bill_trend": Kind.INTEGER,  # change of the bill over six months as percent of the credit limit
    "currency": Kind.TEXT,  # ISO 4217; unknown when the customer's accounts differ
    "product": Kind.TEXT,  # of the account longest past due
}


def with_attributes(attributes: Iterable[str]) -> dict[str, Kind]:
    """All features, and the whole-number attributes of the lender's own that a rule file declares."""
    return {**FEATURES, **dict.fromkeys(attributes, Kind.INTEGER)}
