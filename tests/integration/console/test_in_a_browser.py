"""The main tasks in a real browser, by keyboard, and its word on whether people can use the pages.

Needs Chromium: Debian's package, or another that XIAORONG_CHROMIUM names.
"""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import quote

import pytest

from campaigns.console.access.signing_in import new_setup_link
from campaigns.store.database import Database
from tests.integration.console.browsing import DESKTOP, TABLET, check_accessible, page_of, serving, sign_in
from tests.integration.console.world import NAMES, PASSWORD, World, open_world

pytestmark = [pytest.mark.external, pytest.mark.slow]


def test_the_first_administrator_sets_up_and_meets_empty_pages(
    chromium: Any, tmp_path: Any, sqlite_database: Database
) -> None:
    world = open_world(tmp_path / "home", sqlite_database)
    link = new_setup_link(world.services, None)
    with serving(world.app) as address, page_of(chromium) as page:
        page.goto(address + "/")
        assert "首位管理员" in page.inner_text("main")
        page.goto(address + link)
        check_accessible(page)
        for name, value in (
            ("username", "wang"), ("display_name", "王芳"), ("password", PASSWORD), ("again", PASSWORD),
        ):  # fmt: skip
            page.fill(f"[name={name}]", value)
        page.keyboard.press("Enter")
        page.wait_for_url("**/today")
        assert "没有待办" in page.inner_text("#found")
        check_accessible(page)


def test_a_customer_is_found_read_and_barred_by_keyboard(chromium: Any, world: World) -> None:
    with serving(world.app) as address, page_of(chromium) as page:
        sign_in(page, address, "campaign_manager")
        page.goto(f"{address}/customers")
        page.keyboard.press("/")
        page.keyboard.type(NAMES[2])
        page.wait_for_url("**/customers?*sought=*")
        assert page.locator("#found tbody tr").count() == 1
        assert quote(NAMES[2]) not in page.url
        page.reload()
        assert page.locator("#found tbody tr").count() == 1
        page.focus("#found tbody a")
        page.keyboard.press("Enter")
        page.wait_for_selector("#panel .tabs")
        page.focus('#panel .tabs a[href="?tab=calls"]')
        page.keyboard.press("Enter")
        page.wait_for_selector('#panel .tabs a[href="?tab=calls"][aria-current="page"]')
        page.go_back()
        page.wait_for_selector('#panel .tabs a[href="?tab=overview"][aria-current="page"]')
        page.focus("[data-open=bar-dialog]")
        page.keyboard.press("Enter")
        assert page.evaluate("document.activeElement.closest('dialog') !== null")
        page.keyboard.press("Escape")
        assert page.evaluate("document.activeElement.dataset.open") == "bar-dialog"  # where it was
        page.keyboard.press("Enter")
        page.fill("dialog[open] [name=why]", "called the hotline")
        page.keyboard.press("Enter")
        page.wait_for_selector(".toast")
        assert "已停呼" in page.inner_text(".page-head")


def test_the_language_is_switched_on_the_spot(chromium: Any, world: World) -> None:
    with serving(world.app) as address, page_of(chromium) as page:
        sign_in(page, address, "quality")
        page.click("button[lang=en]")
        page.wait_for_selector("html[lang=en]")
        assert page.inner_text("h1") == "Today"
        page.click("[aria-label=Dark]")
        page.wait_for_selector("html[data-theme=dark]")


@pytest.mark.parametrize(
    ("locale", "scheme", "viewport"), [("zh-CN", "light", DESKTOP), ("en-GB", "dark", TABLET)]
)
def test_nothing_serious_keeps_people_from_using_a_page(
    chromium: Any, world: World, locale: str, scheme: str, viewport: dict[str, int]
) -> None:
    paths = ("/customers", "/customers/2", "/customers/1?tab=decisions", "/calls/1", "/campaigns",
             "/campaigns/march", "/campaigns/march?tab=setup", "/campaigns/march?tab=queue",
             "/campaigns/march?tab=dry_run", "/campaigns/march/edit", "/campaigns/-/new", "/today", "/live",
             "/settings/users", "/settings/keys", "/settings/rules", "/settings/audit",
             "/profile", "/jobs", "/calls", "/simulator", "/simulator/flow",
             "/simulator/tests", "/simulator/misunderstood", "/simulator/versions")  # fmt: skip
    options = {"locale": locale, "color_scheme": scheme, "viewport": viewport}
    with serving(world.app) as address, page_of(chromium, **options) as page:
        sign_in(page, address, "administrator")
        for path in paths:
            page.goto(address + path)
            check_accessible(page)
            # A page is never wider than its window: what is too wide scrolls within its card.
            assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth"), path
        assert re.match(r"zh|en", page.get_attribute("html", "lang") or "")
