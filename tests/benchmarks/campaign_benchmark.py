"""Figures of a whole campaign.

``python -m tests.benchmarks.campaign_benchmark [--customers N | --file FILE]`` prints rows imported and
customers graded a second, the campaign's wall and CPU time in virtual time, dials a second, peak memory, and
the start-up time of ``xiaorong --help`` (median of five).
"""

from __future__ import annotations

import argparse
import asyncio
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy import func, select

from campaigns.clock import VirtualClock
from campaigns.customers.importer import import_customers
from campaigns.customers.sample import write_sample
from campaigns.dialing.assembly import open_worker
from campaigns.dialing.audience import Audience
from campaigns.grading.rulefile import load_rules
from campaigns.settings import create_home, load_settings
from campaigns.store.campaigns import create_campaign
from campaigns.store.database import Database
from campaigns.store.grades import grade_portfolio
from campaigns.store.migrate import upgrade
from campaigns.store.models import Attempt, Call

MORNING = datetime(2026, 3, 2, 2, 0, tzinfo=UTC)


class Lap:
    """Wall and CPU seconds of a block."""

    wall = cpu = 0.0

    @contextmanager
    def measured(self) -> Iterator[None]:
        wall, cpu = time.perf_counter(), time.process_time()
        yield
        self.wall, self.cpu = time.perf_counter() - wall, time.process_time() - cpu

    def rate(self, count: int, what: str) -> str:
        return f"{count:,} in {self.wall:.1f} s ({count / self.wall:,.0f} {what}/s, CPU {self.cpu:.1f} s)"


def measure(home: Path, file: Path | None, customers: int, concurrency: int, calls_per_second: float) -> None:
    """Run the job once in ``home`` and print the figures."""
    create_home(home)
    settings = load_settings(home)
    database = Database(settings.store_url)
    upgrade(database)
    today = MORNING.astimezone(settings.zone)
    file = file or write_sample(home / "sample.csv", today.date(), customers, 1)
    lap = Lap()
    with lap.measured():
        report = import_customers(
            database, file, as_of=today, region=settings.region, errors_dir=home / "imports", seed=1
        )
    print("imported  ", lap.rate(report.rows, "rows"))
    with lap.measured():
        graded = grade_portfolio(database, load_rules(), MORNING)
    print("graded    ", lap.rate(sum(graded.counts.values()), "customers"))
    with database.transaction() as session:
        campaign = create_campaign(
            session,
            "benchmark",
            "repayment-reminder",
            Audience(),
            concurrency=concurrency,
            calls_per_second=calls_per_second,
            at=MORNING,
        )
    clock = VirtualClock(MORNING)
    with open_worker(settings, database, campaign, clock) as worker, lap.measured():
        end = asyncio.run(worker.run())
    with database.transaction() as session:
        attempts = session.scalar(select(func.count()).select_from(Attempt)) or 0
        answered = session.scalar(select(func.count()).where(Call.answered_at.is_not(None))) or 0
    print("campaign  ", end.value, f"{campaign.members:,} members,", lap.rate(attempts, "dials"))
    print(f"           {answered:,} conversations, CPU {1000 * lap.cpu / attempts:.1f} ms a dial")
    print(f"           virtual time {clock.now() - MORNING}")
    print(f"memory     {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:,.0f} MB at the most")
    database.close()


def start_up() -> float:
    """Median seconds of ``xiaorong --help``."""
    times = []
    for _ in range(5):
        start = time.perf_counter()
        subprocess.run(
            [sys.executable, "-m", "campaigns.cli.main", "--help"], stdout=subprocess.DEVNULL, check=True
        )
        times.append(time.perf_counter() - start)
    return statistics.median(times)


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--customers", type=int, default=2000, help="size of the generated portfolio")
    parser.add_argument("--file", type=Path, help="a portfolio file instead")
    parser.add_argument("--concurrency", type=int, default=200)
    parser.add_argument("--calls-per-second", type=float, default=20)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as home:
        measure(Path(home), options.file, options.customers, options.concurrency, options.calls_per_second)
    print(f"start-up   {start_up():.2f} s for --help, median of 5")


if __name__ == "__main__":
    main()
