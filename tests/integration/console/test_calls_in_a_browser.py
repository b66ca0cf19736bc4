"""Calls and the simulator in a real browser: a recording heard by keyboard, a conversation typed."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from campaigns.store.models import AuditEntry
from tests.integration.console.browsing import (
    TABLET,
    check_accessible,
    page_of,
    serving,
    sign_in,
)
from tests.integration.console.recorded import CALL, record, talk
from tests.integration.console.world import World

pytestmark = [pytest.mark.external, pytest.mark.slow]


def until(page: Any, told: str) -> None:
    """Wait for an expression; the page's own policy lets nothing be waited for within it."""
    for _look in range(600):
        if page.evaluate(told):
            return
        page.wait_for_timeout(50)
    raise AssertionError(f"never came true: {told}")


def test_a_call_is_found_heard_and_marked_by_keyboard(chromium: Any, world: World) -> None:
    talk(world)
    record(world)
    with serving(world.app) as address, page_of(chromium) as page:
        sign_in(page, address, "quality")
        page.goto(f"{address}/calls")
        page.select_option("[name=quality]", "unscored")
        page.wait_for_url("**quality=unscored*")
        page.click("#found tbody tr:last-child a >> nth=0")
        page.wait_for_selector("#player .wave")
        until(page, "document.querySelector('audio').readyState >= 1")
        until(page, "document.querySelector('.wave').ariaValueMax === '12'")
        page.keyboard.press("ArrowRight")
        assert page.evaluate("document.querySelector('audio').currentTime") == 5
        assert page.inner_text(".player .now") == "0:05"
        page.wait_for_selector("#line-2.current")
        page.keyboard.press("ArrowUp")
        assert page.evaluate("document.querySelector('audio').currentTime") == 0
        page.click("#line-2 .words")
        assert page.evaluate("document.querySelector('audio').currentTime") == 5
        page.keyboard.press("Space")
        until(page, "!document.querySelector('audio').paused")
        page.keyboard.press("Space")
        until(page, "document.querySelector('audio').paused")
        check_accessible(page)
        page.focus("#line-2 summary")
        page.keyboard.press("Enter")
        page.select_option("#line-2 select", "request_extension")
        page.click("#line-2 details button")
        page.wait_for_selector("#line-2.marked")
        check_accessible(page)
    with world.database.reading() as session:
        assert session.query(AuditEntry).filter_by(action="calls.heard", subject=str(CALL)).count() == 1


def test_a_conversation_is_typed_and_taken_back(chromium: Any, world: World, model_cache: Path) -> None:
    settings = world.services.settings.model_copy(update={"cache_dir": model_cache})
    studio = World(replace(world.services, settings=settings), world.clock)
    options = {"locale": "en-GB", "color_scheme": "dark", "viewport": TABLET}
    with serving(studio.app) as address, page_of(chromium, **options) as page:
        sign_in(page, address, "script_editor")
        page.goto(f"{address}/simulator")
        check_accessible(page)
        page.click("form[action='/simulator/begin'] button.primary")
        page.wait_for_selector("#say:focus")
        for number, words in enumerate(("我是", "1234"), 1):
            page.keyboard.type(words)
            page.keyboard.press("Enter")
            page.wait_for_selector(f"#exchanges li:has-text('#{number}')")
            page.wait_for_selector("#say:focus")
        assert "confirmed" in page.inner_text("#stand")
        check_accessible(page)
        assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
        page.keyboard.press("Alt+ArrowLeft")
        page.wait_for_selector("#stand:has-text('not confirmed')")
        with page.expect_download() as saved:
            page.click("text=Save as test")
        assert saved.value.suggested_filename.endswith(".yml")
        page.click("[data-open=begin-dialog]")
        check_accessible(page)
