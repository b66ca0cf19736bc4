"""Versions of the scripts: what customers hear, what authors have changed since, and who publishes it."""

from __future__ import annotations

from typing import Any

from starlette.responses import Response

from bot.errors import DataFileError
from campaigns.console.heard import heard_now
from campaigns.console.page import Page, PageRoute
from campaigns.console.simulator import publishing
from campaigns.console.visit import Visit
from campaigns.console.web.streams import stream
from campaigns.errors import ConflictError
from campaigns.store import scripts as store

SHOWN = 50


def show(visit: Visit) -> Response:
    language = visit.services.settings.language
    with visit.reading() as session:
        kept = store.versions(session, language, SHOWN)
        now = store.in_force(session, language)
        waiting = {each.id: found for each in kept if (found := publishing.request_of(session, each))}
    return visit.render(
        "simulator/versions.html",
        tab="versions",
        versions=kept,
        in_force=now,
        waiting=waiting,
        present=publishing.present(visit, kept, now),
        heard=heard_now(visit),
    )


def one(visit: Visit) -> Response:
    return visit.render("simulator/version.html", tab="versions", **_one(visit))


def _one(visit: Visit) -> dict[str, Any]:
    with visit.reading() as session:
        version = store.version_by_id(session, visit.number("id"))
        now = store.in_force(session, visit.services.settings.language)
        request = publishing.request_of(session, version)
        job = publishing.check_of(session, version)
    changes = []
    if now is not None and now.id != version.id:
        bundle, before = publishing.bundle_of(visit, version), publishing.bundle_of(visit, now)
        changes = bundle.changes_since(before)
    return {
        "version": version, "in_force": now, "request": request, "job": job, "changes": changes,
        "passed": publishing.passed(job),
    }  # fmt: skip


def events(visit: Visit) -> Response:
    """How far the check is, until it is done."""
    number = visit.number("id")

    def look() -> str | None:
        with visit.reading() as session:
            job = publishing.check_of(session, store.version_by_id(session, number))
        return visit.part("simulator/running.html", job=job) if job is not None and job.open else None

    return stream(look)


def propose(visit: Visit) -> Response:
    try:
        version = publishing.propose(visit, None, visit.form("note", 255))
    except DataFileError as error:
        where = f"{visit.studio.scripts.folder}/"
        raise ConflictError(str(error).replace(where, "")) from error
    return _proposed(visit, version.id)


def propose_again(visit: Visit) -> Response:
    version = publishing.propose(visit, visit.number("id"), visit.form("note", 255))
    return _proposed(visit, version.id)


def _proposed(visit: Visit, version_id: int) -> Response:
    notice = visit.text("The version is being checked; a second person publishes it.")
    return visit.go(f"/simulator/versions/{version_id}", notice)


def decide(visit: Visit) -> Response:
    agreed = visit.form("decision", 10) == "approve"
    version = publishing.decide(
        visit, visit.number("id"), visit.number("approval"), agreed=agreed, comment=visit.form("comment", 255)
    )
    told = (
        visit.text("Version %(label)s is in force: runs that begin from now on hold it.",
                   label=version.label)
        if agreed else visit.text("Your decision is on record.")
    )  # fmt: skip
    return visit.go("/simulator/versions", told)


PAGE = Page(
    routes=(
        PageRoute("/simulator/versions", show, "simulator.use"),
        PageRoute("/simulator/versions", propose, "scripts.propose", ("POST",)),
        PageRoute("/simulator/versions/{id:int}", one, "simulator.use"),
        PageRoute("/simulator/versions/{id:int}/events", events, "simulator.use"),
        PageRoute("/simulator/versions/{id:int}/propose", propose_again, "scripts.propose", ("POST",)),
        PageRoute(
            "/simulator/versions/{id:int}/approvals/{approval:int}", decide, "scripts.publish", ("POST",)
        ),
    )
)
