"""How long records are kept, what is past its time, and deleting that."""

from __future__ import annotations

from typing import Final

from starlette.responses import Response

from campaigns.console.jobs.retention_sweep import RETENTION_SWEEP
from campaigns.console.page import MenuEntry, Page, PageRoute
from campaigns.console.visit import Visit, counted_at
from campaigns.errors import ConflictError
from campaigns.store.console.audit import Deed
from campaigns.store.console.jobs import NewJob, jobs_of
from campaigns.store.retention import survey

RECENT_S: Final = 60.0  # a survey looks at every record that is old enough


def show(visit: Visit) -> Response:
    services = visit.services
    with visit.reading() as session:
        now = services.ledger_now(session)
        jobs = jobs_of(session, RETENTION_SWEEP, limit=10)
    latest = jobs[0].id if jobs and not jobs[0].open else 0
    found = services.behind.get(
        ("retention", latest), RECENT_S, lambda: survey(services.database, services.pack, now)
    )
    return visit.render(
        "retention/page.html",
        tallies=[] if found is None else found.value,
        counting=found is None,
        rules=services.pack.rules.retention_days,
        pack=services.pack.label,
        jobs=jobs,
        at=now if found is None else counted_at(visit, found),
    )


def run(visit: Visit) -> Response:
    if visit.form("sure") != "yes":
        raise ConflictError("say that you are sure: what is deleted does not come back")
    with visit.changing() as session:
        visit.record(session, Deed("retention.begun", "records", "due"))
        job_id = visit.jobs.add(session, NewJob(RETENTION_SWEEP, "records", "due", {}), visit.actor)
    visit.jobs.begin(job_id)
    return visit.go("/settings/retention", visit.text("Records past their time are being deleted."))


PAGE = Page(
    routes=(
        PageRoute("/settings/retention", show, "retention.read"),
        PageRoute("/settings/retention", run, "retention.run", ("POST",)),
    ),
    menu=(MenuEntry("Retention", "/settings/retention", "retention.read", "settings", 60, "clock"),),
)
