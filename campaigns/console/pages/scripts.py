"""Scripts beside the simulator: how a flow is drawn, and whether the dialogue tests pass."""

from __future__ import annotations

from starlette.responses import Response

from campaigns.console.jobs.dialogue_test import ALL, DIALOGUE_TEST, SUBJECT
from campaigns.console.page import Page, PageRoute
from campaigns.console.visit import Visit
from campaigns.console.web.streams import stream
from campaigns.errors import ConflictError
from campaigns.store.console.audit import Deed
from campaigns.store.console.jobs import JobView, NewJob, latest_job


def flow(visit: Visit) -> Response:
    """The picture of a script."""
    scripts = visit.studio.scripts
    name = visit.query("flow", 64) or next(iter(scripts.flows))
    common = visit.query("common") == "1"
    script = scripts.flow(name)
    return visit.render(
        "simulator/flow.html",
        part="simulator/picture.html",
        tab="flow",
        flows=scripts.flows,
        script=script,
        common=common,
        picture=scripts.picture(name, common=common, language=visit.language),
    )


def tests(visit: Visit) -> Response:
    return visit.render(
        "simulator/tests.html", tab="tests", flows=(ALL, *visit.studio.scripts.flows), job=_latest(visit)
    )


def run(visit: Visit) -> Response:
    """Run the dialogue tests of a script, or all, beside the pages."""
    which = visit.form("flow", 64)
    if which not in (ALL, *visit.studio.scripts.flows):
        raise ConflictError("choose a script from the list")
    with visit.changing() as session:
        job_id = visit.jobs.add(session, NewJob(DIALOGUE_TEST, SUBJECT, ALL, {"flow": which}), visit.actor)
        visit.record(session, Deed("dialogue.tested", SUBJECT, which, after={"job": job_id}))
    visit.jobs.begin(job_id)
    return visit.go("/simulator/tests", visit.text("The dialogue tests are running."))


def events(visit: Visit) -> Response:
    """How far the tests are, until they are done."""

    def look() -> str | None:
        job = _latest(visit)
        if job is None or not job.open:
            return None
        response = visit.render("simulator/running.html", job=job)
        return bytes(response.body).decode()

    return stream(look)


def _latest(visit: Visit) -> JobView | None:
    with visit.reading() as session:
        return latest_job(session, DIALOGUE_TEST, SUBJECT, ALL)


PAGE = Page(
    routes=(
        PageRoute("/simulator/flow", flow, "simulator.use"),
        PageRoute("/simulator/tests", tests, "simulator.use"),
        PageRoute("/simulator/tests/run", run, "simulator.use", ("POST",)),
        PageRoute("/simulator/tests/events", events, "simulator.use"),
    )
)
