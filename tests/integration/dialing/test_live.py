"""What a worker tells of its calls: nothing unless somebody watches, then what is new, and nothing after."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import closing
from datetime import timedelta

import pytest

from bot.staff import Wish
from bot.transcript import Entry
from campaigns.clock import VirtualClock
from campaigns.dialing.audience import Audience
from campaigns.dialing.events import (
    CameIn,
    Dialled,
    Ended,
    EndedIn,
    GoneIn,
    RangIn,
    ReceptionEvent,
    SaidIn,
    Spoken,
    WorkerEvent,
)
from campaigns.dialing.live import LiveCalls
from campaigns.dialing.staffing import StaffDesk
from campaigns.errors import StoreError
from campaigns.store import live
from campaigns.store.campaigns import create_campaign
from campaigns.store.console.live import calls_in_progress, calls_of, live_counts
from campaigns.store.database import Database
from campaigns.store.live_incoming import SILENT, IncomingNow, incoming_going_on, put_incoming
from campaigns.store.live_key import BOARD, LiveKey
from campaigns.store.live_orders import OrderKind, ask, latest_orders
from campaigns.store.models import (
    Attempt,
    CampaignMember,
    LiveBoard,
    LiveIncoming,
    LiveLine,
    LiveWatch,
    PhoneNumber,
)
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


class Line:
    """A call on a line that can transfer; nobody need speak on it."""

    async def transfer(self, order: object) -> None: ...


def test_what_is_wanted_reaches_the_call_and_comes_back(
    sqlite_database: Database, store: StoreThreads
) -> None:
    desk = StaffDesk(None, CLOCK)
    calls = LiveCalls("w", store, desk, lambda _event: None)

    def state() -> list[str]:
        with sqlite_database.reading() as session:
            return [order.state for order in latest_orders(session, ["1"]).values()]

    async def story() -> None:
        calls(Dialled(1, AT))
        with sqlite_database.transaction() as session:
            ask(session, LiveKey(1), OrderKind.HAND_OVER, "wang", "why")
        await calls.look()  # it still rings: nobody can be handed over
        assert state() == ["asked"]
        with desk.on(1, Line()) as staff:  # type: ignore[arg-type]
            await calls.look()
            assert state() == ["accepted"]
            wanted = staff.wanted()
            assert wanted is not None
            assert (wanted.wish, wanted.by) == (Wish.CALL_BACK, "wang")  # no agents are set
            staff.granted(wanted)
            assert staff.wanted() is None
        await calls.look()
        assert state() == ["call_back"]
        with sqlite_database.transaction() as session:
            ask(session, LiveKey(1), OrderKind.HAND_OVER, "wang", "once more")
            session.get_one(Attempt, 1).state = "ended"
        await calls.look()
        assert state() == ["too_late"]

    asyncio.run(story())


def test_changes_wait_for_a_database_that_is_away(
    sqlite_database: Database, store: StoreThreads, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk = StaffDesk(None, CLOCK)
    calls = LiveCalls("w", store, desk, lambda _event: None)
    with sqlite_database.transaction() as session:
        order, _ = ask(session, LiveKey(1), OrderKind.END, "wang", "why")

    async def story() -> None:
        with desk.on(1, Line()) as staff:  # type: ignore[arg-type]
            staff.give(order)
            with monkeypatch.context() as broken:
                broken.setattr(store, "run", away)
                with pytest.raises(StoreError):
                    await calls.look()
            await calls.look()
        with sqlite_database.reading() as session:
            assert latest_orders(session, ["1"])["1"].state == "accepted"

    asyncio.run(story())


async def away(function: object, *given: object) -> object:
    """A store that reads and does not write."""
    if function is live.look:
        return live.Looked(frozenset())
    raise StoreError("away")


def test_calls_to_us_are_told_from_the_ring_to_the_end(
    sqlite_database: Database, store: StoreThreads
) -> None:
    heard: list[ReceptionEvent] = []
    calls = LiveCalls("w", store, StaffDesk(None, CLOCK), lambda _event: None, heard.append)

    def shown() -> list[tuple[str, str]]:
        with sqlite_database.reading() as session:
            return [(str(call.live), call.state) for call in calls_in_progress(session) if call.live.incoming]

    async def story() -> None:
        calls.hear_in(RangIn("CA1", "twilio", None, "+8613800000001", AT))
        await calls.look()
        assert shown() == []  # nobody watches
        with sqlite_database.transaction() as session:
            live.watch(session, [BOARD])
        await calls.look()
        [(key, state)] = shown()
        assert state == "ringing"
        calls.hear_in(CameIn("CA1", False, AT))
        calls.hear_in(SaidIn("CA1", Entry(AT, "bot", "您好")))
        with sqlite_database.transaction() as session:
            live.watch(session, [key])
        await calls.look()
        assert shown() == [(key, "talking")]
        with sqlite_database.reading() as session:
            assert [line.text for line in live.lines_of(session, [key])[key]] == ["您好"]
            assert live_counts(session).incoming == 1
        calls.hear_in(EndedIn("CA1", 77, "enquiry_answered", False, None, AT))
        calls.hear_in(GoneIn("CA1", AT))
        await calls.look()
        assert shown() == []
        with sqlite_database.reading() as session:
            gone = calls_of(session, [LiveKey(int(key.removeprefix("in-")), incoming=True)])
            assert [(call.state, call.call_id) for call in gone.values()] == [("over", 77)]
            assert live.lines_of(session, [key]) == {}

    asyncio.run(story())
    assert len(heard) == 5


def test_a_call_whose_holder_is_gone_is_not_shown(sqlite_database: Database, store: StoreThreads) -> None:
    with sqlite_database.transaction() as session:
        put_incoming(session, "w", [IncomingNow("twilio", "CA1", None, None, AT)])
        assert len(incoming_going_on(session)) == 1
        session.query(LiveIncoming).one().told_at -= SILENT
        session.flush()
        assert incoming_going_on(session) == []
