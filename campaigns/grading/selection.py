"""Many conditions over many customers at once, in an embedded DuckDB."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

import ibis
import polars as pl

from campaigns.grading.conditions import Condition
from campaigns.grading.expressions import fires
from campaigns.grading.features import Kind

_FACT: Final = "_fact_"  # ids start with a letter, so names that start with an underscore are ours
_TYPES: Final = {Kind.INTEGER: "int64", Kind.TEXT: "string"}


def select(
    facts: pl.DataFrame, conditions: Mapping[str, Condition], kinds: Mapping[str, Kind]
) -> pl.DataFrame:
    """``customer_id`` and a yes or no for each condition, in the order of ``customer_id``.

    ``facts``: a row a customer, with ``customer_id`` and at least the facts that the conditions name.
    """
    named = sorted(set().union(*(condition.features for condition in conditions.values())))
    table = ibis.memtable(facts.select("customer_id", *named))
    table = table.select(
        "customer_id", **{_FACT + name: table[name].cast(_TYPES[kinds[name]]) for name in named}
    )
    chosen = table.select(
        "customer_id", **{id_: fires(each.tree, table, _FACT) for id_, each in conditions.items()}
    )
    connection = ibis.duckdb.connect()
    try:
        found = pl.DataFrame(connection.to_pyarrow(chosen.order_by("customer_id")))
    finally:
        connection.disconnect()
    return found


def percentile(value: str, within: str) -> pl.Expr:
    """Of the rows with the same ``within``, the percent whose ``value`` is lower: exact, rounded down.

    Unknown where either is unknown.
    """
    known = pl.col(value).is_not_null() & pl.col(within).is_not_null()
    lower = pl.col(value).rank("min").over(within).cast(pl.Int64) - 1
    return pl.when(known).then(100 * lower // pl.col(value).count().over(within).cast(pl.Int64))
