"""Work that goes on beside the pages: what was started, how far it is, how it ended."""

from __future__ import annotations

from typing import Final

from starlette.responses import Response

from campaigns.console.page import MenuEntry, Page, PageRoute
from campaigns.console.visit import Visit
from campaigns.store.console.audit import Deed
from campaigns.store.console.jobs import ask_to_stop, job_by_id, jobs_page

PER_PAGE: Final = 50


def show(visit: Visit) -> Response:
    with visit.reading() as session:
        jobs = jobs_page(session, before_id=visit.query_number("before"), limit=PER_PAGE + 1)
    more = jobs[PER_PAGE - 1].id if len(jobs) > PER_PAGE else None
    return visit.render("jobs/page.html", part="jobs/rows.html", jobs=jobs[:PER_PAGE], more=more)


def stop(visit: Visit) -> Response:
    with visit.changing() as session:
        job = job_by_id(session, visit.number("id"))
        ask_to_stop(session, job.id, visit.now)
        visit.record(session, Deed("jobs.stop_asked", "job", str(job.id), after={"kind": job.kind}))
    return visit.go("/jobs", visit.text("The job was told to stop."))


PAGE = Page(
    routes=(
        PageRoute("/jobs", show, "jobs.read"),
        PageRoute("/jobs/{id:int}/stop", stop, "jobs.stop", ("POST",)),
    ),
    menu=(MenuEntry("Jobs", "/jobs", "jobs.read", order=90, icon="gear"),),
)
