"""Events to the lender's endpoints: never lost, never before they are true, in order, signed."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session
from standardwebhooks import Webhook

from campaigns.errors import ConflictError, NotFoundError, SettingsError
from campaigns.outcomes.webhook_courier import Courier, Round
from campaigns.outcomes.webhook_events import EventType
from campaigns.outcomes.webhook_post import Post
from campaigns.outcomes.webhook_rules import WebhookRules, shipped_webhook_rules
from campaigns.outcomes.webhook_secrets import new_secret, seal, unseal
from campaigns.store import webhooks as store
from campaigns.store.campaigns import create_campaign, pause_campaign
from campaigns.store.database import Database
from campaigns.store.models import WebhookDelivery, WebhookEndpoint, WebhookEvent
from campaigns.store.outbox import emit
from campaigns.store.outcomes import open_follow_up, suppress
from campaigns.store.threads import StoreThreads
from tests.integration.store.rows import AT, add_customer

KEY = bytes(range(32))
RULES = WebhookRules(version=1, retry_after_s=(5, 60), timeout_s=5, lease_s=60, at_once=3)
URL = "https://e.example:8443/in?x=1"


class Receiver:
    """An endpoint: verifies what comes, and answers as it is told, then 204."""

    def __init__(self, *answers: int | Exception) -> None:
        self.secret = new_secret()
        self.answers = list(answers)
        self.events: list[tuple[str, str, dict[str, object]]] = []
        self.requests: list[httpx.Request] = []

    def __call__(self, request: httpx.Request) -> httpx.Response:
        self.requests.append(request)
        headers = request.headers
        signed_at = datetime.fromtimestamp(int(headers["webhook-timestamp"]), UTC)
        right = Webhook(self.secret).sign(headers["webhook-id"], signed_at, request.content.decode())
        assert headers["webhook-signature"] == right
        content = json.loads(request.content)
        self.events.append((request.headers["webhook-id"], content["type"], content["data"]))
        answer = self.answers.pop(0) if self.answers else 204
        if isinstance(answer, Exception):
            raise answer
        return httpx.Response(answer, headers={"location": "https://elsewhere.example/"})


class Road:
    """A courier on a database, with a clock that only the test moves."""

    def __init__(self, database: Database, receiver: Callable[[httpx.Request], httpx.Response]) -> None:
        self.now = datetime.now(UTC)
        self._threads = StoreThreads(database)

        async def resolve(host: str, port: int) -> list[str]:
            return ["93.184.216.34"]

        transport = httpx.MockTransport(receiver)
        self.post = Post(timeout_s=5, transport=transport, resolve=resolve)
        self._courier = Courier(self._threads, self.post, KEY, RULES, lambda: self.now)

    async def deliver(self) -> Round:
        return await self._courier.deliver()

    def close(self) -> None:
        self._threads.close()


@pytest.fixture
def roads() -> Iterator[list[Road]]:
    made: list[Road] = []
    yield made
    for road in made:
        road.close()


def road(roads: list[Road], database: Database, receiver: Receiver, events: tuple[str, ...] = ()) -> Road:
    with database.transaction() as session:
        sealed = seal(KEY, receiver.secret)
        store.add_endpoint(session, f"e{len(roads)}", URL, sealed, events, AT)
    made = Road(database, receiver)
    roads.append(made)
    return made


def tell(session: Session, customer_id: int, *reasons: str) -> None:
    for reason in reasons:
        open_follow_up(session, customer_id, reason, AT)


async def test_an_event_is_signed_and_holds_nothing_personal(
    clean_database: Database, roads: list[Road]
) -> None:
    receiver = Receiver()
    way = road(roads, clean_database, receiver)
    with clean_database.transaction() as session:
        customer = add_customer(session)
        suppress(session, reason="do_not_call", at=AT, e164="+8613812345678")
        tell(session, customer.id, "hardship")
        campaign = create_campaign_of(session)
        pause_campaign(session, campaign, "lunch", AT)
    assert await way.deliver() == Round(delivered=3)
    assert await way.deliver() == Round()
    types = {type_: data for _, type_, data in receiver.events}
    assert types["customer.suppressed"]["number"] == "+86138****5678"
    assert types["follow_up.opened"]["customer"] == customer.external_id
    assert types["campaign.paused"]["reason"] == "lunch"
    request = receiver.requests[0]
    assert Webhook(receiver.secret).verify(request.content, dict(request.headers))
    # To the address that was checked, by the name that it is known by.
    assert request.url.host == "93.184.216.34"
    assert request.headers["host"] == "e.example:8443"
    assert request.extensions["sni_hostname"] == "e.example"
    assert "王小明" not in json.dumps([event[2] for event in receiver.events], ensure_ascii=False)


def create_campaign_of(session: Session) -> int:
    from campaigns.dialing.audience import Audience

    return create_campaign(session, "c", "f", Audience(), concurrency=1, calls_per_second=1, at=AT).id


async def test_what_is_rolled_back_was_never_told(clean_database: Database, roads: list[Road]) -> None:
    receiver = Receiver()
    way = road(roads, clean_database, receiver)

    def told_and_undone() -> None:
        with clean_database.transaction() as session:
            tell(session, add_customer(session).id, "x")
            raise ConflictError("no")

    with pytest.raises(ConflictError):
        told_and_undone()
    assert await way.deliver() == Round()
    assert receiver.events == []


async def test_only_events_that_are_wanted_are_written(clean_database: Database, roads: list[Road]) -> None:
    receiver = Receiver()
    way = road(roads, clean_database, receiver, ("promise.kept",))
    with clean_database.transaction() as session:
        tell(session, add_customer(session).id, "x")
        assert session.scalars(select(WebhookEvent)).all() == []
        emit(session, EventType.PROMISE_KEPT, AT, {"due": AT.date()})
    await way.deliver()
    assert [type_ for _, type_, _ in receiver.events] == ["promise.kept"]


async def test_failures_wait_keep_the_order_of_a_customer_and_hold_up_nobody_else(
    clean_database: Database, roads: list[Road]
) -> None:
    receiver = Receiver(500, 204)
    way = road(roads, clean_database, receiver)
    with clean_database.transaction() as session:
        one, other = add_customer(session), add_customer(session)
        tell(session, one.id, "a")
        tell(session, other.id, "b")
        tell(session, one.id, "c")
    assert await way.deliver() == Round(delivered=1, failed=1)
    assert await way.deliver() == Round()
    way.now += timedelta(seconds=5)
    assert await way.deliver() == Round(delivered=2)
    assert [data["reason"] for _, _, data in receiver.events] == ["a", "b", "a", "c"]
    ids = [uid for uid, _, _ in receiver.events]
    assert ids[0] == ids[2]  # the same event keeps its id


@pytest.mark.parametrize("answer", [301, 404, 500, httpx.ConnectError("x"), httpx.ReadTimeout("x")])
async def test_after_the_last_try_it_is_a_dead_letter_with_its_reason_and_can_be_redelivered(
    clean_database: Database, roads: list[Road], answer: int | Exception
) -> None:
    receiver = Receiver(answer, answer, answer)
    way = road(roads, clean_database, receiver)
    with clean_database.transaction() as session:
        tell(session, add_customer(session).id, "a", "b")
    for seconds in (0, 5, 60, 0):
        way.now += timedelta(seconds=seconds)
        await way.deliver()
    assert [data["reason"] for _, _, data in receiver.events] == ["a", "a", "a", "b"]
    with clean_database.transaction() as session:
        ((uid, type_, _, reason),) = store.dead_letters(session, "e0")
        assert reason
        assert type_ == "follow_up.opened"
        (view,) = store.list_endpoints(session)
        assert (view.delivered, view.pending, view.dead) == (1, 0, 1)
        assert store.redeliver(session, "e0", "msg_of_nobody") == 0
        assert store.redeliver(session, "e0", uid) == 1
    assert await way.deliver() == Round(delivered=1)
    assert all(request.url.host != "elsewhere.example" for request in receiver.requests)


async def test_an_endpoint_that_is_gone_is_told_nothing_more(
    clean_database: Database, roads: list[Road]
) -> None:
    receiver = Receiver(410)
    way = road(roads, clean_database, receiver)
    with clean_database.transaction() as session:
        customer_id = add_customer(session).id
        tell(session, customer_id, "a", "b")
    assert await way.deliver() == Round(failed=1, dead=1)
    with clean_database.transaction() as session:
        assert store.list_endpoints(session) == []
        tell(session, customer_id, "c")
        assert session.scalars(select(WebhookDelivery.state)).all() == ["dead", "dead"]
        with pytest.raises(NotFoundError):
            store.endpoint_by_name(session, "e0")
        with pytest.raises(ConflictError):
            store.add_endpoint(session, "e0", URL, "s", (), AT)


async def test_an_endpoint_that_is_down_is_found_out_once_a_pass_and_others_are_served(
    clean_database: Database, roads: list[Road]
) -> None:
    receiver = Receiver(*[503] * 3)
    way = road(roads, clean_database, receiver)
    with clean_database.transaction() as session:
        for number in range(9):
            tell(session, add_customer(session).id, f"r{number}")
    assert await way.deliver() == Round(failed=3)  # what was under way together
    assert await way.deliver() == Round(delivered=6)
    way.now += timedelta(seconds=5)
    assert await way.deliver() == Round(delivered=3)


async def test_a_slow_answer_is_given_up_and_a_long_one_is_not_read(
    clean_database: Database, roads: list[Road]
) -> None:
    class Endless(httpx.AsyncByteStream):
        read = 0

        async def __aiter__(self):  # type: ignore[no-untyped-def]
            while True:
                Endless.read += 1
                yield b"x" * 65_536

    receiver = Receiver()
    way = road(roads, clean_database, receiver)
    way.post._client._transport = httpx.MockTransport(lambda _: httpx.Response(200, stream=Endless()))
    with clean_database.transaction() as session:
        tell(session, add_customer(session).id, "a")
    assert await way.deliver() == Round(delivered=1)
    assert Endless.read == 0


async def test_a_key_that_was_replaced_is_told_and_nothing_is_sent(
    clean_database: Database, roads: list[Road]
) -> None:
    receiver = Receiver()
    way = road(roads, clean_database, receiver)
    with clean_database.transaction() as session:
        sealed = seal(bytes(32), receiver.secret)
        session.execute(update(WebhookEndpoint).values(sealed_secret=sealed))
        tell(session, add_customer(session).id, "a")
    assert await way.deliver() == Round(failed=1)
    assert receiver.requests == []
    with pytest.raises(SettingsError, match=r"webhook\.key"):
        unseal(KEY, sealed)
    assert receiver.secret not in sealed


async def test_a_courier_that_died_with_an_event_in_hand_is_followed_by_another(
    clean_database: Database, roads: list[Road]
) -> None:
    receiver = Receiver()
    way = road(roads, clean_database, receiver)
    with clean_database.transaction() as session:
        tell(session, add_customer(session).id, "a", "b")
    with clean_database.transaction() as session:
        (dead_one,) = store.claim_deliveries(session, way.now, timedelta(seconds=60), 10)
    assert await way.deliver() == Round()  # it may still be at it
    way.now += timedelta(seconds=60)
    assert await way.deliver() == Round(delivered=2)
    with clean_database.transaction() as session:
        assert not store.settle_delivered(session, dead_one, way.now)  # too late: the lease was lost
        assert not store.settle_failed(session, dead_one, "x", None, way.now)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=6)
@given(
    told=st.lists(st.integers(0, 2), min_size=1, max_size=8),
    answers=st.lists(st.sampled_from([204, 500, 204]), max_size=12),
)
async def test_whatever_fails_every_event_arrives_and_each_customers_in_order(
    clean_database: Database, told: list[int], answers: list[int]
) -> None:
    with clean_database.transaction() as session:
        for table in (WebhookDelivery, WebhookEvent, WebhookEndpoint):
            session.execute(delete(table))
    roads: list[Road] = []
    receiver = Receiver(*answers)
    way = road(roads, clean_database, receiver)
    expected: dict[str, list[str]] = {}
    with clean_database.transaction() as session:
        people = [add_customer(session) for _ in range(3)]
        for number, who in enumerate(told):
            tell(session, people[who].id, f"r{number}")
            expected.setdefault(people[who].external_id, []).append(f"r{number}")
    dead = 0
    for _ in range(len(answers) + 4):
        dead += (await way.deliver()).dead
        way.now += timedelta(seconds=60)
    way.close()
    seen: dict[str, dict[str, None]] = {}
    for _, _, data in receiver.events:
        seen.setdefault(str(data["customer"]), {})[str(data["reason"])] = None
    assert {who: list(reasons) for who, reasons in seen.items()} == expected
    with clean_database.transaction() as session:
        states = session.scalars(select(WebhookDelivery.state)).all()
    assert states.count("dead") == dead
    assert states.count("delivered") == len(told) - dead


CHILD = """
import os, signal, sys
from datetime import UTC, datetime
from campaigns.store.database import Database
from campaigns.store.outcomes import open_follow_up
from campaigns.store import webhooks
from datetime import timedelta

