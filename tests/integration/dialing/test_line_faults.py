"""A line that fails: it is left alone and tried out, and nobody pays for it; or all stops with what to do."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import pairwise
from pathlib import Path

import pytest
from sqlalchemy import select

from campaigns.clock import Clock, VirtualClock
from campaigns.dialing import assembly
from campaigns.dialing.assembly import open_worker
from campaigns.dialing.events import Decided, Dialled, WorkerEvent
from campaigns.dialing.line_rules import LineRules
from campaigns.dialing.worker import RunEnd
from campaigns.settings import Settings
from campaigns.store.campaigns import campaign_by_name, pause_campaign, resume_campaign
from campaigns.store.changes import changes_of, stop_campaign
from campaigns.store.database import Database
from campaigns.store.models import Attempt, Campaign, CampaignMember, LineState
from telephony.errors import TrunkFault
from telephony.line import Call, DialOrder, Line
from telephony.registry import open_line
from tests.integration.dialing.campaigning import MONDAY_MORNING, NAME, campaign, install

Fault = Callable[[datetime], TrunkFault | None]


class FaultyLine:
    """The simulated line over a trunk that fails as ``fault`` says; the permit is spent all the same."""

    name = "simulated"
    simulated = True

    def __init__(self, line: Line, clock: Clock, fault: Fault, dials: list[tuple[datetime, str]]) -> None:
        self._line, self._clock, self._fault, self._dials = line, clock, fault, dials

    async def dial(self, order: DialOrder) -> Call:
        at = self._clock.now()
        self._dials.append((at, order.caller_id))
        call = await self._line.dial(order)
        fault = self._fault(at)
        if fault is not None:
            await call.hang_up()
            raise fault
        return call


@dataclass
class Bench:
    """One installation with a campaign, and runs of it over a faulty line."""

    settings: Settings
    patch: pytest.MonkeyPatch
    clock: VirtualClock = field(default_factory=lambda: VirtualClock(MONDAY_MORNING))
    dials: list[tuple[datetime, str]] = field(default_factory=list)
    events: list[WorkerEvent] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.database = Database(self.settings.store_url)

    def run(
        self, fault: Fault = lambda _at: None, on_event: Callable[[WorkerEvent], None] = lambda _event: None
    ) -> RunEnd:
        def listen(event: WorkerEvent) -> None:
            self.events.append(event)
            on_event(event)

        def line(name: str, gate: object, setup: object) -> FaultyLine:
            return FaultyLine(open_line(name, gate, setup), self.clock, fault, self.dials)  # type: ignore[arg-type]

        self.patch.setattr(assembly, "open_line", line)
        with open_worker(self.settings, self.database, campaign(self.database), self.clock, listen) as worker:
            return asyncio.run(worker.run())

    def set(self, **rules: float) -> None:
        self.settings = self.settings.model_copy(update={"pacing": LineRules(**rules)})  # type: ignore[arg-type]


@pytest.fixture
def bench(tmp_path: Path, model_cache: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Bench]:
    bench = Bench(install(tmp_path, customers=12, cache=model_cache), monkeypatch)
    yield bench
    bench.database.close()


def test_an_outage_costs_a_few_dials_and_nobody_their_place(bench: Bench) -> None:
    """For an hour the trunk fails every call: the circuit opens, and one call at a time tries it out."""
    heals = MONDAY_MORNING + timedelta(hours=1)
    bench.set(faults=3, first_wait_s=60, longest_wait_s=960, probe_s=90)
    assert bench.run(lambda at: TrunkFault("SIP 503") if at < heals else None) is RunEnd.FINISHED
    failed = [at for at, _ in bench.dials if at < heals]
    opened = failed[2]
    probes = [at for at in failed[3:] if at > opened + timedelta(seconds=5)]
    assert 3 <= len(probes) <= 7
    gaps = [(later - sooner).total_seconds() for sooner, later in pairwise(probes)]
    assert all(later >= sooner for sooner, later in pairwise(gaps))
    assert len(failed) - len(probes) <= 12  # those that were under way when it opened
    with bench.database.transaction() as session:
        attempts = session.scalars(select(Attempt).where(Attempt.disposition == "trunk_fault")).all()
        assert len(attempts) == len(failed)
        assert not any(attempt.charged for attempt in attempts)
        assert set(session.scalars(select(CampaignMember.state))) == {"done"}
        row = session.get_one(LineState, "simulated")
        assert (row.circuit, row.fault) == ("closed", "SIP 503")


def test_a_fault_that_fails_every_call_pauses_with_what_to_do_and_resume_goes_on(bench: Bench) -> None:
    refused = TrunkFault("Twilio 20003: the credentials are refused", stops_line=True)
    assert bench.run(lambda _at: refused) is RunEnd.PAUSED
    assert len(bench.dials) <= 10  # those that were under way
    with bench.database.transaction() as session:
        view = campaign_by_name(session, NAME)
        assert view.pause_reason is not None
        assert "credentials" in view.pause_reason
        assert "xiaorong line check" in view.pause_reason
        assert [change.by for change in changes_of(session, view.id)] == ["system"]
        assert session.scalars(select(CampaignMember.state)).all().count("waiting") >= len(bench.dials)
        resume_campaign(session, view.id)
    assert bench.run() is RunEnd.FINISHED


def test_no_dial_starts_after_a_pause_though_calls_wait_for_their_slots(bench: Bench) -> None:
    bench.set(calls_per_second=0.5, floor_calls_per_second=0.2)
    paused_at: list[datetime] = []

    def pause(event: WorkerEvent) -> None:
        if isinstance(event, Dialled) and len(bench.dials) == 2 and not paused_at:
            with bench.database.transaction() as session:
                pause_campaign(session, campaign(bench.database).id, "lunch")
            paused_at.append(bench.clock.now())

    assert bench.run(on_event=pause) is RunEnd.PAUSED
    allowed = sum(isinstance(event, Decided) and event.verdict == "allow" for event in bench.events)
    assert allowed > len(bench.dials)  # some waited for a slot when the pause came
    assert all(at <= paused_at[0] + timedelta(seconds=2) for at, _ in bench.dials)
    with bench.database.transaction() as session:
        assert not session.scalars(select(Attempt.id).where(Attempt.state.in_(("reserved", "dialing")))).all()
        view = campaign_by_name(session, NAME)
        resume_campaign(session, view.id)
        # What was changed while it was paused holds from the first call on.
        session.get_one(Campaign, view.id).calls_per_second = 0.1
    before = len(bench.dials)
    assert bench.run() is RunEnd.FINISHED
    starts = [at for at, _ in bench.dials[before:]]
    assert all(later - sooner >= timedelta(seconds=10) for sooner, later in pairwise(starts))


def test_calls_keep_the_rates_and_customers_their_number(bench: Bench) -> None:
    pool = ("+861000000001", "+861000000002", "+861000000003")
    bench.settings = bench.settings.model_copy(update={"caller_ids": pool})
    bench.set(calls_per_second=2, caller_calls_per_second=0.5, floor_calls_per_second=0.2)
    assert bench.run() is RunEnd.FINISHED
    times = sorted(at for at, _ in bench.dials)
    assert all(later - sooner >= timedelta(seconds=0.5) for sooner, later in pairwise(times))
    for number in pool:
        mine = sorted(at for at, caller in bench.dials if caller == number)
        assert mine
        assert all(later - sooner >= timedelta(seconds=2) for sooner, later in pairwise(mine))
    with bench.database.transaction() as session:
        known: dict[int, Counter[str]] = {}
        for customer_id, caller in session.execute(select(Attempt.customer_id, Attempt.caller_id)):
            known.setdefault(customer_id, Counter())[str(caller)] += 1
    again = [numbers for numbers in known.values() if numbers.total() > 1]
    assert again
    kept = sum(numbers.most_common(1)[0][1] for numbers in again)
    assert kept >= 0.8 * sum(numbers.total() for numbers in again)


def test_a_campaign_that_is_stopped_ends_for_good_with_its_calls_written_down(bench: Bench) -> None:
    def stop(event: WorkerEvent) -> None:
        if isinstance(event, Dialled) and len(bench.dials) == 2:
            with bench.database.transaction() as session:
                stop_campaign(session, campaign(bench.database).id, by="chief", at=bench.clock.now())

    assert bench.run(on_event=stop) is RunEnd.FINISHED
    assert len(bench.dials) == 3
    with bench.database.transaction() as session:
        assert set(session.scalars(select(CampaignMember.state))) == {"done"}
        assert set(session.scalars(select(Attempt.state))) == {"ended"}
        reasons = Counter(session.scalars(select(CampaignMember.reason)))
        assert reasons["campaign_stopped"] >= 6
        assert campaign_by_name(session, NAME).pause_reason == "stopped by chief"
