"""Campaigns in a list, the newest first."""

from __future__ import annotations

from typing import Final

from starlette.responses import Response

from campaigns.console.launching import connected
from campaigns.console.page import MenuEntry, Page, PageRoute
from campaigns.console.visit import Visit
from campaigns.store.console.approvals import pending_approvals
from campaigns.store.console.campaigns import campaign_heads, figures_of, with_figures

STATES: Final = ("draft", "running", "paused", "finished")
PER_PAGE: Final = 25
RECENT_S: Final = 10.0  # how old the figures in the list may be; the states are of now


def show(visit: Visit) -> Response:
    state = visit.query("state")
    state = state if state in STATES else ""
    named = visit.query("q", 64)
    with visit.reading() as session:
        heads = campaign_heads(
            session, state=state, named=named, before_id=visit.query_number("before"), limit=PER_PAGE + 1
        )
        ids = [head.id for head in heads]
        figures = visit.services.recent.get(
            ("campaigns", *ids), RECENT_S, lambda: figures_of(session, ids, connected())
        )
        lines = [with_figures(head, figures[head.id]) for head in heads]
        waiting = [each for each in pending_approvals(session) if each.subject_kind == "campaign"]
    more = lines[PER_PAGE - 1].id if len(lines) > PER_PAGE else None
    return visit.render(
        "campaigns/page.html",
        part="campaigns/rows.html",
        lines=lines[:PER_PAGE],
        more=more,
        states=STATES,
        choices={"state": state, "q": named},
        waiting=waiting,
        line_name=visit.services.settings.line,
    )


PAGE = Page(
    routes=(PageRoute("/campaigns", show, "campaigns.read"),),
    menu=(MenuEntry("Campaigns", "/campaigns", "campaigns.read", order=30, icon="megaphone"),),
)
