"""A campaign from its form to its pause in a real browser, worked off on the simulated line in real time.

Needs Chromium, as the other tests of the browser do.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from campaigns.clock import SystemClock
from campaigns.console.access.permissions import Role
from campaigns.console.settings import ConsoleSettings
from campaigns.store.campaigns import campaign_by_name
from tests.integration.console.browsing import (
    TABLET,
    check_accessible,
    page_of,
    serving,
    sign_in,
)
from tests.integration.console.lenders import lender_at
from tests.integration.console.world import World
from tests.integration.dialing.campaigning import install

pytestmark = [pytest.mark.external, pytest.mark.slow]


@pytest.fixture
def lender(
    tmp_path: Path, model_cache: Path, world: World, monkeypatch: pytest.MonkeyPatch
) -> Iterator[World]:
    """An installation with a portfolio, two people, and a worker in the console's process.

    The worker lives in real time, so that a hand on the page is in time for it.
    """
    monkeypatch.setattr(
        "campaigns.console.jobs.campaign_run.choose_clock", lambda *_given, **_named: SystemClock()
    )
    settings = install(tmp_path / "lender", customers=15, cache=model_cache)
    console = ConsoleSettings(approve_above=3, run_campaigns=True)
    with lender_at(settings, world, console, Role.CAMPAIGN_MANAGER, Role.ADMINISTRATOR) as lender:
        del lender.app.state.jobs.begin  # a campaign runs while people watch it
        yield lender
        lender.app.state.jobs.close()


@pytest.fixture
def many_looks(monkeypatch: pytest.MonkeyPatch, one_look: None) -> None:
    monkeypatch.setattr("campaigns.console.web.streams.LONGEST_S", 600.0)


MOST_TABS = 120


def reach(page: Any, selector: str) -> None:
    """Go there by the keyboard alone, from wherever the focus is."""
    for _ in range(MOST_TABS):
        page.keyboard.press("Tab")
        if page.evaluate("wanted => document.activeElement.matches(wanted)", selector):
            return
    pytest.fail(f"the keyboard does not get to {selector}")


def press(page: Any, selector: str) -> None:
    """Reach a button or a link, and press it."""
    reach(page, selector)
    page.keyboard.press("Enter")


def choose(page: Any, selector: str, value: str) -> None:
    """Reach a list, and go to a value of it."""
    reach(page, selector)
    page.keyboard.press("Home")
    for _ in range(page.locator(f"{selector} option").count()):
        if page.evaluate("document.activeElement.value") == value:
            return
        page.keyboard.press("ArrowDown")
    pytest.fail(f"{selector} has no {value}")


@pytest.mark.usefixtures("many_looks")
def test_create_try_out_approve_launch_watch_pause_and_resume(
    chromium: Any,
    lender: World,
) -> None:
    """The manager has a tablet and a keyboard, the second person a desktop and a mouse."""
    with (
        serving(lender.app) as address,
        page_of(chromium, viewport=TABLET) as manager,
        page_of(chromium) as second,
    ):
        sign_in(manager, address, "campaign_manager")
        press(manager, ".actions a[href='/campaigns/-/new']")
        manager.wait_for_selector("#count b")
        manager.keyboard.type("spring")  # the field has the focus
        choose(manager, "[name=flow]", "later-stage")
        reach(manager, "[name=min_days]")
        manager.keyboard.type("1")
        manager.keyboard.press("Tab")
        manager.wait_for_selector("#count [role=alert]")  # from 31 days on
        manager.reload()
        manager.wait_for_selector("#count b")
        manager.keyboard.type("spring")
        press(manager, "[hx-post$='/preview']")
        manager.wait_for_selector("#preview .foreseen")
        check_accessible(manager)
        press(manager, ".guided-end .primary")
        manager.wait_for_url("**/campaigns/spring")
        _try_out(manager)
        _approve(manager, second, address)
        manager.reload()
        press(manager, "[action$='/launch'] button")
        manager.wait_for_selector(".page-title .badge.good")
        second.goto(f"{address}/live")
        second.wait_for_selector("#spans")
        _hold_and_go_on(manager, lender)
        assert manager.evaluate("document.documentElement.scrollWidth <= innerWidth")


def _try_out(page: Any) -> None:
    press(page, "a[href='?tab=dry_run']")
    page.wait_for_selector("[name=members]")
    choose(page, "[name=members]", "100")
    press(page, "[action$='/dry-run'] button")
    page.wait_for_selector("#forecast-stages", timeout=30_000)
    check_accessible(page)
    assert "已模拟全部" in page.inner_text("main")


def _approve(manager: Any, second: Any, address: str) -> None:
    press(manager, "[action$='/launch'] button")
    manager.wait_for_selector(".alert.warn")
    sign_in(second, address, "administrator")
    second.click("text=查看并审批")
    second.fill("[name=comment]", "agreed")
    second.click("button[value=approve]")
    second.wait_for_selector(".alert.good")


def _hold_and_go_on(page: Any, lender: World) -> None:
    press(page, "[data-open=pause-dialog]")
    reach(page, "dialog[open] [name=why]")
    page.keyboard.press("Escape")
    assert page.evaluate("document.activeElement.dataset.open") == "pause-dialog"  # where it was
    page.keyboard.press("Enter")
    reach(page, "dialog[open] [name=why]")
    page.keyboard.type("a look at the first calls")
    page.keyboard.press("Enter")
    page.wait_for_selector(".page-title .badge.warn")
    assert "a look at the first calls" in page.inner_text(".page-head")
    assert _state(lender) == "paused"
    press(page, "[action$='/resume'] button")
    page.wait_for_selector(".page-title .badge.good")
    assert _state(lender) == "running"


def _state(lender: World) -> str:
    with lender.database.reading() as session:
        return campaign_by_name(session, "spring").state
