"""What a condition may say, and how a mistake in one is explained."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from campaigns.grading.conditions import ConditionError, parse_condition
from campaigns.grading.features import FEATURES


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("days_past_du > 3", "did you mean 'days_past_due'"),
        ("zzz > 3", "there is no feature 'zzz'; there are: days_past_due, balance"),
        ("balance", "not a yes-or-no question"),
        ("balance + 1", "not a yes-or-no question"),
        ("balance > 1 and utilisation", "'utilisation' is not a yes-or-no question"),
        ("balance > 1.5", "1.5 is not allowed; use whole numbers"),
        ("balance > True", "True is not allowed"),
        ("balance == None", "None is not allowed"),
        ("balance / 2 > 1", "only + - * and // are allowed"),
        ("balance ** 2 > 1", "only + - * and // are allowed"),
        ("balance > '5'", "'balance' is integer but \"'5'\" is text"),
        ("currency > 'CNY'", "text cannot be compared with >"),
        ("currency + 1 > 2", "text cannot be used in arithmetic"),
        ("-currency == 2", "text cannot be used in arithmetic"),
        ("currency in ['CNY', 3]", "may hold text values only"),
        ("balance in [1, minimum_due]", "may hold integer values only"),
        ("balance in 5", "'in' needs a list"),
        ("balance in []", "'in' needs a list"),
        ("balance is 5", "write =="),
        ("abs(balance) > 5", "'abs(balance)' is not allowed here"),
        ("balance.real > 5", "'balance.real' is not allowed here"),
        ("__import__('os').system('true') == 0", "is not allowed here"),
        ("[x for x in balance] == 1", "is not allowed here"),
        ("(balance := 5) > 1", "is not allowed here"),
        ("balance >", "cannot be read"),
        ("balance = 5", "cannot be read"),
        ("", "cannot be read"),
        ("balance > 1\x00", "cannot be read"),
        ("1 < 2", "names no feature"),
        ("balance * credit_limit > 1", "too large to stay exact"),
        (f"balance > {2**60}", "too large to stay exact"),
        ("not " * 30 + "balance > 1", "nested too deeply"),
        ("(" * 240 + "balance" + ")" * 240 + " > 1", "cannot be read"),
        ("-" * 450 + "balance > 1", "nested too deeply"),
        ("balance > 1 or " * 40 + "balance > 1", "longer than 500 characters"),
    ],
)
def test_a_wrong_condition_is_refused_with_what_is_wrong(text: str, says: str) -> None:
    with pytest.raises(ConditionError) as raised:
        parse_condition(text, FEATURES)
    assert says in str(raised.value)


def test_a_condition_knows_the_features_it_needs() -> None:
    condition = parse_condition("0 < balance * 100 // credit_limit or product in ('loan',)", FEATURES)
    assert condition.features == {"balance", "credit_limit", "product"}


def test_a_condition_may_run_over_several_lines() -> None:
    one_line = parse_condition("balance > 1 and utilisation > 2", FEATURES)
    assert parse_condition("balance > 1\n  and utilisation > 2\n", FEATURES) == one_line


@given(st.text(max_size=60) | st.text(alphabet="balance 019+-*/<>=()[]notadri'", max_size=60))
def test_any_text_is_either_understood_or_refused(text: str) -> None:
    try:
        condition = parse_condition(text, FEATURES)
    except ConditionError:
        return
    assert condition.features <= FEATURES.keys()
