"""Tag files: every mistake is told with its place, and the conditions hold for whom they say."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.errors import DataFileError
from campaigns.customers.tags.rules import load_tags
from campaigns.grading.facts import CUSTOMER_FACTS
from campaigns.grading.features import Kind
from campaigns.grading.selection import percentile, select

TYPES = {Kind.INTEGER: pl.Int64, Kind.TEXT: pl.String}
SCHEMA = {"customer_id": pl.Int64, **{name: TYPES[kind] for name, kind in CUSTOMER_FACTS.items()}}


def tags(**facts: Any) -> set[str]:
    rules = load_tags()
    row = {**dict.fromkeys(SCHEMA), "customer_id": 1, **facts}
    chosen = select(pl.DataFrame([row], schema=SCHEMA), rules.conditions, rules.facts)
    return {name for name, holds in chosen.row(0, named=True).items() if holds is True}


def test_the_shipped_tags() -> None:
    assert tags() == set()
    assert tags(days_inactive=180, promises_broken=2, utilisation=100) == {
        "dormant",
        "promise_broken",
        "promise_broken_twice",
    }
    assert tags(limit_percentile=90, days_past_due=0, months_on_record=3) == {"high_value", "new_to_credit"}
    assert tags(limit_percentile=89, days_past_due=0, days_inactive=179, months_on_record=4) == set()
    assert tags(marketing_consent=1, relief_waives=1) == {"may_be_invited", "relief_approved"}


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("version: t\ntags: [{id: a, title: x, when: balence > 0}]", r":2.*did you mean 'balance'"),
        ("version: t\ntags: [{id: a, title: x, when: balance > 0.5}]", "whole numbers"),
        ("version: t\ntags:\n- &a {id: a, title: x, when: balance > 0}\n- *a", "stands twice"),
        ("version: t\nattributes: [grade]\ntags: [{id: a, title: x, when: balance > 0}]", "already the name"),
        ("version: t\ntags: []", "at least 1"),
        ("version: t\ntags: [{id: A, title: x, when: balance > 0}]", "pattern"),
    ],
)  # fmt: skip
def test_mistakes(tmp_path: Path, content: str, message: str) -> None:
    path = tmp_path / "tags.yaml"
    path.write_text(content, encoding="utf-8")
    with pytest.raises(DataFileError, match=message):
        load_tags(path)


def test_an_edit_shows_in_the_label(tmp_path: Path) -> None:
    path = tmp_path / "tags.yaml"
    labels = []
    for limit in (1, 2):
        path.write_text(f"version: t\ntags: [{{id: a, title: x, when: balance > {limit}}}]", encoding="utf-8")
        labels.append(load_tags(path).label)
    assert labels[0].startswith("t+")
    assert labels[0] != labels[1]


@given(st.lists(st.tuples(st.sampled_from(["CNY", "USD", None]), st.integers(-3, 3) | st.none())))
def test_percentiles_are_exact_counts_within_a_currency(rows: list[tuple[str | None, int | None]]) -> None:
    table = pl.DataFrame(rows, schema={"currency": pl.String, "value": pl.Int64}, orient="row")
    found = table.select(percentile("value", "currency")).to_series().to_list()
    for (currency, value), given_percent in zip(rows, found, strict=True):
        if currency is None or value is None:
            assert given_percent is None
            continue
        same = [other for where, other in rows if where == currency and other is not None]
        assert given_percent == 100 * sum(other < value for other in same) // len(same)
