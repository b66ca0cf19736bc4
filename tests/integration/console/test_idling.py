"""A session goes idle when its person does nothing, whatever streams and polls come from their pages."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from urllib.parse import parse_qs, urlsplit

import pytest
from starlette.requests import Request

from campaigns.console.guard import SIGNED_OUT, Guarded
from campaigns.console.page import PageRoute
from campaigns.console.simulator.voice import VoiceDoor
from tests.integration.console.world import Browser, World

BY_ITSELF = ("hx-request", "true"), ("x-by-itself", "yes")
STREAM = {"accept": "text/event-stream"}


def head_of(browser: Browser) -> Request:
    cookie = f"xr_session={browser.token}".encode()
    return Request(
        {"type": "http", "method": "GET", "path": "/x", "scheme": "http", "query_string": b"",
         "headers": [(b"cookie", cookie), (b"accept", b"text/event-stream")]}
    )  # fmt: skip


def test_a_stream_keeps_no_session_and_ends_with_it(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("campaigns.console.guard.STREAM_CHECK_S", 0.0)
    browser = world.browser("quality")
    guarded = Guarded(PageRoute("/x", lambda visit: visit.go("/"), "live.read"), world.services)

    async def events() -> AsyncIterator[str]:
        for _ in range(world.services.console.idle_minutes * 2):
            world.wait(minutes=1)
            yield "news"

    async def seen() -> list[str]:
        return [each async for each in guarded._while_allowed(head_of(browser), events(), 1)]

    assert asyncio.run(seen()) == ["news"] * (world.services.console.idle_minutes - 1) + [SIGNED_OUT]
    assert browser.get("/profile").status_code == 303


@pytest.mark.parametrize(
    ("path", "headers"),
    [
        ("/today/events", STREAM),
        ("/live/events", STREAM),
        ("/exports", dict(BY_ITSELF)),
        ("/session", dict(BY_ITSELF)),
    ],
)
def test_what_comes_by_itself_is_not_the_person(world: World, path: str, headers: dict[str, str]) -> None:
    browser = world.browser("administrator")
    for _ in range(3):
        world.wait(minutes=world.services.console.idle_minutes / 3 - 0.1)
        assert browser.get(path, **headers).status_code == 200
    world.wait(minutes=1)
    assert browser.get("/profile").status_code == 303


@pytest.mark.parametrize("headers", [STREAM, dict(BY_ITSELF)])
def test_a_person_who_works_beside_an_open_stream_stays(world: World, headers: dict[str, str]) -> None:
    browser = world.browser("administrator")
    for _ in range(4):
        world.wait(minutes=world.services.console.idle_minutes - 1)
        assert browser.get("/today/events", **headers).status_code == 200
        assert browser.get("/profile").status_code == 200


def test_a_page_that_loads_itself_anew_is_not_the_person(world: World) -> None:
    browser = world.browser("administrator")
    browser.client.cookies.set("xr_itself", "1")
    world.wait(minutes=world.services.console.idle_minutes - 1)
    assert browser.get("/today").status_code == 200
    world.wait(minutes=2)
    assert browser.get("/today").status_code == 303


def test_a_form_is_of_the_person(world: World) -> None:
    browser = world.browser("administrator")
    for _ in range(3):
        world.wait(minutes=world.services.console.idle_minutes - 1)
        answer = browser.post("/profile/preferences", {"theme": "dark"})
        assert answer.status_code == 303


def test_an_idle_time_of_a_minute_is_a_minute(world: World) -> None:
    world = world.configured(idle_minutes=1)
    browser = world.browser("quality")
    for _ in range(5):
        world.wait(seconds=40)
        assert browser.get("/profile").status_code == 200
    world.wait(seconds=61)
    assert browser.get("/profile").status_code == 303


@pytest.mark.parametrize("headers", [STREAM, {"hx-request": "true"}, {"x-by-itself": "yes"}])
def test_script_is_told_that_the_session_is_over(world: World, headers: dict[str, str]) -> None:
    browser = world.browser("quality")
    world.wait(minutes=world.services.console.idle_minutes + 1)
    answer = browser.get("/today/events", **headers)
    assert answer.status_code == 401
    assert "location" not in answer.headers
    assert "hx-redirect" not in answer.headers


def test_whoever_signs_in_goes_on_where_they_were(world: World) -> None:
    browser = world.browser("quality")
    address = browser.post("/customers", {"q": "C", "grade": "A"}).headers["location"]
    world.wait(minutes=world.services.console.idle_minutes + 1)
    there = urlsplit(browser.get(address).headers["location"])
    assert (there.path, parse_qs(there.query)["next"]) == ("/sign-in", [address])
    # A form that came too late leads back to its page.
    answer = browser.post("/customers/1/bar", {}, referer="http://localhost/customers/1?tab=calls")
    assert parse_qs(urlsplit(answer.headers["location"]).query)["next"] == ["/customers/1?tab=calls"]
    answer = browser.post("/customers/1/bar", {}, referer="http://evil.example/x")
    assert answer.headers["location"] == "/sign-in"


def test_a_page_learns_who_is_signed_in_and_gets_a_token_for_its_forms(world: World) -> None:
    browser = world.browser("quality")
    told = browser.get("/session", **{"x-by-itself": "yes"}).json()
    assert told["user"] == "quality"
    answer = browser.client.post(
        "/profile/preferences", data={"csrf": told["csrf"]}, headers={"origin": "http://localhost"}
    )
    assert answer.status_code == 303
    assert world.visitor().get("/session").json() == {"user": None, "csrf": ""}


def test_a_call_by_voice_keeps_no_session(world: World) -> None:
    browser = world.browser("script_editor")
    door = VoiceDoor(world.services, world.app.state.studio)
    world.wait(minutes=world.services.console.idle_minutes - 1)
    assert asyncio.run(door._allowed(head_of(browser))) is not None  # type: ignore[arg-type]
    world.wait(minutes=2)
    assert asyncio.run(door._allowed(head_of(browser))) is None  # type: ignore[arg-type]
