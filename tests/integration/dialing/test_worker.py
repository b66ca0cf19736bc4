"""The worker in one process: it finishes, pauses, stops and goes on; faults leave every member somewhere."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import ColumnElement, func, select, update

from campaigns.clock import VirtualClock
from campaigns.dialing.assembly import open_worker
from campaigns.dialing.events import Decided, Dialled, Ended, WorkerEvent
from campaigns.dialing.timing import choose_clock
from campaigns.dialing.worker import RunEnd, Worker
from campaigns.errors import ClockError, ConflictError, StoreError
from campaigns.settings import Settings
from campaigns.store import messages as store_messages
from campaigns.store.campaigns import pause_campaign, resume_campaign
from campaigns.store.database import Database
from campaigns.store.models import (
    Account,
    Attempt,
    Base,
    Call,
    Campaign,
    CampaignMember,
    DecisionRecord,
    Promise,
    Suppression,
    TurnRecord,
)
from tests.integration.dialing.campaigning import MONDAY_MORNING, campaign, install


class Bench:
    """One installation, and workers on it."""

    def __init__(self, home: Path, settings: Settings) -> None:
        self.home, self.settings = home, settings
        self.database = Database(settings.store_url)
        self.clock = VirtualClock(MONDAY_MORNING)
        self.events: list[WorkerEvent] = []
        self.on_event: Callable[[WorkerEvent], None] = lambda _event: None

    @contextmanager
    def worker(self) -> Iterator[Worker]:
        def listen(event: WorkerEvent) -> None:
            self.events.append(event)
            self.on_event(event)

        with open_worker(self.settings, self.database, campaign(self.database), self.clock, listen) as worker:
            yield worker

    def run(self) -> RunEnd:
        with self.worker() as worker:
            return asyncio.run(worker.run())

    def count(self, what: type[Base], *where: ColumnElement[bool]) -> int:
        with self.database.transaction() as session:
            return session.scalar(select(func.count()).select_from(what).where(*where)) or 0


@pytest.fixture
def bench(tmp_path: Path, model_cache: Path) -> Iterator[Bench]:
    bench = Bench(tmp_path, install(tmp_path, customers=12, cache=model_cache))
    yield bench
    bench.database.close()


def test_a_campaign_runs_to_its_end_and_everything_is_on_record(bench: Bench) -> None:
    assert bench.run() is RunEnd.FINISHED
    assert bench.count(CampaignMember, CampaignMember.state != "done") == 0
    attempts, calls = bench.count(Attempt), bench.count(Call)
    assert attempts == bench.count(DecisionRecord, DecisionRecord.verdict == "allow") > 0
    assert calls == bench.count(Attempt, Attempt.disposition.not_in(["trunk_fault", "withdrawn"]))
    assert bench.count(TurnRecord, TurnRecord.speaker == "customer") > 0
    promised = bench.count(Call, Call.disposition.in_(["promise", "promise_with_relief"]))
    assert promised == bench.count(Promise)
    with pytest.raises(ConflictError, match="finished"):
        bench.run()


@pytest.mark.external
def test_a_campaign_runs_on_postgresql_too(
    tmp_path: Path, model_cache: Path, postgres_database: Database
) -> None:
    url = postgres_database.url.render_as_string(hide_password=False)
    bench = Bench(tmp_path, install(tmp_path, customers=12, cache=model_cache, database_url=url))
    with bench.worker(), pytest.raises(ConflictError, match="already running"), bench.worker():
        pass
    assert bench.run() is RunEnd.FINISHED
    assert bench.count(Attempt) == bench.count(DecisionRecord, DecisionRecord.verdict == "allow") > 0
    assert bench.count(CampaignMember, CampaignMember.state != "done") == 0
    bench.database.close()


def test_the_same_seed_gives_the_same_campaign(tmp_path: Path, model_cache: Path) -> None:
    outcomes = []
    for name in ("one", "two"):
        home = tmp_path / name
        bench = Bench(home, install(home, customers=12, cache=model_cache))
        bench.run()
        with bench.database.transaction() as session:
            members = select(CampaignMember.customer_id, CampaignMember.outcome, CampaignMember.reason)
            outcomes.append(
                sorted(tuple(row) for row in session.execute(members.order_by(CampaignMember.id)))
            )
        bench.database.close()
    assert outcomes[0] == outcomes[1]


def test_a_pause_from_elsewhere_stops_new_calls_and_resume_goes_on(bench: Bench) -> None:
    def pause_at_the_third_dial(event: WorkerEvent) -> None:
        if isinstance(event, Dialled) and sum(isinstance(e, Dialled) for e in bench.events) == 3:
            with bench.database.transaction() as session:
                pause_campaign(session, campaign(bench.database).id, "lunch")

    bench.on_event = pause_at_the_third_dial
    assert bench.run() is RunEnd.PAUSED
    assert bench.count(Attempt, Attempt.state.in_(["reserved", "dialing"])) == 0
    assert bench.count(CampaignMember, CampaignMember.state == "queued") == 0
    with pytest.raises(ConflictError, match="lunch"):
        bench.run()
    bench.on_event = lambda _event: None
    with bench.database.transaction() as session:
        resume_campaign(session, campaign(bench.database).id)
    assert bench.run() is RunEnd.FINISHED


def test_stopping_lets_calls_end_and_running_again_goes_on(bench: Bench) -> None:
    with bench.worker() as worker:

        def stop(event: WorkerEvent) -> None:
            if isinstance(event, Dialled):
                worker.stop()

        bench.on_event = stop
        assert asyncio.run(worker.run()) is RunEnd.STOPPED
    assert bench.count(Attempt, Attempt.state.in_(["reserved", "dialing"])) == 0
    bench.on_event = lambda _event: None
    assert bench.run() is RunEnd.FINISHED


def test_leaving_in_mid_call_loses_that_call_and_nothing_else(bench: Bench) -> None:
    async def leave_at_the_first_dial() -> None:
        with bench.worker() as worker:
            running = asyncio.ensure_future(worker.run())

            def leave(event: WorkerEvent) -> None:
                if isinstance(event, Dialled):
                    running.cancel()

            bench.on_event = leave
            with pytest.raises(asyncio.CancelledError):
                await running

    asyncio.run(leave_at_the_first_dial())
    bench.on_event = lambda _event: None
    assert bench.run() is RunEnd.FINISHED
    assert bench.count(Attempt, Attempt.state == "lost") >= 1
    assert bench.count(CampaignMember, CampaignMember.state != "done") == 0


def test_a_clock_moved_back_places_no_call_and_pauses_with_the_reason(bench: Bench) -> None:
    bench.run()
    placed = bench.count(Attempt)
    with bench.database.transaction() as session:
        session.execute(update(Campaign).values(state="running"))
        session.execute(update(CampaignMember).values(state="waiting", next_at=MONDAY_MORNING))
    bench.clock = VirtualClock(MONDAY_MORNING)
    assert bench.run() is RunEnd.PAUSED
    assert bench.count(Attempt) == placed
    with bench.database.transaction() as session:
        assert session.scalar(select(Campaign.pause_reason))
    assert bench.count(CampaignMember, CampaignMember.state == "done") == 0


def test_real_time_behind_the_ledger_is_refused_at_the_start(bench: Bench) -> None:
    bench.clock = VirtualClock(MONDAY_MORNING + timedelta(days=36500))
    bench.run()
    with pytest.raises(ClockError, match="still to come"):
        choose_clock(bench.settings, bench.database, real_time=True)
    later = choose_clock(bench.settings, bench.database, real_time=False)
    assert later.virtual
    assert later.now() > MONDAY_MORNING + timedelta(days=36500)


def test_a_payment_between_queue_and_dial_cancels_the_call(bench: Bench) -> None:
    with bench.database.transaction() as session:
        session.execute(update(Account).values(amount_due=0))
    assert bench.run() is RunEnd.FINISHED
    assert bench.count(Attempt) == 0
    assert bench.count(DecisionRecord, DecisionRecord.reason == "nothing_owed") == bench.count(CampaignMember)


def test_a_bar_between_queue_and_dial_cancels_the_call(bench: Bench) -> None:
    with bench.database.transaction() as session:
        for customer_id in session.scalars(select(CampaignMember.customer_id)).all():
            bar = Suppression(customer_id=customer_id, reason="do_not_call", created_at=MONDAY_MORNING)
            session.add(bar)
    assert bench.run() is RunEnd.FINISHED
    assert bench.count(Attempt) == 0


def test_a_database_removed_in_the_middle_stops_the_run_with_the_reason(bench: Bench, tmp_path: Path) -> None:
    def remove(event: WorkerEvent) -> None:
        if isinstance(event, Dialled):
            (tmp_path / "xiaorong.db").unlink(missing_ok=True)

    bench.on_event = remove
    with pytest.raises(StoreError, match="is gone"):
        bench.run()


def test_messages_that_fail_end_the_run_when_the_calls_in_progress_have_ended(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> int:
        raise StoreError("no table of messages")

    def break_at_the_third_dial(event: WorkerEvent) -> None:
        if isinstance(event, Dialled) and sum(isinstance(e, Dialled) for e in bench.events) == 3:
            monkeypatch.setattr(store_messages, "sweep", fail)

    bench.on_event = break_at_the_third_dial
    with pytest.raises(StoreError, match="no table of messages"):
        bench.run()
    assert bench.count(Attempt, Attempt.state.in_(["reserved", "dialing", "lost"])) == 0
    assert bench.count(CampaignMember, CampaignMember.state == "waiting") > 0


def test_a_second_worker_on_the_same_data_is_refused(bench: Bench) -> None:
    with bench.worker(), pytest.raises(ConflictError, match="already running"), bench.worker():
        pass


def test_every_end_is_told_once(bench: Bench) -> None:
    bench.run()
    ended = [event.attempt_id for event in bench.events if isinstance(event, Ended)]
    assert len(ended) == len(set(ended)) == bench.count(Attempt)


def withdraw(bench: Bench, change: Callable[[Bench], None]) -> None:
    """Make ``change`` between each decision to call and the dial."""

    def between(event: WorkerEvent) -> None:
        if isinstance(event, Decided) and event.verdict == "allow":
            change(bench)

    bench.on_event = between


def pay(bench: Bench) -> None:
    with bench.database.transaction() as session:
        session.execute(update(Account).values(amount_due=0))


def bar(bench: Bench) -> None:
    with bench.database.transaction() as session:
        for customer_id in session.scalars(select(CampaignMember.customer_id)).all():
            session.add(Suppression(customer_id=customer_id, reason="do_not_call", created_at=MONDAY_MORNING))


def pause(bench: Bench) -> None:
    with bench.database.transaction() as session:
        pause_campaign(session, campaign(bench.database).id, "lunch")


@pytest.mark.parametrize("change", [pay, bar, pause])
def test_what_comes_in_between_decision_and_dial_stops_the_dial(
    bench: Bench, change: Callable[[Bench], None]
) -> None:
    withdraw(bench, change)
    bench.run()
    assert not any(isinstance(event, Dialled) for event in bench.events)
    assert bench.count(Attempt, Attempt.disposition == "withdrawn", Attempt.charged.is_(False)) >= 1
    assert bench.count(Attempt, Attempt.state != "ended") == 0


def test_a_customer_who_paid_while_it_rang_hears_nothing_of_a_debt(bench: Bench) -> None:
    def pay_at_the_dial(event: WorkerEvent) -> None:
        if isinstance(event, Dialled):
            pay(bench)

    bench.on_event = pay_at_the_dial
    assert bench.run() is RunEnd.FINISHED
    with bench.database.transaction() as session:
        said = "".join(session.scalars(select(TurnRecord.text).where(TurnRecord.speaker == "bot")))
    assert "元" not in said
    assert "还款" not in said


def test_a_fault_of_a_listener_touches_no_call(bench: Bench) -> None:
    def fail(_event: WorkerEvent) -> None:
        raise ValueError("a bug in a progress bar")

    bench.on_event = fail
    assert bench.run() is RunEnd.FINISHED
    assert bench.count(Attempt, Attempt.state == "lost") == 0


def test_a_fault_in_handing_out_lets_calls_end_and_loses_no_member(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    from campaigns.dialing.turns import TurnTaker

    check, asked = TurnTaker.check_numbers, []

    async def fail_the_second_time(self: TurnTaker, customer_ids: Sequence[int]) -> None:
        asked.append(customer_ids)
        if len(asked) == 2:
            raise ConnectionError("the vendor is away")
        await check(self, customer_ids)

    monkeypatch.setattr(TurnTaker, "check_numbers", fail_the_second_time)
    with pytest.raises(ConnectionError):
        bench.run()
    assert bench.count(Attempt, Attempt.state.in_(["reserved", "dialing"])) == 0
    assert bench.count(CampaignMember, CampaignMember.state == "queued") == 0
    assert bench.run() is RunEnd.FINISHED


def test_a_lost_call_counts_as_a_talk(bench: Bench) -> None:
    from campaigns.store.facts import Surroundings, call_facts, numbers_of
    from campaigns.store.member_turns import MemberTurn

    bench.run()
    with bench.database.transaction() as session:
        attempt = session.scalars(select(Attempt).where(Attempt.dialed_at.is_not(None)).limit(1)).one()
        call = session.scalars(select(Call).where(Call.attempt_id == attempt.id)).one_or_none()
        if call is not None:
            call.effective = False
        attempt.state = "lost"
        session.flush()
        member = session.get_one(CampaignMember, attempt.member_id)
        turn = MemberTurn(member.id, member.campaign_id, member.customer_id, member.account_id, 1, "running")
        around = Surroundings(
            MONDAY_MORNING, True, True, MONDAY_MORNING - timedelta(days=30), MONDAY_MORNING.date()
        )
        facts = call_facts(session, turn, numbers_of(session, member.customer_id), around)[0]
        assert attempt.dialed_at in [talk.at for talk in facts.talks]
        session.rollback()
