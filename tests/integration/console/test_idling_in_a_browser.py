"""A page that stays open while its session goes idle: it leads to sign-in, and nothing typed is lost."""

from __future__ import annotations

from typing import Any

import pytest

from campaigns.store.models import Suppression
from tests.integration.console.browsing import check_accessible, page_of, serving, sign_in
from tests.integration.console.world import PASSWORD, World

OPEN_MS = 20_000


@pytest.fixture(autouse=True)
def streams_go_on(one_look: None, monkeypatch: pytest.MonkeyPatch) -> None:
    """And ask at every beat, of which there is one at every look."""
    monkeypatch.setattr("campaigns.console.web.streams.LONGEST_S", 600.0)
    monkeypatch.setattr("campaigns.console.web.streams.BEAT_EVERY", 1)
    monkeypatch.setattr("campaigns.console.web.feed.BEAT_S", 0.2)
    monkeypatch.setattr("campaigns.console.guard.STREAM_CHECK_S", 0.0)


@pytest.mark.parametrize("path", ["/today", "/live"])
def test_a_page_that_only_shows_leads_to_sign_in_and_back(chromium: Any, world: World, path: str) -> None:
    with serving(world.app) as address, page_of(chromium) as page:
        sign_in(page, address, "quality")
        with page.expect_response(f"**{path}/events"):  # it has begun
            page.goto(address + path)
        world.wait(minutes=world.services.console.idle_minutes + 1)
        page.wait_for_url("**/sign-in?next=*", timeout=OPEN_MS)
        sign_in_here(page, "quality")
        page.wait_for_url(f"**{path}")


def test_what_was_typed_outlasts_the_session(chromium: Any, world: World) -> None:
    why = "rang the hotline twice"
    with serving(world.app) as address, page_of(chromium) as page:
        sign_in(page, address, "quality")
        page.goto(f"{address}/customers/1")
        page.click("[data-open=bar-dialog]")
        page.fill("dialog[open] [name=why]", why)
        world.wait(minutes=world.services.console.idle_minutes + 1)
        page.evaluate("known = 0")  # as if the page had been open for as long
        page.evaluate("window.dispatchEvent(new Event('focus'))")
        page.wait_for_selector("#signed-out[open]", timeout=OPEN_MS)
        check_accessible(page)
        with page.expect_popup() as opened:
            page.click("#signed-out a")
        sign_in_here(opened.value, "quality")
        opened.value.wait_for_selector("main h1")
        opened.value.close()
        page.evaluate("window.dispatchEvent(new Event('focus'))")
        page.wait_for_selector("#signed-out", state="hidden")
        assert page.input_value("dialog[open] [name=why]") == why
        page.keyboard.press("Enter")
        page.wait_for_selector(".toast")
    with world.database.reading() as session:
        assert session.query(Suppression).count() == 2


def sign_in_here(page: Any, role: str) -> None:
    page.fill("[name=username]", role)
    page.fill("[name=password]", PASSWORD)
    page.keyboard.press("Enter")
