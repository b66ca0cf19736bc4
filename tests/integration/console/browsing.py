"""A real browser over a console that is served: pages that complain, axe, signing in by keyboard."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import uvicorn
from starlette.applications import Starlette

from tests.integration.console.world import PASSWORD

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
    page.keyboard.press("Enter")  # the form asks first whether the console is there
    page.wait_for_url(lambda url: "/sign-in" not in url)
    page.wait_for_selector("main h1")
