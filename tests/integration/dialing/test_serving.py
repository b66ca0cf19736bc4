"""A worker that serves whatever campaign runs: several at once, those launched later, each by its state."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from sqlalchemy import func, select, update

from campaigns.clock import VirtualClock
from campaigns.dialing.assembly import open_worker
from campaigns.dialing.audience import Audience
from campaigns.dialing.events import Dialled, WorkerEvent
from campaigns.dialing.worker import Duty, RunEnd, Worker
from campaigns.settings import Settings
from campaigns.store.campaigns import campaign_by_name, create_campaign, launch_campaign, pause_campaign
from campaigns.store.database import Database
from campaigns.store.models import Attempt, Campaign, CampaignMember, WorkerRecord
from campaigns.store.workers import list_workers
from tests.integration.dialing.campaigning import MONDAY_MORNING, NAME, install

SECOND = "second"


class Shift:
    """One installation with two campaigns over the same customers, and a worker for whatever runs."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.database = Database(settings.store_url)
        self.clock = VirtualClock(MONDAY_MORNING)
        self.on_event: Callable[[WorkerEvent], None] = lambda _event: None
        with self.database.transaction() as session:
            create_campaign(
                session,
                SECOND,
                "repayment-reminder",
                Audience(limit=6),
                concurrency=3,
                calls_per_second=2.0,
                at=MONDAY_MORNING,
            )

    def launch(self, *names: str) -> None:
        with self.database.transaction() as session:
            for name in names:
                launch_campaign(session, campaign_by_name(session, name).id, MONDAY_MORNING)

    def pause(self, name: str) -> None:
        with self.database.transaction() as session:
            pause_campaign(session, campaign_by_name(session, name).id, "lunch")

    def states(self) -> dict[str, str]:
        with self.database.transaction() as session:
            return dict(session.execute(select(Campaign.name, Campaign.state)).all())

    @contextmanager
    def worker(self, duty: Duty = Duty(until_idle=True)) -> Iterator[Worker]:
        listen: Callable[[WorkerEvent], None] = lambda event: self.on_event(event)  # noqa: E731
        with open_worker(self.settings, self.database, None, self.clock, listen, duty=duty) as worker:
            yield worker

    def run(self) -> RunEnd:
        with self.worker() as worker:
            return asyncio.run(worker.run())

    def dialled(self, name: str) -> int:
        with self.database.transaction() as session:
            of = Attempt.campaign_id == campaign_by_name(session, name).id
            return session.scalar(select(func.count()).where(of, Attempt.dialed_at.is_not(None))) or 0


@pytest.fixture
def shift(tmp_path: Path, model_cache: Path) -> Iterator[Shift]:
    shift = Shift(install(tmp_path, customers=10, cache=model_cache))
    yield shift
    shift.database.close()


def test_every_running_campaign_is_served_and_a_draft_is_left_alone(shift: Shift) -> None:
    shift.launch(SECOND)
    assert shift.run() is RunEnd.IDLE
    assert shift.states() == {NAME: "draft", SECOND: "finished"}
    assert shift.dialled(NAME) == 0
    assert shift.dialled(SECOND) > 0
    shift.launch(NAME)
    assert shift.run() is RunEnd.IDLE
    assert shift.states() == {NAME: "finished", SECOND: "finished"}


def test_a_campaign_that_is_launched_later_is_picked_up(shift: Shift) -> None:
    def launch_the_other(event: WorkerEvent) -> None:
        if isinstance(event, Dialled) and shift.states()[NAME] == "draft":
            shift.launch(NAME)

    shift.on_event = launch_the_other
    shift.launch(SECOND)
    assert shift.run() is RunEnd.IDLE
    assert set(shift.states().values()) == {"finished"}


def test_a_pause_stops_one_campaign_and_not_the_other(shift: Shift) -> None:
    def pause_one(event: WorkerEvent) -> None:
        if isinstance(event, Dialled) and shift.states()[NAME] == "running":
            shift.pause(NAME)

    shift.on_event = pause_one
    shift.launch(NAME, SECOND)
    assert shift.run() is RunEnd.IDLE
    assert shift.states() == {NAME: "paused", SECOND: "finished"}
    with shift.database.transaction() as session:
        assert "queued" not in set(session.scalars(select(CampaignMember.state)))


def test_a_campaign_that_cannot_be_served_is_paused_with_the_reason_and_the_others_go_on(
    shift: Shift,
) -> None:
    with shift.database.transaction() as session:
        session.execute(update(Campaign).where(Campaign.name == NAME).values(flow="gone"))
    shift.launch(NAME, SECOND)
    assert shift.run() is RunEnd.IDLE
    assert shift.states() == {NAME: "paused", SECOND: "finished"}
    with shift.database.transaction() as session:
        assert "gone" in (campaign_by_name(session, NAME).pause_reason or "")


def test_a_worker_is_on_record_while_it_works_and_leaves_in_order(shift: Shift) -> None:
    seen: list[str] = []

    def look(event: WorkerEvent) -> None:
        with shift.database.transaction() as session:
            seen.extend(worker.id for worker in list_workers(session))

    shift.on_event = look
    shift.launch(SECOND)
    shift.run()
    with shift.database.transaction() as session:
        [record] = session.scalars(select(WorkerRecord))
        assert set(seen) == {record.id}
        assert (record.state, record.ended_by, record.campaign_id) == ("left", record.id, None)
        assert set(session.scalars(select(Attempt.worker))) == {record.id}
        assert list_workers(session) == []
        assert [worker.id for worker in list_workers(session, gone=True)] == [record.id]


def test_no_more_calls_at_once_than_a_worker_is_to_hold(shift: Shift) -> None:
    most = 0
    with shift.worker(Duty(calls=2, until_idle=True)) as worker:

        def look(_event: WorkerEvent) -> None:
            nonlocal most
            most = max(most, worker.live)

        shift.on_event = look
        shift.launch(NAME, SECOND)
        assert asyncio.run(worker.run()) is RunEnd.IDLE
    assert most == 2


def test_a_worker_whose_record_a_peer_ended_dials_no_more_and_goes_on_as_another(shift: Shift) -> None:
    """As one that stood still finds itself."""
    dead: list[int] = []

    def declare_dead(event: WorkerEvent) -> None:
        if isinstance(event, Dialled) and not dead:
            with shift.database.transaction() as session:
                session.execute(update(WorkerRecord).values(state="dead", ended_by="peer"))
            dead.append(event.attempt_id)

    shift.on_event = declare_dead
    shift.launch(SECOND)
    assert shift.run() is RunEnd.FENCED
    assert dead
    assert shift.run() is RunEnd.IDLE
    assert shift.states()[SECOND] == "finished"
    with shift.database.transaction() as session:
        assert {record.state for record in session.scalars(select(WorkerRecord))} == {"dead", "left"}
        assert "queued" not in set(session.scalars(select(CampaignMember.state)))
