"""What runs beside a worker's calls: messages go out, nothing is cut off, and all is told at the end."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator
from datetime import UTC, datetime

import httpx
import pytest

from campaigns.dialing.companion import VIRTUAL_TICK_S, Companion
from campaigns.errors import StoreError
from campaigns.outcomes.webhook_courier import Courier
from campaigns.outcomes.webhook_events import EventType
from campaigns.outcomes.webhook_post import Post
from campaigns.outcomes.webhook_rules import shipped_webhook_rules
from campaigns.outcomes.webhook_secrets import new_secret, seal
from campaigns.store import messages as store_messages
from campaigns.store import webhooks as store_webhooks
from campaigns.store.database import Database
from campaigns.store.outbox import emit
from campaigns.store.threads import StoreThreads
from campaigns.store.webhooks import add_endpoint
from telephony.errors import LineConfigError
from telephony.messages import Delivery, Receipt
from tests.integration.store.rows import AT
from tests.integration.texting_world import Bench, ScriptedMessenger, queued

KEY = bytes(32)


class Slow(ScriptedMessenger):
    """Takes its time over each message."""

    def __init__(self) -> None:
        super().__init__()
        self.begun, self.go_on = asyncio.Event(), asyncio.Event()

    async def send(self, number: str, text: str) -> Receipt:
        self.begun.set()
        await self.go_on.wait()
        return await super().send(number, text)


def not_expected() -> None:
    pytest.fail("something beside the calls failed")


class Scene:
    """A companion over ``messenger``, and an endpoint that takes down what it is told."""

    def __init__(self, database: Database, messenger: ScriptedMessenger) -> None:
        self.bench = Bench(database, messenger)
        self.told: list[str] = []
        self._threads = StoreThreads(database)

        async def resolve(host: str, port: int) -> list[str]:
            return ["93.184.216.34"]

        def take(request: httpx.Request) -> httpx.Response:
            self.told.append(request.headers["webhook-id"])
            return httpx.Response(204)

        post = Post(timeout_s=5, transport=httpx.MockTransport(take), resolve=resolve)
        courier = Courier(self._threads, post, KEY, shipped_webhook_rules(), lambda: datetime.now(UTC))
        self.companion = Companion(self.bench.sender, courier, post, self.bench.clock)
        with database.transaction() as session:
            add_endpoint(session, "e", "https://e.example/", seal(KEY, new_secret()), [], AT)

    def close(self) -> None:
        self.bench.close()
        self._threads.close()


@pytest.fixture
def scenes() -> Iterator[list[Scene]]:
    made: list[Scene] = []
    yield made
    for scene in made:
        scene.close()


async def test_messages_go_out_while_time_passes_and_events_once_more_at_the_end(
    clean_database: Database, scenes: list[Scene]
) -> None:
    scene = Scene(clean_database, ScriptedMessenger())
    scenes.append(scene)
    clock = scene.bench.clock
    with clean_database.transaction() as session:
        queued(session)
    with clock.busy():
        async with scene.companion.at_work(not_expected):
            await clock.sleep(1)
            assert scene.bench.messages() == [("accepted", None)]
            with clean_database.transaction() as session:
                queued(session)
            scene.bench.messenger.queue.put_nowait(Receipt("m1", Delivery.DELIVERED))
            await clock.sleep(VIRTUAL_TICK_S)
            assert scene.bench.messages() == [("delivered", None), ("accepted", None)]
            with clean_database.transaction() as session:
                queued(session)
                emit(session, EventType.PROMISE_KEPT, AT, {})
    assert scene.bench.messages()[-1] == ("accepted", None)
    assert len(scene.told) == 1


async def test_a_message_in_hand_is_brought_to_its_end_when_the_run_stops(
    clean_database: Database, scenes: list[Scene]
) -> None:
    messenger = Slow()
    scene = Scene(clean_database, messenger)
    scenes.append(scene)
    with clean_database.transaction() as session:
        queued(session)
        queued(session)

    async def run() -> None:
        with scene.bench.clock.busy():
            async with scene.companion.at_work(not_expected):
                await asyncio.Event().wait()  # until it is cut off

    task = asyncio.create_task(run())
    await messenger.begun.wait()
    task.cancel()
    await asyncio.sleep(0)
    messenger.go_on.set()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert scene.bench.messages() == [("accepted", None), ("queued", None)]


def gone(*_: object) -> None:
    raise StoreError("the tables are gone")


async def deaf(*_: object) -> AsyncIterator[Receipt]:
    yield Receipt("m0", Delivery.SENT)
    raise LineConfigError("port 8080 is taken")


@pytest.mark.parametrize(
    ("owner", "what", "failing", "error"),
    [
        (store_messages, "sweep", gone, StoreError),
        (store_webhooks, "claim_deliveries", gone, StoreError),
        (ScriptedMessenger, "events", deaf, LineConfigError),
    ],
    ids=["sending", "delivering", "listening"],
)
async def test_what_fails_ends_the_run_at_once(
    clean_database: Database,
    scenes: list[Scene],
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
    owner: object,
    what: str,
    failing: object,
    error: type[Exception],
) -> None:
    scene = Scene(clean_database, ScriptedMessenger())
    scenes.append(scene)
    monkeypatch.setattr(owner, what, failing)
    told_to_stop = asyncio.Event()

    async def run() -> None:
        with scene.bench.clock.busy():
            async with scene.companion.at_work(told_to_stop.set):
                await told_to_stop.wait()

    with pytest.raises(error):
        await asyncio.wait_for(run(), 30)
    assert error.__name__ in caplog.text
