"""Grading a million customers and ten, by the rules of each stage of a loan.

``python -m tests.benchmarks.grading_benchmark [--customers 1000000,10000000] [--stages after,before,during]``
makes features up in a Parquet file, which is not counted, and prints for each number and stage, each in a
process of its own: wall and CPU time, and peak memory, of grading inside the engine (Parquet to Parquet, as a
lender's warehouse would) and, for collection, of grading into results in Python, as the store does. ``--store
N`` adds grading N customers in a store on SQLite, from the ledger to the grades on record.
"""

from __future__ import annotations

import argparse
import resource
import subprocess
import sys
import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path

import ibis

from campaigns.grading.features import Kind
from campaigns.grading.grader import grade, grade_customers
from campaigns.grading.life_cycle import FEATURES_OF, Stage
from campaigns.grading.outcomes import with_outcome
from campaigns.grading.rulefile import load_stage_rules

AT = datetime(2026, 3, 2, 2, tzinfo=UTC)
MEASURES = ("engine", "python")
TEXTS = {"currency": "'CNY'", "product": "'credit_card'", "number_state": "'active'", "channel": "'app'"}
LARGE = ("balance", "amount", "limit", "income", "minimum_due", "obligations")


def make(path: Path, stage: Stage, customers: int) -> None:
    """Features by hashes of the customer's id, a twentieth of each unknown; skewed to small numbers."""
    columns = []
    for place, (name, kind) in enumerate(FEATURES_OF[stage].items()):
        dice = f"hash(i * 1000 + {place})"
        width = 10**7 if name.startswith(LARGE) or name.endswith("limit") else 120
        value = (
            TEXTS[name]
            if kind is Kind.TEXT
            else f"CAST(floor(pow(({dice} % 1000) / 1000.0, 3) * {width}) AS BIGINT)"
        )
        columns.append(f"CASE WHEN {dice} % 20 = 0 THEN NULL ELSE {value} END AS {name}")
    query = f"SELECT i AS customer_id, {', '.join(columns)} FROM range({customers}) t(i)"  # noqa: S608
    connection = ibis.duckdb.connect()
    connection.raw_sql(f"COPY ({query}) TO '{path}' (FORMAT parquet)")
    connection.disconnect()


def measure(what: str, stage: Stage, path: Path) -> None:
    """Runs in a process of its own, so that its memory is its own; prints one line."""
    rules = load_stage_rules(stage)
    wall, cpu = time.perf_counter(), time.process_time()
    if what == "engine":
        connection = ibis.duckdb.connect()
        graded = grade(connection.read_parquet(path), rules)
        if stage is not Stage.AFTER:
            graded = with_outcome(graded, rules)
        connection.to_parquet(graded, path.with_suffix(".graded"))
        count = connection.read_parquet(path.with_suffix(".graded")).count().execute()
    else:
        import polars as pl

        count = sum(1 for _ in grade_customers(pl.read_parquet(path), rules))
    wall, cpu = time.perf_counter() - wall, time.process_time() - cpu
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"{stage:7} {what:7} {count:>11,}  {wall:7.1f} s  CPU {cpu:7.1f} s  peak {peak:7,.0f} MB")


def in_process(*words: str) -> None:
    sys.stdout.flush()
    subprocess.run([sys.executable, "-m", "tests.benchmarks.grading_benchmark", *words], check=True)  # noqa: S603


def store(customers: int) -> None:
    """Customers in a store on SQLite: the first grading writes every grade, the second finds all right."""
    from sqlalchemy import insert

    from campaigns.store.database import Database
    from campaigns.store.grades import grade_portfolio
    from campaigns.store.migrate import upgrade
    from campaigns.store.models import Account, Customer

    with tempfile.TemporaryDirectory() as folder:
        database = Database(f"sqlite:///{folder}/store.db")
        upgrade(database)
        for start in range(0, customers, 50_000):
            ids = range(start + 1, min(start + 50_000, customers) + 1)
            with database.transaction() as session:
                session.execute(insert(Customer), [_customer(n) for n in ids])
                session.execute(insert(Account), [_account(n) for n in ids])
        for turn in ("first", "again"):
            wall = time.perf_counter()
            report = grade_portfolio(database, load_stage_rules(Stage.AFTER), AT)
            wall = time.perf_counter() - wall
            peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
            print(f"store   {turn:7} {report.customers:>11,}  {wall:7.1f} s  peak {peak:7,.0f} MB")
        database.close()


def _customer(n: int) -> dict[str, object]:
    return {"id": n, "external_id": str(n), "name": "x", "attributes": {}, "created_at": AT, "updated_at": AT}


def _account(n: int) -> dict[str, object]:
    dice = n * 2_654_435_761 % 2**32
    late = max(0, dice % 130 - 40)
    return {
        "customer_id": n, "external_id": str(n), "product": "credit_card", "currency": "CNY",
        "credit_limit": 2_000_000, "balance": dice % 2_100_000, "amount_due": dice % 90_000,
        "minimum_due": dice % 9_000, "due_date": AT.date(), "days_past_due": late,
        "arrears_history": [late // 30, dice % 2, 0, 0, 0, 0], "bill_history": [90_000, 80_000] * 3,
        "payment_history": [dice % 90_000, 9_000] * 3, "as_of": AT,
    }  # fmt: skip


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--customers", default="1000000")
    parser.add_argument("--stages", default="after,before,during")
    parser.add_argument("--store", type=int, default=0, metavar="N")
    parser.add_argument("--measure", nargs=3, metavar=("WHAT", "STAGE", "FILE"), help=argparse.SUPPRESS)
    parser.add_argument("--only-store", type=int, help=argparse.SUPPRESS)
    chosen = parser.parse_args()
    if chosen.measure:
        what, stage, file = chosen.measure
        measure(what, Stage(stage), Path(file))
        return
    if chosen.only_store:
        store(chosen.only_store)
        return
    with tempfile.TemporaryDirectory() as folder:
        for customers in (int(part) for part in chosen.customers.split(",")):
            for stage in (Stage(part) for part in chosen.stages.split(",")):
                path = Path(folder) / f"{stage}-{customers}.parquet"
                make(path, stage, customers)
                for what in MEASURES if stage is Stage.AFTER else MEASURES[:1]:
                    in_process("--measure", what, stage, str(path))
                for left in Path(folder).iterdir():
                    left.unlink()
    if chosen.store:
        in_process("--only-store", str(chosen.store))


if __name__ == "__main__":
    main()
