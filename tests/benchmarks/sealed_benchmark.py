"""What a key costs: an import and pages of customers, with one and without, side by side.

    .venv/bin/python -m tests.benchmarks.sealed_benchmark --rows 20000 --rounds 3

Rounds alternate, so that whoever shares the machine slows both. Also: how fast rows are sealed, and by how
much the file grows.
"""

from __future__ import annotations

import argparse
import tempfile
import time
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from statistics import median
from typing import Any

from pydantic import SecretStr
from sqlalchemy import select

from campaigns.clock import SystemClock
from campaigns.customers.importer import import_customers
from campaigns.new_store import prepare_store
from campaigns.settings import Settings, create_home, load_settings
from campaigns.store.console.customers import Sort, Wanted, find_customers
from campaigns.store.database import Database
from campaigns.store.models import Customer, PhoneNumber
from campaigns.store.sealed.sealing import seal
from campaigns.stores import open_store, store_keys
from tests.benchmarks.import_benchmark import content

KEY = "ab" * 32
NOW = SystemClock().now()
PAGES = 40  # of each kind, in one round


def installation(folder: Path, *, key: bool) -> Settings:
    create_home(folder)
    wanted = {"database_key": SecretStr(KEY) if key else None}
    settings = load_settings(folder).model_copy(update=wanted)
    prepare_store(settings, NOW)
    return settings


def seconds(do: Callable[[], Any]) -> float:
    """Of a processor: the machine may be shared."""
    start = time.process_time()
    do()
    return time.process_time() - start


def bring_in(settings: Settings, database: Database, file: Path) -> None:
    import_customers(
        database, file, mapping=None, region=settings.region, as_of=NOW.astimezone(settings.zone),
        errors_dir=settings.home / "imports", seed=1, progress=lambda _done, _all: None,
    )  # fmt: skip


def searches(database: Database) -> dict[str, Wanted]:
    with database.reading() as session:
        name = session.scalars(select(Customer.name).limit(1)).one()
        number = session.scalars(select(PhoneNumber.e164).limit(1)).one()
    return {
        "page of the newest": Wanted(personal=True),
        "page of the longest overdue": Wanted(personal=True, sort=Sort.OVERDUE),
        "beginning of many names": Wanted(text=name[:2], personal=True),
        "one whole number": Wanted(text=number, e164=number, personal=True),
    }


def look(database: Database, wanted: Wanted) -> None:
    for _ in range(PAGES):
        with database.reading() as session:
            find_customers(session, wanted, NOW)


def measure(rows: int, rounds: int, folder: Path) -> None:
    file = folder / "portfolio.csv"
    file.write_bytes(content("csv", rows))
    times: dict[tuple[str, bool], list[float]] = {}
    for number in range(rounds):
        for key in (False, True) if number % 2 else (True, False):
            settings = installation(folder / f"{number}{key}", key=key)
            with closing(open_store(settings)) as database:
                took = seconds(lambda s=settings, d=database: bring_in(s, d, file))  # type: ignore[misc]
                times.setdefault((f"import of {rows:,} rows", key), []).append(took)
                for what, wanted in searches(database).items():
                    look(database, wanted)  # warm
                    took = seconds(lambda d=database, w=wanted: look(d, w)) / PAGES  # type: ignore[misc]
                    times.setdefault((what, key), []).append(took)
    print(f"{'median of ' + str(rounds):32} {'clear':>10} {'sealed':>10}")
    for what in dict.fromkeys(name for name, _ in times):
        clear, sealed = median(times[what, False]), median(times[what, True])
        print(f"{what:32} {1000 * clear:8.1f}ms {1000 * sealed:8.1f}ms   ×{sealed / clear:.2f}")
    own = installation(folder / "late", key=False)
    with closing(open_store(own)) as database:
        bring_in(own, database, file)
    path = own.home / "xiaorong.db"
    before = path.stat().st_size
    late = own.model_copy(update={"database_key": SecretStr(KEY)})
    start = time.perf_counter()
    written = seal(late.store_url, store_keys(late), NOW)
    took = time.perf_counter() - start
    print(f"sealing {written:,} rows: {took:.1f} s, {written / took:,.0f} rows/s, cleaning included; "
          f"the file {before / 1e6:.1f} → {path.stat().st_size / 1e6:.1f} MB")  # fmt: skip


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=20_000)
    parser.add_argument("--rounds", type=int, default=3)
    chosen = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        measure(chosen.rows, chosen.rounds, Path(folder))


if __name__ == "__main__":
    main()
