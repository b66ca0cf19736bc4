"""Launching, pausing, resuming and stopping a campaign, and the second person's word, for pages and programs.

Each raises NotFoundError, and ConflictError where the campaign's state does not allow it.
"""

from __future__ import annotations

from dataclasses import dataclass

from campaigns.console.jobs.campaign_run import CAMPAIGN_RUN
from campaigns.console.launching import line_named, state_deed
from campaigns.console.visit import Visit
from campaigns.errors import ConflictError
from campaigns.said import Code, Said
from campaigns.store.campaigns import pause_campaign, resume_campaign, start_campaign
from campaigns.store.changes import note_change, stop_campaign
from campaigns.store.console.approvals import (
    ApprovalView,
    decide_approval,
    latest_approval,
    request_approval,
)
from campaigns.store.console.audit import Deed
from campaigns.store.console.campaigns import CampaignLine
from campaigns.store.console.jobs import NewJob, latest_job
from campaigns.store.console.launches import LAUNCH, asked_for, must_ask
from campaigns.store.database import Session


@dataclass(frozen=True, slots=True)
class Launched:
    """``approval``: a request that a second person must decide on first; ``job`` works the campaign off."""

    approval: int | None = None
    job: int | None = None


def launch(visit: Visit, name: str) -> Launched:
    """draft → running, or ask a second person where it is large."""
    with visit.changing() as session:
        line = line_named(session, name)
        if line.state != "draft":
            raise ConflictError(
                "campaign %(campaign)r is %(state)s already",
                campaign=line.name,
                state=Code("campaign", line.state),
            )
        if must_ask(session, line, visit.services.console.approve_above):
            return _ask(visit, session, line)
        start_campaign(session, line.id, visit.services.ledger_now(session))
        visit.record(session, state_deed("campaigns.launched", line, "running"))
        job = _run(visit, session, line)
    return _begun(visit, job)


def pause(visit: Visit, name: str, why: Said | str) -> None:
    """running or draft → paused: no new calls; those in progress go on to their end.

    What is paused already keeps the reason it has.
    """
    with visit.changing() as session:
        line = line_named(session, name)
        if not pause_campaign(session, line.id, why):
            return
        _note(visit, session, line, "pause", str(why))
        visit.record(session, state_deed("campaigns.paused", line, "paused", str(why)))


def resume(visit: Visit, name: str) -> Launched:
    """paused → running, or ask a second person where it is large and none agreed to it as it is."""
    with visit.changing() as session:
        line = line_named(session, name)
        if line.state == "paused" and must_ask(session, line, visit.services.console.approve_above):
            return _ask(visit, session, line)
        resume_campaign(session, line.id)
        _note(visit, session, line, "resume")
        visit.record(session, state_deed("campaigns.resumed", line, "running"))
        job = _run(visit, session, line)
    return _begun(visit, job)


def carry_on(visit: Visit, name: str) -> Launched:
    """Work a running campaign off again, after the console was stopped meanwhile; or ask a second person, as
    ``resume`` does.
    """
    with visit.changing() as session:
        line = line_named(session, name)
        if line.state != "running":
            raise ConflictError(
                "campaign %(campaign)r is %(state)s, not running", campaign=line.name, state=line.state
            )
        if _is_worked_off(session, line):
            raise ConflictError("campaign %(campaign)r is being worked off already", campaign=line.name)
        if must_ask(session, line, visit.services.console.approve_above):
            return _ask(visit, session, line)
        visit.record(session, state_deed("campaigns.resumed", line, "running"))
        job = _run(visit, session, line)
    return _begun(visit, job)


def stop(visit: Visit, name: str, why: str) -> int:
    """End it for good; how many members were not done."""
    with visit.changing() as session:
        line = line_named(session, name)
        at = visit.services.ledger_now(session)
        left = stop_campaign(session, line.id, by=visit.who.username, at=at)
        visit.record(session, state_deed("campaigns.stopped", line, "finished", why))
    return left


def decide(visit: Visit, name: str, approval_id: int, *, agreed: bool, comment: str) -> ApprovalView:
    """Agree to the launch that was asked for last, or refuse it: never by who asked, on record.

    Agreeing does not launch it: whoever may then does. Raises NotFoundError; ConflictError: another request
    is the latest, it is decided, or it is one's own.
    """
    with visit.changing() as session:
        line = line_named(session, name)
        request = latest_approval(session, LAUNCH, "campaign", line.name)
        if request is None or request.id != approval_id:
            raise ConflictError("this request is out of date: load the page again")
        decided = decide_approval(
            session, request.id, approve=agreed, by=visit.who.user_id, at=visit.now, comment=comment
        )
        action = "campaigns.approved" if agreed else "campaigns.approval_refused"
        visit.record(session, Deed(action, "campaign", line.name, after=request.details))
    return decided


def _ask(visit: Visit, session: Session, line: CampaignLine) -> Launched:
    asked = asked_for(session, line)
    approval = request_approval(
        session, LAUNCH, "campaign", line.name, asked, by=visit.who.user_id, at=visit.now
    )
    visit.record(session, Deed("campaigns.approval_asked", "campaign", line.name, after=asked))
    return Launched(approval=approval)


def _note(visit: Visit, session: Session, line: CampaignLine, what: str, why: str = "") -> None:
    after = {"reason": why} if why else {}
    note_change(session, line.id, what, visit.who.username, visit.services.ledger_now(session), after=after)


def _run(visit: Visit, session: Session, line: CampaignLine) -> int | None:
    if not visit.services.console.run_campaigns:
        return None
    if _is_worked_off(session, line):
        return None  # it has not seen the pause yet, and goes on
    return visit.jobs.add(session, NewJob(CAMPAIGN_RUN, "campaign", line.name, {}), visit.actor)


def _is_worked_off(session: Session, line: CampaignLine) -> bool:
    job = latest_job(session, CAMPAIGN_RUN, "campaign", line.name)
    return job is not None and job.open


def _begun(visit: Visit, job: int | None) -> Launched:
    if job is not None:
        visit.jobs.begin(job)
    return Launched(job=job)
