"""What came in of messages while the database was away, or the process died, is on record in the end."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest
from sqlalchemy import select

from campaigns.errors import StoreError
from campaigns.store.database import Database
from campaigns.store.models import Message, TextReceived
from campaigns.store.threads import StoreThreads
from telephony import messages as telephony
from telephony.mailbox import Mailbox
from telephony.messages import Delivery, Receipt, Wish
from tests.integration.texting_world import Bench, ScriptedMessenger, queued


class Fickle(StoreThreads):
    """A database that can be away for longer than anybody waits for it."""

    away = False

    async def run(self, *args, **kwargs):  # type: ignore[no-untyped-def]
        if self.away:
            raise StoreError("the database is away", transient=True)
        return await super().run(*args, **kwargs)


class Told(ScriptedMessenger):
    """As a carrier's own: what it tells is in the mailbox before it is told."""

    def __init__(self, mailbox: Mailbox) -> None:
        super().__init__()
        self._mailbox = mailbox
        for event in mailbox.left:
            self.queue.put_nowait(event)

    def tell(self, event: Receipt | telephony.TextReceived) -> None:
        self._mailbox.put(event)
        self.queue.put_nowait(event)


def bench_of(database: Database, mailbox: Mailbox) -> tuple[Bench, Told, Fickle]:
    messenger = Told(mailbox)
    store = Fickle(database)
    return Bench(database, messenger, store=store, mailbox=mailbox), messenger, store


def on_record(database: Database) -> tuple[list[tuple[str, str | None]], list[str]]:
    with database.transaction() as session:
        texts = session.execute(
            select(TextReceived.line_message_id, TextReceived.wish).order_by(TextReceived.id)
        )
        states = session.scalars(select(Message.state).order_by(Message.id))
        return [(row[0], row[1]) for row in texts], list(states)


async def test_a_database_that_is_away_for_long_loses_nothing_that_came_in(
    database: Database, tmp_path: Path
) -> None:
    mailbox = Mailbox(tmp_path)
    bench, messenger, store = bench_of(database, mailbox)
    with database.transaction() as session:
        _, number = queued(session)
    async with bench.listening() as sender:
        await sender.round()
        store.away = True
        messenger.tell(Receipt("m1", Delivery.SENT))
        messenger.tell(telephony.TextReceived("in1", number, "退订", Wish.STOP))
        messenger.tell(Receipt("m1", Delivery.DELIVERED))
        for _ in range(3):
            await asyncio.sleep(0)
            with pytest.raises(StoreError):
                await sender.take_events()
        store.away = False
        await sender.take_events()
    assert on_record(database) == ([("in1", "stop")], ["delivered"])
    assert sender.counts["receipts"] == 2
    mailbox.close()
    assert Mailbox(tmp_path).left == ()
    bench.close()


async def test_what_a_process_had_heard_when_it_died_is_taken_by_the_next(
    database: Database, tmp_path: Path
) -> None:
    mailbox = Mailbox(tmp_path)
    bench, messenger, store = bench_of(database, mailbox)
    with database.transaction() as session:
        _, number = queued(session)

    async def hear_and_die() -> None:
        async with bench.listening() as sender:
            await sender.round()
            store.away = True
            messenger.tell(Receipt("m1", Delivery.DELIVERED))
            messenger.tell(telephony.TextReceived("in1", number, "退订", Wish.STOP))

    with pytest.raises(StoreError):
        await hear_and_die()
    assert on_record(database) == ([], ["accepted"])
    mailbox.close()
    bench.close()

    mailbox = Mailbox(tmp_path)
    bench, messenger, store = bench_of(database, mailbox)
    await bench.send()
    assert on_record(database) == ([("in1", "stop")], ["delivered"])
    mailbox.close()
    assert Mailbox(tmp_path).left == ()
    bench.close()


async def test_a_receipt_that_is_quicker_than_the_answer_waits_on_disk_too(
    database: Database, tmp_path: Path
) -> None:
    mailbox = Mailbox(tmp_path)
    bench, messenger, _ = bench_of(database, mailbox)
    async with bench.listening() as sender:
        messenger.tell(Receipt("m1", Delivery.DELIVERED))
        await asyncio.sleep(0)
        await sender.take_events()  # of no message that is known yet
        with database.transaction() as session:
            queued(session)
        assert (tmp_path / "events-0.jsonl").stat().st_size > 0
        await sender.round()
    assert on_record(database) == ([], ["delivered"])
    assert (tmp_path / "events-0.jsonl").stat().st_size == 0
    mailbox.close()
    bench.close()


async def test_waiting_in_real_time_takes_what_comes(database: Database, tmp_path: Path) -> None:
    mailbox = Mailbox(tmp_path)
    bench, messenger, _ = bench_of(database, mailbox)
    async with bench.listening() as sender:
        messenger.tell(telephony.TextReceived("in1", "+8613800000001", "你好", None))
        await sender.hear(0.01)
        assert on_record(database)[0] == [("in1", None)]
    mailbox.close()
    bench.close()
