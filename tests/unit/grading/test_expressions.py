"""A condition means in a database what it means in Python."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import ibis
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from campaigns.grading.conditions import Condition, parse_condition
from campaigns.grading.expressions import fires
from campaigns.grading.features import FEATURES
from tests.unit.grading import plain
from tests.unit.grading.strategies import conditions, frame, portfolios


@pytest.fixture(scope="module")
def engine() -> Iterator[Any]:
    connection = ibis.duckdb.connect()
    yield connection
    connection.disconnect()


def answers(
    engine: Any, parsed: list[Condition], rows: list[dict[str, Any]]
) -> list[tuple[bool | None, ...]]:
    table = ibis.memtable(frame(rows))
    columns = {f"c{n}": fires(condition.tree, table) for n, condition in enumerate(parsed)}
    found = engine.to_polars(table.select("customer_id", **columns)).sort("customer_id")
    return [tuple(row) for row in found.drop("customer_id").rows()]


def python_says(text: str, row: dict[str, Any]) -> bool | None:
    """Python's own answer where all facts are known; None where it has none (a division by zero)."""
    try:
        return bool(eval(text, {}, row))  # noqa: S307 - the text is ours
    except ZeroDivisionError:
        return None


@settings(max_examples=60, deadline=None)
@given(texts=st.lists(conditions, min_size=1, max_size=6), rows=portfolios())
def test_duckdb_answers_as_python_does(engine: Any, texts: list[str], rows: list[dict[str, Any]]) -> None:
    parsed = [parse_condition(text, FEATURES) for text in texts]
    found = answers(engine, parsed, rows)
    assert found == [tuple(plain.fires(text, row) for text in texts) for row in rows]
    for row, given_answers in zip(rows, found, strict=True):
        if None not in row.values():
            pairs = zip(given_answers, (python_says(text, row) for text in texts), strict=True)
            assert all(expected in (None, answer) for answer, expected in pairs)


UNKNOWN = {"customer_id": 1, **dict.fromkeys(FEATURES)}


@pytest.mark.parametrize(
    ("text", "row", "expected"),
    [
        ("balance > 5", {}, False),
        ("not balance > 5", {}, False),
        ("balance != 5", {}, False),
        ("balance not in [5]", {}, False),
        ("currency != 'CNY'", {}, False),
        ("balance > 5 or utilisation > 5", {"utilisation": 6}, True),
        ("not (balance > 5 and utilisation > 5)", {"utilisation": 5}, True),
        ("not (balance > 5 and utilisation > 5)", {"utilisation": 6}, False),
        ("balance // utilisation > 0", {"balance": 5, "utilisation": 0}, False),
        ("not balance // utilisation > 0", {"balance": 5, "utilisation": 0}, False),
        ("balance // 2 == -4", {"balance": -7}, True),
        ("balance // -2 == -4", {"balance": 7}, True),
        ("balance * 100 // credit_limit == 79", {"balance": 7_999_999_999_999, "credit_limit": 10**13}, True),
        ("balance * 100 // credit_limit == 80", {"balance": 8_000_000_000_000, "credit_limit": 10**13}, True),
        ("100 * 100 * 100 < balance", {"balance": 1_000_001}, True),
        ("currency == 'x\\'; drop table t; --'", {"currency": "x'; drop table t; --"}, True),
    ],
)
def test_unknowns_and_edges(engine: Any, text: str, row: dict[str, Any], expected: bool) -> None:
    rows = [{**UNKNOWN, **row}]
    assert answers(engine, [parse_condition(text, FEATURES)], rows) == [(expected,)]
    assert plain.fires(text, rows[0]) is expected


def test_every_feature_has_its_column() -> None:
    assert frame([UNKNOWN]).columns == ["customer_id", *FEATURES]
    assert all(dtype in (pl.Int64, pl.String) for dtype in frame([UNKNOWN]).dtypes)
