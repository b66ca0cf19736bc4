"""Exports: what may leave, who took what, and the files for the one who asked."""

from __future__ import annotations

from datetime import date
from typing import Final

from starlette.responses import FileResponse, Response

from campaigns.console import exporting
from campaigns.console.access.permissions import SEE_PERSONAL
from campaigns.console.page import MenuEntry, Page, PageRoute
from campaigns.console.visit import Visit
from campaigns.errors import ConflictError
from campaigns.outcomes.exports.run import Wanted, format_of
from campaigns.outcomes.exports.schema import DATASETS, PERSONAL
from campaigns.outcomes.exports.writers import Format
from campaigns.outcomes.overview.period import Period
from campaigns.store.console.approvals import pending_approvals
from campaigns.store.console.campaigns import campaign_names
from campaigns.store.console.jobs import jobs_of
from campaigns.store.exports.records import exports_on_record

SHOWN: Final = 30


def show(visit: Visit) -> Response:
    overseer = visit.may("exports.approve")
    with visit.reading() as session:
        jobs = jobs_of(session, exporting.EXPORT_WRITE, user_id=visit.who.user_id, limit=SHOWN)
        asked = [each for each in pending_approvals(session) if each.subject_kind == "export"]
        records = exports_on_record(session, SHOWN) if overseer else []
        names = campaign_names(session)
    return visit.render(
        "exports/page.html",
        part="exports/rows.html",
        jobs=jobs,
        waiting=[each for each in asked if overseer or each.requested_by == visit.who.user_id],
        records=records,
        campaigns=names,
        datasets={name: any(field.kind in PERSONAL for field in fields) for name, fields in DATASETS.items()},
        formats=[each.value for each in Format],
        may_personal=visit.may(exporting.PERSONAL) and visit.may(SEE_PERSONAL),
        oldest=visit.now - exporting.KEPT,
        four_eyes=visit.services.console.approve_exports,
        going_on=any(job.open for job in jobs),
    )


def ask(visit: Visit) -> Response:
    wanted = Wanted(
        visit.form("dataset", 32),
        format_of(visit.form("format", 16)),
        tuple(dict.fromkeys(visit.choices("campaigns"))),
        Period(day_of(visit.form("from", 10)), day_of(visit.form("to", 10))),
        visit.form("personal") == "1",
        visit.form("reason", 255),
    )
    done = exporting.ask(visit, wanted)
    if done.approval_id is not None:
        return visit.go("/exports", visit.text("A second person must approve this export."), kind="warn")
    return visit.go("/exports", visit.text("The export is being written."))


def decide(visit: Visit) -> Response:
    agreed = visit.form("decision", 10) == "approve"
    exporting.decide(visit, visit.number("approval"), agreed=agreed, comment=visit.form("comment", 255))
    return visit.go("/exports", visit.text("Your decision is on record."))


def take(visit: Visit) -> Response:
    path, name = exporting.take(visit, visit.number("id"))
    return FileResponse(path, media_type="application/octet-stream", filename=name)


def day_of(text: str) -> date | None:
    """A day as a form writes it; None where there is none. Raises ConflictError."""
    if not text:
        return None
    try:
        found = date.fromisoformat(text)
    except ValueError as error:
        raise ConflictError("write a day as 2026-01-31") from error
    if not 2000 <= found.year <= 2100:
        raise ConflictError("write a day as 2026-01-31")
    return found


PAGE = Page(
    routes=(
        PageRoute("/exports", show, "exports.run"),
        PageRoute("/exports", ask, "exports.run", ("POST",)),
        PageRoute("/exports/{id:int}/file", take, "exports.run"),
        PageRoute("/exports/approvals/{approval:int}", decide, "exports.approve", ("POST",)),
    ),
    menu=(MenuEntry("Exports", "/exports", "exports.run", order=75, icon="outbox"),),
)
