"""Random conditions and customers."""

from __future__ import annotations

from typing import Any

import polars as pl
from hypothesis import strategies as st

from campaigns.grading.conditions import FEATURE_BOUND, ConditionError, parse_condition
from campaigns.grading.features import FEATURES, Kind

INTEGERS = [name for name, kind in FEATURES.items() if kind is Kind.INTEGER]
TEXTS = [name for name, kind in FEATURES.items() if kind is Kind.TEXT]
SCHEMA: Any = {"customer_id": pl.Int64} | {
    name: pl.Int64 if kind is Kind.INTEGER else pl.String for name, kind in FEATURES.items()
}

_numbers = st.integers(-50, 50)
_membership = st.sampled_from(["in", "not in"])
_words = st.sampled_from(["credit_card", "loan", "CNY", "it's", "百分之", ""])

_values = st.recursive(
    st.sampled_from(INTEGERS) | _numbers.map(str),
    lambda inner: st.one_of(
        st.builds("({} {} {})".format, inner, st.sampled_from(["+", "-", "//"]), inner),
        st.builds("({} * {})".format, inner, _numbers),
        st.builds("(-{})".format, inner),
    ),
    max_leaves=4,
)
_comparisons = st.one_of(
    st.builds("{} {} {}".format, _values, st.sampled_from(["<", "<=", ">", ">=", "==", "!="]), _values),
    st.builds("{} <= {} < {}".format, _values, _values, _values),
    st.builds("{} {} {}".format, _values, _membership, st.lists(_numbers, min_size=1, max_size=3)),
    st.builds("{} {} {!r}".format, st.sampled_from(TEXTS), st.sampled_from(["==", "!="]), _words),
    st.builds(
        "{} {} {}".format, st.sampled_from(TEXTS), _membership, st.lists(_words, min_size=1, max_size=3)
    ),
)


def _accepted(text: str) -> bool:
    """Leave out what is refused for a known reason; any other refusal is a defect, and fails the test."""
    try:
        parse_condition(text, FEATURES)
    except ConditionError as error:
        if "too large" in str(error) or "names no feature" in str(error):
            return False
        raise
    return True


conditions: st.SearchStrategy[str] = st.recursive(
    _comparisons,
    lambda inner: st.one_of(
        st.builds("({} {} {})".format, inner, st.sampled_from(["and", "or"]), inner),
        st.builds("(not {})".format, inner),
    ),
    max_leaves=4,
).filter(_accepted)

_integer = st.none() | _numbers | st.integers(-FEATURE_BOUND, FEATURE_BOUND)
_facts = {name: _integer if kind is Kind.INTEGER else st.none() | _words for name, kind in FEATURES.items()}


@st.composite
def portfolios(draw: st.DrawFn, max_size: int = 12) -> list[dict[str, Any]]:
    """Customers with any facts, some unknown."""
    rows = draw(st.lists(st.fixed_dictionaries(_facts), min_size=1, max_size=max_size))
    return [{"customer_id": n, **row} for n, row in enumerate(rows, start=1)]


def frame(rows: list[dict[str, Any]]) -> pl.DataFrame:
    """Rows of features as grading reads them."""
    return pl.DataFrame(rows, schema=SCHEMA)
