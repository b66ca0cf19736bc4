"""How long records are kept, what is past its time, and deleting that."""

from __future__ import annotations

from typing import Final

from starlette.responses import Response

from campaigns.compliance.keeping import WRITTEN, rule_of
from campaigns.console.jobs.retention_sweep import RETENTION_SWEEP
from campaigns.console.page import MenuEntry, Page, PageRoute
from campaigns.console.visit import Visit, counted_at
from campaigns.errors import ConflictError
from campaigns.keeping import keeping
from campaigns.store.console.audit import Deed
from campaigns.store.console.jobs import NewJob, jobs_of
from campaigns.store.periods import periods, set_period
from campaigns.store.sweeps import latest_sweep, overdue_since

RECENT_S: Final = 60.0  # a survey looks at every record that is old enough


def show(visit: Visit) -> Response:
    services = visit.services
    with visit.reading() as session:
        now = services.ledger_now(session)
        jobs = jobs_of(session, RETENTION_SWEEP, limit=10)
        held = periods(session, services.pack)
        swept = latest_sweep(session)
        unswept = overdue_since(session, visit.now, services.console.sweeps_within)
    latest = jobs[0].id if jobs and not jobs[0].open else 0
    days = tuple(period.days for period in held.shown)
    kept = keeping(services.settings, services.database, services.pack, ledger=now, real=services.now())
    found = services.behind.get(("retention", latest, days), RECENT_S, kept.survey)
    return visit.render(
        "retention/page.html",
        tallies=[] if found is None else found.value,
        counting=found is None,
        periods={
            **{period.kind: period for period in held.shown},
            **{kind: held.of(rule_of(kind)) for kind in WRITTEN},
        },
        written=WRITTEN,
        products=held.law.products,
        pack=services.pack.label,
        jobs=jobs,
        swept=swept,
        unswept=unswept,
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


def change(visit: Visit) -> Response:
    """Keep one kind longer or shorter, within its limits; nothing is deleted by it."""
    kind, text, reason = visit.form("kind", 16), visit.form("days", 6), visit.form("reason", 255)
    if not (text.isascii() and text.isdigit()):
        raise ConflictError("a period is a whole number of days")
    with visit.changing() as session:
        before = set_period(
            session,
            periods(session, visit.services.pack),
            kind,
            int(text),
            by=visit.who.username,
            at=visit.now,
            reason=reason,
        )
        told = {"days": before.days}, {"days": int(text)}
        visit.record(session, Deed("retention.changed", "records", kind, *told, reason))
    return visit.go("/settings/retention", visit.text("The period was changed; nothing is deleted by that."))


PAGE = Page(
    routes=(
        PageRoute("/settings/retention", show, "retention.read"),
        PageRoute("/settings/retention", run, "retention.run", ("POST",)),
        PageRoute("/settings/retention/periods", change, "retention.run", ("POST",)),
    ),
    menu=(MenuEntry("Retention", "/settings/retention", "retention.read", "settings", 60, "clock"),),
)