database, customer, where = Database(sys.argv[1]), int(sys.argv[2]), sys.argv[3]
at = datetime.now(UTC)
die = lambda: os.kill(os.getpid(), signal.SIGKILL)
with database.transaction() as session:
    open_follow_up(session, customer, "killed", at)
    if where == "before":
        die()
if where == "after":
    die()
with database.transaction() as session:
    webhooks.claim_deliveries(session, at, timedelta(seconds=60), 10)
die()
"""


@pytest.mark.parametrize(("where", "arrives"), [("before", 0), ("after", 1), ("claimed", 1)])
async def test_a_process_killed_around_the_commit_tells_what_is_true_and_only_that(
    sqlite_database: Database, roads: list[Road], where: str, arrives: int
) -> None:
    receiver = Receiver()
    way = road(roads, sqlite_database, receiver)
    with sqlite_database.transaction() as session:
        customer_id = add_customer(session).id
    url = sqlite_database.url.render_as_string(hide_password=False)
    arguments = [sys.executable, "-c", CHILD, url, str(customer_id), where]
    done = subprocess.run(arguments, cwd=Path(__file__).parents[2], env=os.environ, check=False)  # noqa: ASYNC221, S603
    assert done.returncode == -signal.SIGKILL
    way.now = datetime.now(UTC) + timedelta(minutes=2)
    assert (await way.deliver()).delivered == arrives
    assert len(receiver.events) == arrives


def test_the_shipped_rules_give_up_after_about_a_day() -> None:
    rules = shipped_webhook_rules()
    waits = [rules.again_after(tries) for tries in range(1, 30)]
    given = [wait for wait in waits if wait is not None]
    assert timedelta(hours=20) < sum(given, timedelta()) < timedelta(hours=30)
    assert waits[len(given) :] == [None] * (len(waits) - len(given))
