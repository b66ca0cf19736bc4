"""The line: how it does, what its set-up lacks, and the numbers it dials from."""

from __future__ import annotations

from starlette.responses import Response

from campaigns.console.jobs.lines_check import LINES_CHECK
from campaigns.console.page import MenuEntry, Page, PageRoute
from campaigns.console.visit import Visit
from campaigns.store.console.audit import Deed
from campaigns.store.console.jobs import NewJob, latest_job
from campaigns.store.lines import line_view


def show(visit: Visit) -> Response:
    settings = visit.services.settings
    with visit.reading() as session:
        now = visit.services.ledger_now(session)
        view = line_view(session, settings.line, settings.callers, now, settings.pacing)
        job = latest_job(session, LINES_CHECK, "line", settings.line)
    return visit.render("lines/page.html", part="lines/found.html", view=view, job=job, rules=settings.pacing)


def check(visit: Visit) -> Response:
    line = visit.services.settings.line
    with visit.changing() as session:
        visit.record(session, Deed("lines.checked", "line", line))
        job_id = visit.jobs.add(session, NewJob(LINES_CHECK, "line", line, {}), visit.actor)
    visit.jobs.begin(job_id)
    return visit.go("/settings/lines", visit.text("The line is being looked at; nobody is called."))


PAGE = Page(
    routes=(
        PageRoute("/settings/lines", show, "lines.read"),
        PageRoute("/settings/lines/check", check, "lines.check", ("POST",)),
    ),
    menu=(MenuEntry("Lines", "/settings/lines", "lines.read", "settings", 50, "line"),),
)
