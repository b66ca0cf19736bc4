"""The main tasks in a real browser, by keyboard, and its word on whether people can use the pages.

Needs Chromium: Debian's package, or another that XIAORONG_CHROMIUM names.
"""

from __future__ import annotations

import os
import re
import shutil
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from urllib.parse import quote

import pytest
import uvicorn
from starlette.applications import Starlette

from campaigns.console.access.signing_in import new_setup_link
from campaigns.store.database import Database
from tests.integration.console.world import NAMES, PASSWORD, World, open_world

pytestmark = [pytest.mark.external, pytest.mark.slow]

DESKTOP, TABLET = {"width": 1440, "height": 900}, {"width": 820, "height": 1180}
GRAVE = ("serious", "critical")


@contextmanager
def serving(app: Starlette) -> Iterator[str]:
    """The console over HTTP, as long as the block lasts; its address."""
    listener = socket.create_server(("127.0.0.1", 0))
    # A stream that nobody reads any more is no reason to wait.
    config = uvicorn.Config(
        app, log_config=None, access_log=False, lifespan="off", timeout_graceful_shutdown=1
    )
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, args=([listener],), daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"
    finally:
        server.should_exit = True
        thread.join()


@pytest.fixture(scope="module")
def chromium() -> Iterator[Any]:
    """A running browser."""
    playwright = pytest.importorskip("playwright.sync_api", reason="Playwright is not installed")
    path = os.environ.get("XIAORONG_CHROMIUM") or shutil.which("chromium") or shutil.which("chromium-browser")
    if path is None:
        pytest.skip("there is no Chromium here: install Debian's package, or set XIAORONG_CHROMIUM")
    arguments = ["--no-sandbox"] if os.geteuid() == 0 else []
    with playwright.sync_playwright() as engine:
        browser = engine.chromium.launch(executable_path=path, args=arguments)
        yield browser
        browser.close()


@contextmanager
def page_of(chromium: Any, **options: Any) -> Iterator[Any]:
    """A page that complains of every error and of every request to elsewhere."""
    # What fades in is half transparent when a check comes just then.
    still = {"viewport": DESKTOP, "locale": "zh-CN", "reduced_motion": "reduce"}
    context = chromium.new_context(**{**still, **options})
    page = context.new_page()
    wrong: list[str] = []
    page.on("console", lambda told: wrong.append(told.text) if told.type == "error" else None)
    page.on("pageerror", lambda error: wrong.append(str(error)))
    page.on("request", lambda asked: None if _local(asked.url) else wrong.append(asked.url))
    yield page
    context.close()
    assert wrong == []


def _local(url: str) -> bool:
    return url.startswith(("http://127.0.0.1:", "data:"))


def check_accessible(page: Any) -> None:
    """axe finds nothing serious."""
    from axe_playwright_python.sync_playwright import Axe

    found = Axe().run(page).response["violations"]
    grave = [
        (rule["id"], [node["html"][:120] for node in rule["nodes"]][:3])
        for rule in found
        if rule["impact"] in GRAVE
    ]
    assert grave == [], page.url


def sign_in(page: Any, address: str, role: str) -> None:
    page.goto(f"{address}/sign-in")
    page.keyboard.type(role)  # the field has the focus
    page.keyboard.press("Tab")
    page.keyboard.type(PASSWORD)
    page.keyboard.press("Enter")
    page.wait_for_selector("main h1")


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
        page.wait_for_url(f"**/customers?q={quote(NAMES[2])}*")
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
