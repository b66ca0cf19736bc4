"""The shipped rules separate real customers: card holders with a worse grade default more often."""

from __future__ import annotations

from pathlib import Path

import polars as pl
import pytest

from campaigns.grading.grader import grade_customers
from campaigns.grading.portfolio import account_measures, customer_features
from campaigns.grading.rulefile import load_rules

PORTFOLIO = Path(__file__).parents[3] / "../shared/test-data/credit-card-clients/UCI_Credit_Card.csv"


def months(first: int, factor: int = 100) -> pl.Expr:
    return pl.concat_list([pl.col(f"X{column}") * factor for column in range(first, first + 6)])


@pytest.fixture(scope="module")
def graded() -> pl.DataFrame:
    """``customer_id, letter, points, Y``."""
    if not PORTFOLIO.exists():
        pytest.skip("the real card portfolio is not on this machine")
    # Some whole amounts are written as 1.00E+05.
    file = pl.read_csv(PORTFOLIO, infer_schema=False).select(pl.all().cast(pl.Float64).cast(pl.Int64))
    on_time = (pl.col("X6") < 1) | (pl.col("X12") <= 0)
    accounts = file.select(
        customer_id="ID",
        account_id="ID",
        days_past_due=pl.when(on_time).then(-5).otherwise(pl.col("X6") * 30 - 15),
        balance=pl.col("X12") * 100,
        amount_due=pl.max_horizontal("X12", 0) * 100,
        minimum_due=pl.max_horizontal("X12", 0) * 10,
        credit_limit=pl.col("X1") * 100,
        currency=pl.lit("TWD"),
        product=pl.lit("credit_card"),
        arrears_history=months(6, factor=1),
        bill_history=months(12),
        payment_history=months(18),
    )
    results = grade_customers(customer_features(account_measures(accounts)), load_rules())
    rows = [(result.customer_id, result.letter, result.points) for result in results]
    grades = pl.DataFrame(rows, schema=["customer_id", "letter", "points"], orient="row")
    return grades.join(file.select(customer_id="ID", Y="Y"), on="customer_id")


def rates(graded: pl.DataFrame) -> dict[str, float]:
    table = graded.group_by("letter").agg(bad=pl.mean("Y"), customers=pl.len()).sort("letter")
    print(table)
    return dict(zip(table["letter"], table["bad"], strict=True))


@pytest.mark.external
@pytest.mark.parametrize("half", [0, 1], ids=["held out", "tuned on"])
def test_the_default_rate_rises_from_a_to_d(graded: pl.DataFrame, half: int) -> None:
    bad = rates(graded.filter(pl.col("customer_id") % 2 == half))
    assert bad["A"] < 0.11
    assert bad["B"] > 1.3 * bad["A"]
    assert bad["C"] > 1.6 * bad["B"]
    assert bad["D"] > 2.0 * bad["C"]


@pytest.mark.external
def test_points_rank_the_held_out_customers(graded: pl.DataFrame) -> None:
    held_out = graded.filter(pl.col("customer_id") % 2 == 0).with_columns(rank=pl.col("points").rank())
    bad = held_out.filter(pl.col("Y") == 1)
    good_count = len(held_out) - len(bad)
    area = (float(bad["rank"].sum()) - len(bad) * (len(bad) + 1) / 2) / (len(bad) * good_count)
    print(f"area under the curve {area:.4f}")
    assert area > 0.74  # a logistic regression on the same file's 23 columns reaches 0.728


@pytest.mark.external
def test_every_grade_has_customers_enough_to_work_with(graded: pl.DataFrame) -> None:
    shares = graded["letter"].value_counts(normalize=True)
    assert len(shares) == 4
    assert min(shares["proportion"]) > 0.1
