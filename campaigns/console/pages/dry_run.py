"""Trying a campaign out over simulated customers, before it is launched."""

from __future__ import annotations

from starlette.responses import Response

from campaigns.console.jobs.dry_run import DRY_RUN, SAMPLES
from campaigns.console.launching import line_of, path_of
from campaigns.console.page import Page, PageRoute
from campaigns.console.visit import Visit
from campaigns.errors import ConflictError
from campaigns.store.changes import EDITABLE
from campaigns.store.console.audit import Deed
from campaigns.store.console.jobs import NewJob, latest_job
from campaigns.store.console.launches import LAUNCH


def begin(visit: Visit) -> Response:
    """As a job: it takes from seconds to minutes."""
    typed = visit.form("members", 6)
    members = int(typed) if typed.isascii() and typed.isdigit() and int(typed) in SAMPLES else SAMPLES[0]
    with visit.changing() as session:
        line = line_of(visit, session)
        if line.state not in EDITABLE:
            raise ConflictError("a campaign is tried out before it is launched, or while it is paused")
        job = NewJob(DRY_RUN, "campaign", line.name, {"members": members})
        job_id = visit.jobs.add(session, job, visit.actor)
        after = {"members": members}
        visit.record(session, Deed("campaigns.tried_out", "campaign", line.name, after=after))
    visit.jobs.begin(job_id)
    return visit.go(f"{path_of(line)}?tab=dry_run", visit.text("The dry run has begun."))


def state(visit: Visit) -> Response:
    """How far it is; once it is over the page is loaded anew."""
    with visit.reading() as session:
        line = line_of(visit, session)
        job = latest_job(session, DRY_RUN, "campaign", line.name)
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
