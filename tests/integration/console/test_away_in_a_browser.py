"""The database goes while somebody works: what was typed stays, old figures are told, all goes on later."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from campaigns.store.database import Database
from tests.integration.console.browsing import DESKTOP, serving, sign_in
from tests.integration.console.world import World, fill, open_world

pytestmark = [pytest.mark.external, pytest.mark.slow]

WHY = "called the hotline, case 8841"


@contextmanager
def gone(database: Database) -> Iterator[None]:
    """The file is not there as long as the block lasts."""
    path = Path(str(database.url.database))
    away = path.with_suffix(".away")
    database.close()
    path.rename(away)
    yield
    database.close()
    away.rename(path)


@pytest.fixture
def page(chromium: Any) -> Iterator[Any]:
    """Of a browser that may complain: what cannot be reached is an error to it."""
    context = chromium.new_context(viewport=DESKTOP, locale="en-GB", reduced_motion="reduce")
    yield context.new_page()
    context.close()


def test_what_was_typed_stays_until_the_database_is_back(
    page: Any, tmp_path: Path, sqlite_database: Database
) -> None:
    world = a_world(tmp_path, sqlite_database)
    with serving(world.app) as address:
        sign_in(page, address, "campaign_manager")
        page.goto(f"{address}/customers/1")
        page.click("[data-open=bar-dialog]")
        page.fill("dialog[open] [name=why]", WHY)
        with gone(sqlite_database):
            page.press("dialog[open] [name=why]", "Enter")
            page.wait_for_selector("dialog[open] .kept[role=alert]")
            assert page.input_value("dialog[open] [name=why]") == WHY
        page.press("dialog[open] [name=why]", "Enter")
        page.locator(".page-head", has_text="Barred").wait_for()


def test_figures_that_stand_still_are_told(page: Any, tmp_path: Path, sqlite_database: Database) -> None:
    world = a_world(tmp_path, sqlite_database)
    with serving(world.app) as address:
        sign_in(page, address, "campaign_manager")
        page.clock.install()
        page.route("**/today/events", lambda route: route.abort())
        page.goto(f"{address}/today")
        assert aged(page)
        page.unroute("**/today/events")
        page.clock.run_for(11_000)  # then it asks again
        page.wait_for_selector("#aged", state="detached")


def aged(page: Any) -> bool:
    """Whether the page says so in the end; the clock of its timers is turned."""
    for _ in range(200):
        page.clock.run_for(1_000)
        if page.locator("#aged").count():
            return True
    return False


def a_world(tmp_path: Path, database: Database) -> World:
    world = open_world(tmp_path / "home", database)
    fill(database)
    return world
