"""Launching, pausing, resuming and stopping a campaign, and the second person's word on a large one."""

from __future__ import annotations

from starlette.responses import Response

from campaigns.console import steps
from campaigns.console.launching import name_of
from campaigns.console.page import Page, PageRoute
from campaigns.console.visit import Visit
from campaigns.errors import ConflictError
from campaigns.said import Said
from campaigns.store.console.launches import LAUNCH


def launch(visit: Visit) -> Response:
    return _begun(visit, steps.launch(visit, name_of(visit)))


def pause(visit: Visit) -> Response:
    why = visit.form("why", 200) or Said("paused by %(who)s", who=visit.who.display_name)
    steps.pause(visit, name_of(visit), why)
    return visit.go(_back(visit), visit.text("Paused: no new calls. Those in progress go on to their end."))


def resume(visit: Visit) -> Response:
    return _begun(visit, steps.resume(visit, name_of(visit)))


def carry_on(visit: Visit) -> Response:
    return _begun(visit, steps.carry_on(visit, name_of(visit)))


def _begun(visit: Visit, done: steps.Launched) -> Response:
    if done.approval is not None:
        return visit.go(_back(visit), visit.text("A second person must approve this launch."), kind="warn")
    return visit.go(_back(visit), visit.text("The campaign is running."))


def stop(visit: Visit) -> Response:
    """End it for good. Its name is typed again: there is no way back."""
    why = visit.form("why", 200)
    if visit.form("again", 64) != name_of(visit):
        raise ConflictError("type the campaign's name to end it for good")
    if not why:
        raise ConflictError("say why: the audit log keeps it")
    steps.stop(visit, name_of(visit), why)
    return visit.go(_back(visit), visit.text("The campaign is ended. Calls in progress go on to their end."))


def _back(visit: Visit) -> str:
    return f"/campaigns/{name_of(visit)}"


def decide(visit: Visit) -> Response:
    agreed = visit.form("decision", 10) == "approve"
    steps.decide(
        visit, name_of(visit), visit.number("approval"), agreed=agreed, comment=visit.form("comment", 255)
    )
    return visit.go(_back(visit), visit.text("Your decision is on record."))


PAGE = Page(
    routes=(
        PageRoute("/campaigns/{name}/launch", launch, LAUNCH, ("POST",)),
        PageRoute("/campaigns/{name}/pause", pause, LAUNCH, ("POST",)),
        PageRoute("/campaigns/{name}/resume", resume, LAUNCH, ("POST",)),
        PageRoute("/campaigns/{name}/carry-on", carry_on, LAUNCH, ("POST",)),
        PageRoute("/campaigns/{name}/stop", stop, LAUNCH, ("POST",)),
        PageRoute("/campaigns/{name}/approvals/{approval:int}", decide, "campaigns.approve", ("POST",)),
    )
)
