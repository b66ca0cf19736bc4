"""The real card portfolio, whole, and a long file with every fifth row broken."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import polars as pl
import pytest
from sqlalchemy import case, func, select

from campaigns.store.database import Database
from campaigns.store.models import Account, Customer, PhoneNumber, ReliefOffer
from tests.effort import times
from tests.integration.import_world import HEADERS, load

PORTFOLIO = Path(__file__).parents[2] / "../shared/test-data/credit-card-clients/UCI_Credit_Card.csv"
ROWS = times(20_000, long=100_000)
BROKEN = ('"王伟', "", "1.39E+10", "-", "x,y,z")


@pytest.mark.slow
@pytest.mark.external
@pytest.mark.skipif(not PORTFOLIO.is_file(), reason="the card portfolio is not on this machine")
def test_the_real_portfolio_is_stored_to_the_cent(sqlite_database: Database) -> None:
    file = pl.read_csv(PORTFOLIO, infer_schema=False)
    report = load(sqlite_database, PORTFOLIO.resolve(), seed=1)
    assert (report.mapping, report.rows, report.imported) == ("credit-card-clients", 30_000, 30_000)
    with sqlite_database.transaction() as session:
        limits, balances, late = session.execute(
            select(
                func.sum(Account.credit_limit),
                func.sum(Account.balance),
                func.sum(case((Account.days_past_due > 0, 1), else_=0)),
            )
        ).one()
        assert limits == sum(int(Decimal(cell)) for cell in file["X1"]) * 100
        assert balances == sum(int(Decimal(cell)) for cell in file["X12"]) * 100
        owing = file.select(pl.col("X6").cast(pl.Int64), pl.col("X12").cast(pl.Float64))
        assert late == owing.filter((pl.col("X6") >= 1) & (pl.col("X12") > 0)).height
        assert session.scalar(select(func.count(PhoneNumber.e164.distinct()))) == 30_000
        assert session.scalar(select(func.count()).where(Customer.generated)) == 30_000
        offered = session.scalars(select(Account.days_past_due).join(ReliefOffer)).all()
        assert len(offered) > 4_000
        assert all(1 <= days <= 60 for days in offered)


@pytest.mark.slow
def test_many_rows_with_every_fifth_broken(sqlite_database: Database, tmp_path: Path) -> None:
    file = tmp_path / "big.csv"
    with file.open("w", encoding="utf-8") as stream:
        stream.write(",".join(HEADERS) + "\n")
        for n in range(ROWS):
            if n % 5 == 4:
                stream.write(f"{n},{BROKEN[n // 5 % len(BROKEN)]},1.39E+10,-5,2026-11-20\n")
            else:
                stream.write(f"{n},王小明,139{n:08d},{n}.50,2026-11-20\n")
    report = load(sqlite_database, file)
    assert (report.rows, report.imported, report.rejected) == (ROWS, ROWS * 4 // 5, ROWS // 5)
