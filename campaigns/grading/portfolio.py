"""From the ledger of accounts to the features of customers, in two steps so that accounts can stream through.

Histories are newest month first; only the last six months count. What the ledger lacks is null, not zero.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import polars as pl

MONTHS: Final = 6
MAX_RATIO: Final = 999

ACCOUNT_SCHEMA: Final = pl.Schema(
    {
        "customer_id": pl.Int64(),
        "account_id": pl.Int64(),
        "days_past_due": pl.Int64(),
        "balance": pl.Int64(),
        "amount_due": pl.Int64(),
        "minimum_due": pl.Int64(),
        "credit_limit": pl.Int64(),
        "currency": pl.String(),
        "product": pl.String(),
        "arrears_history": pl.List(pl.Int64),
        "bill_history": pl.List(pl.Int64),
        "payment_history": pl.List(pl.Int64),
    }
)
"""One row an account, as the store holds it; more columns pass through (attributes of the customer)."""

_MONEY: Final = ("balance", "amount_due", "minimum_due", "credit_limit")


def account_measures(accounts: pl.DataFrame) -> pl.DataFrame:
    """``accounts`` (``ACCOUNT_SCHEMA``) with the histories boiled down to a few numbers an account."""
    late = [_month("arrears_history", month) > 0 for month in range(MONTHS)]
    # A payment answers the bill of the month before.
    billed = [(_month("payment_history", m), _month("bill_history", m + 1)) for m in range(MONTHS - 1)]
    unpaid = [
        pl.when(paid.is_not_null() & bill.is_not_null()).then((paid == 0) & (bill > 0))
        for paid, bill in billed
    ]
    last_payment, last_bill = billed[0]
    known = last_payment.is_not_null() & last_bill.is_not_null()
    bills = pl.col("bill_history").list.head(MONTHS)
    return accounts.with_columns(
        months_late_6m=_count(late),
        max_arrears_6m=pl.col("arrears_history").list.head(MONTHS).list.max(),
        months_no_payment=_count(unpaid),
        last_payment=pl.when(known).then(last_payment),
        last_bill=pl.when(known).then(last_bill.clip(lower_bound=0)),
        bill_change=pl.when(bills.list.len() > 1).then(bills.list.first() - bills.list.last()),
    ).drop("arrears_history", "bill_history", "payment_history")


def customer_features(measures: pl.DataFrame, attributes: Sequence[str] = ()) -> pl.DataFrame:
    """One row a customer, with all features of ``campaigns.grading.features`` and the named ``attributes``.

    Of several accounts the worst counts where something is late, and money is added up. Money in different
    currencies cannot be added: all that depends on it is unknown then.
    """
    worst_first = measures.sort(
        ["customer_id", "days_past_due", "balance", "account_id"], descending=[False, True, True, False]
    )
    customers = worst_first.group_by("customer_id", maintain_order=True).agg(
        pl.max("days_past_due", "months_late_6m", "max_arrears_6m", "months_no_payment"),
        pl.sum(*_MONEY),
        *(_known_sum(name) for name in ("last_payment", "last_bill", "bill_change")),
        pl.first("product", "currency", *attributes),
        one_currency=pl.col("currency").min() == pl.col("currency").max(),
    )
    one_currency = pl.col("one_currency")
    addable = [*_MONEY, "last_payment", "last_bill", "bill_change", "currency"]
    customers = customers.with_columns(pl.when(one_currency).then(pl.col(addable)))
    limit = pl.when(pl.col("credit_limit") > 0).then(pl.col("credit_limit"))
    ratio = (100 * pl.col("last_payment") // pl.col("last_bill")).clip(0, MAX_RATIO)
    return customers.with_columns(
        utilisation=100 * pl.col("balance") // limit,
        bill_trend=100 * pl.col("bill_change") // limit,
        # Where nothing was billed, nothing was left unpaid.
        paid_ratio_last=pl.when(pl.col("last_bill") == 0).then(100).otherwise(ratio).cast(pl.Int64),
    ).drop("one_currency", "last_payment", "last_bill", "bill_change")


def _month(history: str, month: int) -> pl.Expr:
    return pl.col(history).list.get(month, null_on_oob=True)


def _count(months: Sequence[pl.Expr]) -> pl.Expr:
    """How many of the months; null when nothing is known of any."""
    known = pl.any_horizontal(month.is_not_null() for month in months)
    return pl.when(known).then(pl.sum_horizontal(month.cast(pl.Int64) for month in months))


def _known_sum(name: str) -> pl.Expr:
    return pl.when(pl.col(name).count() > 0).then(pl.sum(name)).alias(name)
