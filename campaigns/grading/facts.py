"""What tags and treatments may ask of a customer: all features of grading, and more that the store derives.

Whole numbers and texts only, like the features; how each is found: ``campaigns.store.customer_facts``.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Final

from campaigns.grading.features import FEATURES, Kind

CUSTOMER_FACTS: Final[Mapping[str, Kind]] = {
    **FEATURES,
    "grade": Kind.TEXT,  # A to D; unknown when never graded
    "accounts": Kind.INTEGER,
    "limit_percentile": Kind.INTEGER,  # percent of the customers whose limit is lower, in the same currency
    "balance_percentile": Kind.INTEGER,  # likewise of the balance
    "months_on_record": Kind.INTEGER,  # months of bills that the file told; unknown where it told none
    "days_inactive": Kind.INTEGER,  # since the last log-in or transaction that a file told of
    "marketing_consent": Kind.INTEGER,  # 1 given, 0 withdrawn
    "promises_pending": Kind.INTEGER,
    "promises_kept": Kind.INTEGER,
    "promises_broken": Kind.INTEGER,
    "relief_waives": Kind.INTEGER,  # the most that an approved offer waives that still holds; 0: none
    "relief_approved_by": Kind.TEXT,
    "relief_days_left": Kind.INTEGER,  # in which it still holds and can be met; unknown without an offer
    "barred": Kind.INTEGER,  # 1: automated calls to this customer are barred
    "number_state": Kind.TEXT,  # best of the own numbers: active, unknown, waiting, dead, none
    "early_warning": Kind.TEXT,  # outcome of the rules during a loan; unknown: never graded by them
    "days_since_contact": Kind.INTEGER,  # since the last dial; unknown when there was none
}


def with_own(attributes: Iterable[str]) -> dict[str, Kind]:
    """All of them, and the whole-number attributes of the lender's own that a file declares."""
    return {**CUSTOMER_FACTS, **dict.fromkeys(attributes, Kind.INTEGER)}
