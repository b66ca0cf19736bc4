"""Launching, pausing, resuming and stopping a campaign, for pages and programs alike."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from campaigns.console.jobs.campaign_run import CAMPAIGN_RUN
from campaigns.console.visit import Visit
from campaigns.errors import ConflictError
from campaigns.outcomes.dispositions import shipped_dispositions
from campaigns.store.campaigns import pause_campaign, resume_campaign, start_campaign
from campaigns.store.changes import stop_campaign
from campaigns.store.console.approvals import APPROVED, latest_approval, request_approval
from campaigns.store.console.audit import Deed
from campaigns.store.console.campaigns import CampaignLine, campaign_line
from campaigns.store.console.jobs import NewJob
from campaigns.store.database import Session

LAUNCH: Final = "campaigns.run"


@dataclass(frozen=True, slots=True)
class Launched:
    """``approval``: a request that a second person must decide on first; ``job`` works the campaign off."""

    approval: int | None = None
    job: int | None = None


def connected() -> list[str]:
    """Dispositions of calls that a person answered."""
    codes = shipped_dispositions()
    return [code for code in codes.codes() if codes[code].connected]


def line_of(session: Session, name: str) -> CampaignLine:
    """Raises NotFoundError."""
    return campaign_line(session, name, connected())


def launch(visit: Visit, name: str) -> Launched:
    """draft → running, or ask a second person where it is large. Raises ConflictError, NotFoundError."""
    with visit.changing() as session:
        line = line_of(session, name)
        if line.state != "draft":
            raise ConflictError(f"campaign {line.name!r} is {line.state} already")
        large = line.members > visit.services.console.approve_above
        if large and not _approved(session, line):
            approval = request_approval(
                session, LAUNCH, "campaign", line.name, _asked(line), by=visit.who.user_id, at=visit.now
            )
            deed = Deed("campaigns.approval_asked", "campaign", line.name, after=_asked(line))
            visit.record(session, deed)
            return Launched(approval=approval)
        start_campaign(session, line.id, visit.services.ledger_now(session))
        visit.record(session, _change("campaigns.launched", line, "running"))
        job = _run(visit, session, line)
    return _begun(visit, job)


def pause(visit: Visit, name: str, why: str) -> None:
    """running or draft → paused. Raises ConflictError, NotFoundError."""
    with visit.changing() as session:
        line = line_of(session, name)
        pause_campaign(session, line.id, why)
        visit.record(session, _change("campaigns.paused", line, "paused", why))


def resume(visit: Visit, name: str) -> Launched:
    """paused → running. Raises ConflictError, NotFoundError."""
    with visit.changing() as session:
        line = line_of(session, name)
        resume_campaign(session, line.id)
        visit.record(session, _change("campaigns.resumed", line, "running"))
        job = _run(visit, session, line)
    return _begun(visit, job)


def stop(visit: Visit, name: str, why: str) -> int:
    """End it for good; how many members were not done. Raises ConflictError, NotFoundError."""
    with visit.changing() as session:
        line = line_of(session, name)
        at = visit.services.ledger_now(session)
        left = stop_campaign(session, line.id, by=visit.who.username, at=at)
        visit.record(session, _change("campaigns.stopped", line, "finished", why))
    return left


def _asked(line: CampaignLine) -> Mapping[str, Any]:
    """What is approved: a campaign that was changed since needs another."""
    return {
        "members": line.members,
        "flow": line.flow,
        "concurrency": line.concurrency,
        "calls_per_second": line.calls_per_second,
    }


def _approved(session: Session, line: CampaignLine) -> bool:
    found = latest_approval(session, LAUNCH, "campaign", line.name)
    return found is not None and found.state == APPROVED and found.details == _asked(line)


def _change(action: str, line: CampaignLine, state: str, reason: str = "") -> Deed:
    return Deed(action, "campaign", line.name, {"state": line.state}, {"state": state}, reason)


def _run(visit: Visit, session: Session, line: CampaignLine) -> int | None:
    if not visit.services.console.run_campaigns:
        return None
    return visit.jobs.add(session, NewJob(CAMPAIGN_RUN, "campaign", line.name, {}), visit.actor)


def _begun(visit: Visit, job: int | None) -> Launched:
    if job is not None:
        visit.jobs.begin(job)
    return Launched(job=job)
