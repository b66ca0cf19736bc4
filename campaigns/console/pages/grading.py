"""Grading all customers: how far it is, and what the last one came to."""

from __future__ import annotations

from starlette.responses import Response

from campaigns.console import grading
from campaigns.console.page import Page, PageRoute
from campaigns.console.view.templates import environment
from campaigns.console.visit import Visit
from campaigns.console.web.streams import stream

ADDRESS = "/customers/grading"


def show(visit: Visit) -> Response:
    with visit.reading() as session:
        standing = grading.standing(visit.services, session)
    return visit.render("grading/page.html", grading=standing, job=standing.job)


def begin(visit: Visit) -> Response:
    grading.begin(visit)
    return visit.go(ADDRESS, visit.text("Grading has begun."))


def watch(visit: Visit) -> Response:
    """How far it is, as long as it goes on."""
    template = environment(visit.language).get_template("grading/progress.html")

    def look() -> str | None:
        with visit.reading() as session:
            job = grading.latest(session)
        if job is None or not job.open:
            return None
        return template.render(job=job, fmt=visit.formats, may=visit.may, csrf="")

    return stream(look)


PAGE = Page(
    routes=(
        PageRoute(ADDRESS, show, "customers.read"),
        PageRoute(ADDRESS, begin, grading.GRADE, ("POST",)),
        PageRoute(ADDRESS + "/events", watch, "customers.read"),
    )
)
