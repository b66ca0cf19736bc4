"""Launching, pausing, resuming and stopping a campaign, and the second person's word on a large one."""

from __future__ import annotations

from starlette.responses import Response

from campaigns.console.jobs.campaign_run import CAMPAIGN_RUN
from campaigns.console.launching import (
    LAUNCH,
    asked_for,
    is_approved,
    line_of,
    needs_approval,
    path_of,
    state_deed,
)
from campaigns.console.page import Page, PageRoute
from campaigns.console.visit import Visit
from campaigns.errors import ConflictError
from campaigns.store.campaigns import pause_campaign, resume_campaign, start_campaign
from campaigns.store.changes import note_change, stop_campaign
from campaigns.store.console.approvals import decide_approval, latest_approval, request_approval
from campaigns.store.console.audit import Deed
from campaigns.store.console.campaigns import CampaignLine
from campaigns.store.console.jobs import NewJob, latest_job
from campaigns.store.database import Session


def launch(visit: Visit) -> Response:
    """draft → running, or ask a second person where it is large."""
    with visit.changing() as session:
        line = line_of(visit, session)
        if line.state != "draft":
            raise ConflictError(f"campaign {line.name!r} is {line.state} already")
        if needs_approval(visit, line) and not is_approved(session, line):
            asked = asked_for(session, line)
            request_approval(
                session, LAUNCH, "campaign", line.name, asked, by=visit.who.user_id, at=visit.now
            )
            visit.record(session, Deed("campaigns.approval_asked", "campaign", line.name, after=asked))
            return visit.go(
                path_of(line), visit.text("A second person must approve this launch."), kind="warn"
            )
        start_campaign(session, line.id, visit.services.ledger_now(session))
        visit.record(session, state_deed("campaigns.launched", line, "running"))
        job_id = _run(visit, session, line)
    return _begun(visit, line, job_id, visit.text("The campaign is running."))


def pause(visit: Visit) -> Response:
    why = visit.form("why", 200) or visit.text("paused by %(who)s", who=visit.who.display_name)
    with visit.changing() as session:
        line = line_of(visit, session)
        pause_campaign(session, line.id, why)
        _note(visit, session, line, "pause", why)
        visit.record(session, state_deed("campaigns.paused", line, "paused", why))
    return visit.go(path_of(line), visit.text("Paused: no new calls. Those in progress go on to their end."))


def resume(visit: Visit) -> Response:
    with visit.changing() as session:
        line = line_of(visit, session)
        resume_campaign(session, line.id)
        _note(visit, session, line, "resume")
        visit.record(session, state_deed("campaigns.resumed", line, "running"))
        job_id = _run(visit, session, line)
    return _begun(visit, line, job_id, visit.text("The campaign is running."))


def carry_on(visit: Visit) -> Response:
    """Work a running campaign off again, after the console was stopped meanwhile."""
    with visit.changing() as session:
        line = line_of(visit, session)
        if line.state != "running":
            raise ConflictError(f"campaign {line.name!r} is {line.state}, not running")
        visit.record(session, state_deed("campaigns.resumed", line, "running"))
        job_id = _run(visit, session, line)
    return _begun(visit, line, job_id, visit.text("The campaign is running."))


def stop(visit: Visit) -> Response:
    """End it for good. Its name is typed again: there is no way back."""
    why = visit.form("why", 200)
    with visit.changing() as session:
        line = line_of(visit, session)
        if visit.form("again", 64) != line.name:
            raise ConflictError("type the campaign's name to end it for good")
        if not why:
            raise ConflictError("say why: the audit log keeps it")
        stop_campaign(session, line.id, by=visit.who.username, at=visit.services.ledger_now(session))
        visit.record(session, state_deed("campaigns.stopped", line, "finished", why))
    return visit.go(path_of(line), visit.text("The campaign is ended. Calls in progress go on to their end."))


def decide(visit: Visit) -> Response:
    agreed = visit.form("decision", 10) == "approve"
    with visit.changing() as session:
        line = line_of(visit, session)
        request = latest_approval(session, LAUNCH, "campaign", line.name)
        if request is None or request.id != visit.number("approval"):
            raise ConflictError("this request is out of date: load the page again")
        decide_approval(
            session,
            request.id,
            approve=agreed,
            by=visit.who.user_id,
            at=visit.now,
            comment=visit.form("comment", 255),
        )
        action = "campaigns.approved" if agreed else "campaigns.approval_refused"
        visit.record(session, Deed(action, "campaign", line.name, after=request.details))
    return visit.go(path_of(line), visit.text("Your decision is on record."))


def _note(visit: Visit, session: Session, line: CampaignLine, what: str, why: str = "") -> None:
    after = {"reason": why} if why else {}
    note_change(session, line.id, what, visit.who.username, visit.services.ledger_now(session), after=after)


def _run(visit: Visit, session: Session, line: CampaignLine) -> int | None:
    if not visit.services.console.run_campaigns:
        return None
    before = latest_job(session, CAMPAIGN_RUN, "campaign", line.name)
    if before is not None and before.open:
        return None  # it has not seen the pause yet, and goes on
    return visit.jobs.add(session, NewJob(CAMPAIGN_RUN, "campaign", line.name, {}), visit.actor)


def _begun(visit: Visit, line: CampaignLine, job_id: int | None, notice: str) -> Response:
    if job_id is not None:
        visit.jobs.begin(job_id)
    return visit.go(path_of(line), notice)


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
