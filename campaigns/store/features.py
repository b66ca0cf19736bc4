"""The features that grading reads, from the accounts in the store."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from typing import Any, Final

import polars as pl
from sqlalchemy import Text, cast, select
from sqlalchemy.orm import Session

from campaigns.grading.portfolio import ACCOUNT_SCHEMA, account_measures, customer_features
from campaigns.store.models import Account, Customer
from campaigns.store.sealed.types import is_sealed

BATCH: Final = 50_000
_HISTORIES: Final = ("arrears_history", "bill_history", "payment_history")
_ATTRIBUTES: Final = "attributes"


def features(
    session: Session, attributes: Sequence[str] = (), customer_id: int | None = None
) -> pl.DataFrame:
    """What grading needs of every customer with an account: one row each, as ``customer_features`` gives it.

    ``attributes``: imported fields of the customer to add, as whole numbers; null where there is none.
    ``customer_id``: only this one.
    """
    batches = [account_measures(accounts) for accounts in _accounts(session, attributes, customer_id)]
    return customer_features(pl.concat(batches), attributes)


def _accounts(session: Session, attributes: Sequence[str], customer_id: int | None) -> Iterator[pl.DataFrame]:
    """All accounts in batches, in the form of ``ACCOUNT_SCHEMA``; at least one batch, perhaps empty."""
    # JSON comes as text and is parsed by polars, a column at a time, instead of a cell at a time in Python.
    columns: list[Any] = [
        Account.id.label(name) if name == "account_id" else getattr(Account, name)
        for name in ACCOUNT_SCHEMA
        if name not in _HISTORIES
    ]
    columns += [cast(getattr(Account, name), Text).label(name) for name in _HISTORIES]
    query = select(*columns)
    sealed = bool(attributes) and is_sealed(session)
    if customer_id is not None:
        query = query.where(Account.customer_id == customer_id)
    raw: dict[str, Any] = {name: ACCOUNT_SCHEMA[name] for name in ACCOUNT_SCHEMA if name not in _HISTORIES}
    raw |= dict.fromkeys(_HISTORIES, pl.String)
    if attributes:
        # What is sealed is no JSON to a database: it is opened a row at a time.
        told = Customer.attributes if sealed else cast(Customer.attributes, Text)
        query = query.add_columns(told.label(_ATTRIBUTES)).join(Customer, Customer.id == Account.customer_id)
        raw[_ATTRIBUTES] = pl.String
    parsed = [pl.col(name).str.json_decode(ACCOUNT_SCHEMA[name]) for name in _HISTORIES]
    parsed += [_attribute(name) for name in attributes]
    result = session.connection().execute(query.execution_options(yield_per=BATCH))  # no objects to load
    empty = True
    for rows in result.partitions():
        empty = False
        cells = [(*row[:-1], json.dumps(row[-1])) if sealed else tuple(row) for row in rows]
        yield _parsed(pl.DataFrame(cells, schema=raw, orient="row"), parsed)
    if empty:
        yield _parsed(pl.DataFrame(schema=raw), parsed)


def _parsed(raw: pl.DataFrame, columns: Sequence[pl.Expr]) -> pl.DataFrame:
    return raw.with_columns(columns).drop(_ATTRIBUTES, strict=False)


def _attribute(name: str) -> pl.Expr:
    found = pl.col(_ATTRIBUTES).str.json_path_match(f"$.{name}")
    return found.cast(pl.Int64, strict=False).alias(name)
