"""Who may read the metrics, and what they tell."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from pydantic import SecretStr
from starlette.testclient import TestClient

from campaigns.metrics.figures import StoreFigures
from campaigns.metrics.metrics import Metrics
from tests.integration.console.world import NAMES, World

LOCAL, AWAY = ("127.0.0.1", 5), ("10.1.2.3", 5)


def client(world: World, where: tuple[str, int], *, token: str | None = None) -> TestClient:
    given = None if token is None else SecretStr(token)
    settings = world.services.settings.model_copy(update={"metrics_token": given})
    changed = World(replace(world.services, settings=settings), world.clock)
    return TestClient(changed.app, base_url="http://localhost", client=where)


def test_without_a_token_only_this_machine_may_read(world: World) -> None:
    near = client(world, LOCAL)
    assert near.get("/metrics").status_code == 200
    assert near.get("/metrics", headers={"x-forwarded-for": "10.1.2.3"}).status_code == 404
    assert client(world, AWAY).get("/metrics").status_code == 404


def test_with_a_token_whoever_has_it_may(world: World) -> None:
    away = client(world, AWAY, token="s3cret-and-long")
    assert away.get("/metrics").status_code == 404
    assert away.get("/metrics", headers={"authorization": "Bearer wrong"}).status_code == 404
    assert away.get("/metrics", headers={"authorization": "Bearer s3cret-and-long"}).status_code == 200
    assert client(world, LOCAL, token="s3cret-and-long").get("/metrics").status_code == 404


def test_it_tells_what_stands_and_nothing_of_a_person(world: World) -> None:
    near = client(world, LOCAL)
    near.get("/customers/C0001/nothing")
    near.get("/campaigns/march")
    text = near.get("/metrics").text
    for line in (
        "xiaorong_store_up 1.0",
        'xiaorong_messages{state="queued"}',
        'xiaorong_webhook_deliveries{state="pending"} 0.0',
        "xiaorong_queue_due 0.0",
        'route="/campaigns/{name}"',
        'route="none"',
    ):
        assert line in text
    assert not any(said in text for said in ("march", "C0001", "+86", *NAMES))


def test_a_store_that_is_away_is_told_and_nothing_old(world: World) -> None:
    metrics, moment = Metrics(), [0.0]
    metrics.registry.register(
        StoreFigures(world.database, lambda _session: world.clock.now(), lambda: moment[0])
    )
    value = metrics.registry.get_sample_value
    assert value("xiaorong_store_up") == 1
    path = world.database.url.database
    assert path is not None
    world.database.close()
    Path(path).rename(path + ".away")
    assert value("xiaorong_store_up") == 1  # counted a moment ago
    moment[0] = 6.0
    assert (value("xiaorong_store_up"), value("xiaorong_queue_due")) == (0, None)
    Path(path + ".away").rename(path)
