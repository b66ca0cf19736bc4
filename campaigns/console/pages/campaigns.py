"""Campaigns in a list, the newest first."""

from __future__ import annotations

from typing import Final

from starlette.responses import Response

from campaigns.console.page import MenuEntry, Page, PageRoute
from campaigns.console.visit import Visit
from campaigns.outcomes.dispositions import shipped_dispositions
from campaigns.store.console.approvals import pending_approvals
from campaigns.store.console.campaigns import campaign_page

STATES: Final = ("draft", "running", "paused", "finished")
PER_PAGE: Final = 25


def connected() -> list[str]:
    """The dispositions of calls that a person answered."""
    codes = shipped_dispositions()
    return [code for code in codes.codes() if codes[code].connected]


def show(visit: Visit) -> Response:
    state = visit.query("state")
    state = state if state in STATES else ""
    with visit.reading() as session:
        lines = campaign_page(
            session, connected(), state=state, before_id=visit.query_number("before"), limit=PER_PAGE + 1
        )
        waiting = [each for each in pending_approvals(session) if each.subject_kind == "campaign"]
    more = lines[PER_PAGE - 1].id if len(lines) > PER_PAGE else None
    return visit.render(
        "campaigns/page.html",
        part="campaigns/rows.html",
        lines=lines[:PER_PAGE],
        more=more,
        states=STATES,
        choices={"state": state},
        waiting=waiting,
    )


PAGE = Page(
    routes=(PageRoute("/campaigns", show, "campaigns.read"),),
    menu=(MenuEntry("Campaigns", "/campaigns", "campaigns.read", order=30, icon="megaphone"),),
)
