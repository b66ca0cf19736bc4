"""What a worker tells of its calls: nothing unless somebody watches, then what is new, and nothing after."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import closing
from datetime import timedelta

import pytest

from bot.transcript import Entry
from campaigns.clock import VirtualClock
from campaigns.dialing.audience import Audience
from campaigns.dialing.events import Dialled, Ended, Spoken, WorkerEvent
from campaigns.dialing.live import LiveCalls
from campaigns.dialing.staffing import StaffDesk
from campaigns.store import live
from campaigns.store.campaigns import create_campaign
from campaigns.store.database import Database
from campaigns.store.live_key import BOARD
from campaigns.store.models import Attempt, CampaignMember, LiveBoard, LiveLine, LiveWatch, PhoneNumber
from campaigns.store.threads import StoreThreads
from tests.integration.store.rows import AT, add_customer, add_worker

CLOCK = VirtualClock(AT)


@pytest.fixture
def store(sqlite_database: Database) -> Iterator[StoreThreads]:
    with sqlite_database.transaction() as session:
        customer = add_customer(session)
        add_worker(session)
        campaign = create_campaign(
            session, "c", "repayment-reminder", Audience(), concurrency=1, calls_per_second=1, at=AT
        )
        member = session.query(CampaignMember).one()
        number = session.query(PhoneNumber).one()
        session.add(
            Attempt(
                id=1, member_id=member.id, campaign_id=campaign.id, customer_id=customer.id,
                number_id=number.id, e164=number.e164, turn=1, n=1, state="dialing", worker="w",
                reserved_at=AT, dialed_at=AT,
            )
        )  # fmt: skip
    with closing(StoreThreads(sqlite_database)) as threads:
        yield threads


def said(text: str, speaker: str = "customer") -> Spoken:
    return Spoken(1, Entry(at=AT, speaker=speaker, text=text))  # type: ignore[arg-type]


def texts(database: Database) -> list[str]:
    with database.reading() as session:
        return [line.text for line in live.lines_of(session, ["1"]).get("1", [])]


def test_it_tells_those_who_watch_and_nobody_else(sqlite_database: Database, store: StoreThreads) -> None:
    heard: list[WorkerEvent] = []
    calls = LiveCalls("w", store, StaffDesk(None, CLOCK), heard.append)

    async def story() -> None:
        calls(Dialled(1, AT))
        calls(said("您好", "bot"))
        await calls.look()
        assert texts(sqlite_database) == []
        with sqlite_database.transaction() as session:
            live.watch(session, ["1", BOARD])
        await calls.look()
        assert texts(sqlite_database) == ["您好"]  # what came before is told too
        calls(said("嗯"))
        await calls.look()
        await calls.look()
        assert texts(sqlite_database) == ["您好", "嗯"]
        with sqlite_database.transaction() as session:
            assert live.answered(session) == {1: AT}
            for row in session.query(LiveWatch):
                row.until -= timedelta(minutes=1)  # they looked away
        await calls.look()
        assert texts(sqlite_database) == []
        with sqlite_database.transaction() as session:
            live.watch(session, ["1"])
        await calls.look()
        assert texts(sqlite_database) == ["您好", "嗯"]
        calls(Ended(1, "promise", True, True, None, AT))
        with sqlite_database.transaction() as session:
            session.get_one(Attempt, 1).state = "ended"
        await calls.look()
        assert texts(sqlite_database) == []

    asyncio.run(story())
    assert len(heard) == 4  # whoever else listens hears it all


def test_it_takes_everything_along_when_it_stops(sqlite_database: Database, store: StoreThreads) -> None:
    calls = LiveCalls("w", store, StaffDesk(None, CLOCK), lambda _event: None)

    async def story() -> None:
        async with calls.at_work():
            calls(Dialled(1, AT))
            calls(said("嗯"))
            with sqlite_database.transaction() as session:
                live.watch(session, ["1", BOARD])
            await calls.look()
            assert texts(sqlite_database) == ["嗯"]

    asyncio.run(story())
    with sqlite_database.reading() as session:
        assert session.query(LiveLine).count() == session.query(LiveBoard).count() == 0


def test_a_long_call_is_kept_within_a_bound(sqlite_database: Database, store: StoreThreads) -> None:
    calls = LiveCalls("w", store, StaffDesk(None, CLOCK), lambda _event: None)
    calls(Dialled(1, AT))
    for number in range(live.MOST_LINES + 50):
        calls(said(f"{number}" * live.MOST_TEXT))
    with sqlite_database.transaction() as session:
        live.watch(session, ["1"])
    asyncio.run(calls.look())
    told = texts(sqlite_database)
    assert len(told) == live.MOST_LINES
    assert max(map(len, told)) == live.MOST_TEXT
