"""Trying a campaign out over simulated customers, before it is launched."""

from __future__ import annotations

from starlette.responses import Response

from campaigns.console import trying
from campaigns.console.jobs.dry_run import SAMPLES
from campaigns.console.launching import line_of, name_of
from campaigns.console.page import Page, PageRoute
from campaigns.console.visit import Visit
from campaigns.store.console.launches import LAUNCH


def begin(visit: Visit) -> Response:
    """As a job: it takes from seconds to minutes."""
    typed = visit.form("members", 6)
    members = int(typed) if typed.isascii() and typed.isdigit() and int(typed) in SAMPLES else SAMPLES[0]
    name = name_of(visit)
    trying.begin(visit, name, members)
    return visit.go(f"/campaigns/{name}?tab=dry_run", visit.text("The dry run has begun."))


def state(visit: Visit) -> Response:
    """How far it is; once it is over the page is loaded anew."""
    with visit.reading() as session:
        line = line_of(visit, session)
        job = trying.latest(session, line.name)
    if job is None or not job.open:
        response = visit.render("campaign/dry_run_state.html", dry_run=job, line=line)
        response.headers["HX-Refresh"] = "true"
        return response
    return visit.render("campaign/dry_run_state.html", dry_run=job, line=line)


PAGE = Page(
    routes=(
        PageRoute("/campaigns/{name}/dry-run", begin, LAUNCH, ("POST",)),
        PageRoute("/campaigns/{name}/dry-run", state, "campaigns.read"),
    )
)
