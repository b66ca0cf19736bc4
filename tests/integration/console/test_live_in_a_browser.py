"""A call is followed and handed over in a real browser, by keyboard, while a worker holds it.

Needs Chromium, as the other tests of the browser do. The worker lives four times as fast as the browser.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from campaigns.console.access.permissions import Role
from campaigns.console.settings import ConsoleSettings
from campaigns.dialing.assembly import open_worker
from campaigns.dialing.background import BackgroundWorker
from campaigns.dialing.worker import Duty
from campaigns.store.campaigns import launch_campaign
from campaigns.store.models import AuditEntry
from telephony.far_end import FarEnd, FarReply
from tests.integration.console.browsing import (
    DESKTOP,
    TABLET,
    check_accessible,
    page_of,
    serving,
    sign_in,
)
from tests.integration.console.lenders import lender_at
from tests.integration.console.world import World
from tests.integration.dialing.campaigning import MONDAY_MORNING, campaign, install
from tests.integration.dialing.shared_clock import SharedClock
from tests.integration.dialing.test_handover import ALWAYS
from tests.unit.telephony.fakes import ScriptedFarEnd

pytestmark = [pytest.mark.external, pytest.mark.slow]

SPEED = 4.0
WAIT_MS = 60_000


def patient(_number: str, _call_id: str) -> FarEnd:
    """Somebody who stays on the line and keeps asking."""
    return ScriptedFarEnd(*(FarReply("你是谁啊") for _ in range(40)))


@pytest.fixture
def lender(
    tmp_path: Path, model_cache: Path, world: World, monkeypatch: pytest.MonkeyPatch
) -> Iterator[World]:
    """An installation with agents, whose worker calls people who do not hang up."""
    monkeypatch.setattr("campaigns.console.web.streams.LONGEST_S", 600.0)
    settings = install(tmp_path / "lender", customers=15, cache=model_cache)
    settings = settings.model_copy(update={"agents": ALWAYS})
    clock = SharedClock.make(tmp_path / "clock", MONDAY_MORNING, SPEED)
    console = ConsoleSettings(run_campaigns=False)
    with lender_at(settings, world, console, Role.QUALITY, Role.ANALYST) as lender:
        database = lender.database
        with database.transaction() as session:
            launch_campaign(session, campaign(database).id, MONDAY_MORNING)
        worker = BackgroundWorker(
            lambda: open_worker(settings, database, None, clock, far_end=patient, duty=Duty(calls=10))
        )
        worker.start()
        yield lender
        worker.leave()
        worker.join(30)


def test_a_call_is_followed_and_handed_over_by_keyboard(chromium: Any, lender: World) -> None:
    with serving(lender.app) as address, page_of(chromium, viewport=DESKTOP) as page:
        sign_in(page, address, "quality")
        page.goto(f"{address}/live")
        page.wait_for_selector("[data-fed]")
        talking = page.locator("#live-calls tr:has(.dot.good) a[href^='/live/']").first
        talking.wait_for(timeout=WAIT_MS)
        check_accessible(page)
        talking.focus()
        page.keyboard.press("Enter")
        page.wait_for_selector("#live-talk .bot", timeout=WAIT_MS)
        page.wait_for_selector("#live-talk .customer", timeout=WAIT_MS)
        call = page.url.rsplit("/", 1)[1]
        check_accessible(page)
        page.focus("#hand-over-button")
        page.keyboard.press("Enter")
        check_accessible(page)
        page.keyboard.type("客户一再询问")  # the field has the focus
        page.keyboard.press("Enter")
        page.wait_for_selector("#live-order-state")
        page.wait_for_selector("#hand-over-button[disabled]")
        page.wait_for_selector("[data-state=handed_over]", timeout=WAIT_MS)
        check_accessible(page)
        assert "转接人工同事" in page.inner_text("#live-talk")
        page.goto(f"{address}/live")
        assert "已转人工" in page.inner_text(f"#call-{call}")
    with lender.database.reading() as session:
        assert session.query(AuditEntry).filter_by(action="live.handed_over", subject=call).count() == 1


def test_who_may_not_see_personal_data_reads_no_word(chromium: Any, lender: World) -> None:
    with serving(lender.app) as address, page_of(chromium, viewport=TABLET, color_scheme="dark") as page:
        sign_in(page, address, "analyst")
        page.goto(f"{address}/live")
        talking = page.locator("#live-calls tr:has(.dot.good) a[href^='/live/']").first
        talking.wait_for(timeout=WAIT_MS)
        check_accessible(page)
        talking.click()
        page.wait_for_selector("#live-talk .bot", timeout=WAIT_MS)
        assert page.locator("#live-talk .said .masked").count() == page.locator("#live-talk .said").count()
        assert page.locator("#hand-over-button").count() == 0
        check_accessible(page)


def test_rows_keep_their_place_under_the_reader(chromium: Any, world: World) -> None:
    with serving(world.app) as address, page_of(chromium, viewport=DESKTOP) as page:
        sign_in(page, address, "quality")
        told = {"body": _event("a", "b")}
        page.route("**/live/events", lambda route: route.fulfill(content_type="text/event-stream", **told))
        page.goto(f"{address}/live")
        page.wait_for_selector("#call-a")
        page.hover("#call-a a")
        told["body"] = _event("c", "b")
        page.wait_for_selector("#call-c")
        assert page.evaluate(ROWS) == ["call-a gone", "call-b ", "call-c "]
        page.hover("h1")
        assert page.evaluate(ROWS) == ["call-c ", "call-b "]
        page.focus("#call-b a")
        told["body"] = _event("d")
        page.wait_for_selector("#call-d")
        assert page.evaluate(ROWS) == ["call-c gone", "call-b gone", "call-d "]
        assert page.evaluate("document.activeElement.closest('tr').id") == "call-b"
        page.focus("#main")
        page.wait_for_selector("#call-b", state="detached")
        assert page.evaluate(ROWS) == ["call-d "]


ROWS = "[...document.querySelectorAll('#live-calls tr')].map((row) => `${row.id} ${row.className}`)"


def _event(*calls: str) -> str:
    """All of a board with these calls; the browser asks again at once."""
    rows = {f"call-{call}": f'<tr id="call-{call}"><td><a href="/live/1">x</a></td></tr>' for call in calls}
    news = {"boxes": {}, "lists": {"calls": {"rows": rows, "order": list(rows)}}}
    return f"retry: 50\ndata: {json.dumps(news)}\n\n"
