"""A campaign from its form to its pause in a real browser, worked off on the simulated line in real time.

Needs Chromium, as the other tests of the browser do.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from campaigns.clock import SystemClock
from campaigns.console.access.permissions import Role
from campaigns.console.settings import ConsoleSettings
from campaigns.store.campaigns import campaign_by_name
from campaigns.store.console.users import add_user, set_password
from campaigns.store.database import Database
from tests.integration.console.test_in_a_browser import (
    DESKTOP,
    check_accessible,
    chromium,
    page_of,
    serving,
    sign_in,
)
from tests.integration.console.world import CHEAP, PASSWORD, World
from tests.integration.dialing.campaigning import install
from tests.integration.store.rows import AT

__all__ = ["chromium"]  # a fixture

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
    database = Database(settings.store_url)
    with database.transaction() as session:
        for role in (Role.CAMPAIGN_MANAGER, Role.ADMINISTRATOR):
            user = add_user(session, role.value, f"the {role.value}", [role.value], AT)
            set_password(session, user.id, CHEAP.hash(PASSWORD), AT)
    console = ConsoleSettings(approve_above=3, run_campaigns=True)
    services = replace(world.services, settings=settings, database=database, console=console)
    lender = World(services, world.clock)
    del lender.app.state.jobs.begin  # a campaign runs while people watch it
    yield lender
    lender.app.state.jobs.close()
    database.close()


@pytest.fixture
def many_looks(monkeypatch: pytest.MonkeyPatch, one_look: None) -> None:
    monkeypatch.setattr("campaigns.console.web.streams.LONGEST_S", 600.0)


@pytest.mark.usefixtures("many_looks")
def test_create_try_out_approve_launch_watch_pause_and_resume(
    chromium: Any,
    lender: World,
) -> None:
    with (
        serving(lender.app) as address,
        page_of(chromium, viewport=DESKTOP) as manager,
        page_of(chromium) as second,
    ):
        sign_in(manager, address, "campaign_manager")
        manager.click("a[href='/campaigns/-/new']")
        manager.wait_for_selector("#count b")
        manager.fill("[name=name]", "spring")
        manager.fill("[name=min_days]", "1")
        manager.select_option("[name=flow]", "later-stage")
        manager.wait_for_selector("#count [role=alert]")  # from 31 days on
        manager.select_option("[name=flow]", "repayment-reminder")
        manager.fill("[name=min_days]", "")
        manager.press("[name=min_days]", "Tab")
        manager.click("text=按规则试算")
        manager.wait_for_selector("#preview .foreseen")
        check_accessible(manager)
        manager.click("text=创建活动")
        manager.wait_for_url("**/campaigns/spring")
        _try_out(manager)
        _approve(manager, second, address)
        manager.reload()
        manager.click("text=启动")
        manager.wait_for_selector(".page-title .badge.good")
        second.goto(f"{address}/live")
        second.wait_for_selector("#spans")
        _hold_and_go_on(manager, lender)


def _try_out(page: Any) -> None:
    page.click("text=试运行")
    page.select_option("[name=members]", "100")
    page.click("text=开始试运行")
    page.wait_for_selector("#forecast-stages", timeout=30_000)
    check_accessible(page)
    assert "已模拟全部" in page.inner_text("main")


def _approve(manager: Any, second: Any, address: str) -> None:
    manager.click("text=申请启动审批")
    manager.wait_for_selector(".alert.warn")
    sign_in(second, address, "administrator")
    second.click("text=查看并审批")
    second.fill("[name=comment]", "agreed")
    second.click("button[value=approve]")
    second.wait_for_selector(".alert.good")


def _hold_and_go_on(page: Any, lender: World) -> None:
    page.click("[data-open=pause-dialog]")
    page.fill("dialog[open] [name=why]", "a look at the first calls")
    page.keyboard.press("Enter")
    page.wait_for_selector(".page-title .badge.warn")
    assert "a look at the first calls" in page.inner_text(".page-head")
    assert _state(lender) == "paused"
    page.click("text=恢复")
    page.wait_for_selector(".page-title .badge.good")
    assert _state(lender) == "running"


def _state(lender: World) -> str:
    with lender.database.reading() as session:
        return campaign_by_name(session, "spring").state
