"""Figures of compliance: deciding, recording and verifying.

``python -m tests.benchmarks.compliance_benchmark [--records N] [--database URL]`` prints the CPU time of a
decision under each rule pack, of putting one on record with and without the chain, of weighing a member's
turn from the ledger to the commit, and how fast the log is verified and in how much memory. The database
must be empty; default: SQLite in a temporary directory.
"""

from __future__ import annotations

import argparse
import resource
import tempfile
import time
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

from sqlalchemy import insert

from campaigns.compliance.chain import LogSeal
from campaigns.compliance.decide import decide
from campaigns.compliance.effective import load_effective
from campaigns.compliance.facts import CallFacts
from campaigns.compliance.inputs import decision_inputs
from campaigns.dialing.audience import Audience
from campaigns.dialing.reserve import Rules, weigh_turn
from campaigns.store.campaigns import create_campaign, start_campaign
from campaigns.store.chain import append_decision
from campaigns.store.database import Database
from campaigns.store.facts import Surroundings
from campaigns.store.handout import claim_due
from campaigns.store.migrate import upgrade
from campaigns.store.models import DecisionRecord
from campaigns.store.verify import verify
from tests.integration.store.rows import AT, add_customer
from tests.unit.compliance.build import attempt, china, facts, local, talk, tried, us, us_facts

LOG = LogSeal(b"k" * 32)
TURNS = 1000


def each(count: int, what: Callable[[], object]) -> str:
    """Wall and CPU time of one, over ``count``."""
    wall, cpu = time.perf_counter(), time.process_time()
    for _ in range(count):
        what()
    wall, cpu = time.perf_counter() - wall, time.process_time() - cpu
    return f"{wall / count * 1e6:,.0f} µs each, CPU {cpu / count * 1e6:,.0f} µs"


def history() -> CallFacts:
    """A customer who was tried four times and spoken to once in the last days."""
    week = [attempt(local(day, 10)) for day in (24, 25, 26, 27)]
    return facts(now=local(30, 12), talks=(talk(local(24, 10)),), **tried(*week))


def pure() -> None:
    china_case, states_case = history(), us_facts()
    print("decide, cn-mainland  ", each(2000, lambda: decide(china_case, china())))
    print("decide, us-reg-f     ", each(2000, lambda: decide(states_case, us())))
    print("inputs for the record", each(2000, lambda: decision_inputs(china_case, china())))


def recording(database: Database, records: int) -> None:
    """Chained, and as rows without a link, in transactions of a hundred."""
    with database.transaction() as session:
        customer = add_customer(session).id
        campaign = create_campaign(session, "b", "f", Audience(), concurrency=1, calls_per_second=1, at=AT).id
    record = {
        "at": AT, "campaign_id": campaign, "customer_id": customer, "verdict": "defer", "reason": "min_gap",
        "until": AT, "pack": china().label, "inputs": decision_inputs(history(), china()),
    }  # fmt: skip
    numbers = iter(range(10_000_000, 20_000_000))

    def chained() -> None:
        with database.transaction() as session:
            for _ in range(100):
                append_decision(session, LOG, record)

    def bare() -> None:
        with database.transaction() as session:
            for _ in range(100):
                session.execute(insert(DecisionRecord), {**record, "id": next(numbers)})
            session.rollback()

    print("100 records, bare    ", each(20, bare))
    print("100 records, chained ", each(max(1, records // 100), chained))


def weighing(database: Database) -> None:
    """Turns of new customers in the morning: facts, decision, record, reservation, permit, commit."""
    with database.transaction() as session:
        for _ in range(TURNS):
            add_customer(session)
        campaign = create_campaign(
            session, "weighing", "f", Audience(), concurrency=1, calls_per_second=1, at=AT
        ).id
        start_campaign(session, campaign, AT)
        turns = iter(claim_due(session, campaign, AT, TURNS))
    rules = Rules(load_effective("cn-mainland"), LOG, "w", "zh")
    around = Surroundings(AT, True, True, AT - timedelta(days=8), AT.date())

    def one() -> None:
        turn = next(turns)
        with database.transaction() as session:
            weigh_turn(session, turn.member_id, turn.turn, campaign, rules, lambda: around)

    print("weighing a turn      ", each(TURNS, one))


def verifying(database: Database) -> None:
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    found = verify(database, LOG)
    after = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    rate = found.records / found.seconds
    print(f"verified              {found.records:,} records in {found.seconds:.1f} s, {rate:,.0f} a second,")
    print(f"                      {(after - before) / 1024:,.0f} MB more memory; broken: {found.broken}")


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--records", type=int, default=20_000, help="decisions to put on record and verify")
    parser.add_argument("--database", help="the address of an empty database")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        database = Database(options.database or f"sqlite:///{Path(folder) / 'store.db'}")
        upgrade(database)
        pure()
        weighing(database)
        recording(database, options.records)
        verifying(database)
        database.close()


if __name__ == "__main__":
    main()
