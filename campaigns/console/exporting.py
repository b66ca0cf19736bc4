"""Exports that are asked for in the console or by a program: as jobs, for the one who asked."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Any, Final

from campaigns.console.access.permissions import SEE_PERSONAL
from campaigns.console.services import Services
from campaigns.console.visit import Visit
from campaigns.errors import AccessError, NotFoundError
from campaigns.outcomes.exports.run import Wanted, format_of
from campaigns.outcomes.overview.period import Period
from campaigns.store.console.approvals import ApprovalView, decide_approval, request_approval
from campaigns.store.console.audit import Actor, Deed
from campaigns.store.console.jobs import JobView, NewJob, job_by_id
from campaigns.store.database import Session

EXPORT_WRITE: Final = "export.write"
PERSONAL: Final = "exports.personal"
KEPT: Final = timedelta(hours=24)  # then the file is gone


@dataclass(frozen=True, slots=True)
class Asked:
    """What came of asking: a job, or a request that a second person decides on."""

    job_id: int | None
    approval_id: int | None


def arguments_of(wanted: Wanted) -> dict[str, Any]:
    """As a job keeps it."""
    return {
        "dataset": wanted.dataset,
        "format": wanted.form.value,
        "campaigns": list(wanted.campaigns),
        "from": str(wanted.period.first or ""),
        "to": str(wanted.period.last or ""),
        "personal": wanted.personal,
        "reason": wanted.reason,
    }


def wanted_of(arguments: Mapping[str, Any]) -> Wanted:
    """The other way round."""
    return Wanted(
        arguments["dataset"],
        format_of(arguments["format"]),
        tuple(arguments["campaigns"]),
        Period(_day(arguments["from"]), _day(arguments["to"])),
        arguments["personal"],
        arguments["reason"],
    )


def _day(text: str) -> date | None:
    return date.fromisoformat(text) if text else None


def ask(visit: Visit, wanted: Wanted) -> Asked:
    """Begin an export, or ask a second person. Raises AccessError for personal data that one may not see."""
    if wanted.personal and not _may_have_personal(visit):
        raise AccessError("your role does not allow this")
    token, told = secrets.token_hex(12), arguments_of(wanted)
    with visit.changing() as session:
        visit.record(session, Deed("exports.asked", "export", token, after=told, reason=wanted.reason))
        if wanted.personal and visit.services.console.approve_exports:
            approval = request_approval(
                session, PERSONAL, "export", token, told, by=visit.who.user_id, at=visit.now
            )
            return Asked(None, approval)
        job_id = visit.jobs.add(session, NewJob(EXPORT_WRITE, "export", token, told), visit.actor)
    visit.jobs.begin(job_id)
    return Asked(job_id, None)


def _may_have_personal(visit: Visit) -> bool:
    """Asked again when the file is taken: roles change, and keys may less than their holders."""
    return visit.may(PERSONAL) and visit.may(SEE_PERSONAL)


def decide(visit: Visit, approval_id: int, *, agreed: bool, comment: str) -> ApprovalView:
    """Agree to an export of personal data, which begins then for the one who asked, or refuse it."""
    job_id = None
    with visit.changing() as session:
        found = _decided(session, visit, approval_id, agreed=agreed, comment=comment)
        action = "exports.approved" if agreed else "exports.refused"
        visit.record(session, Deed(action, "export", found.subject, after=found.details, reason=comment))
        if agreed:
            actor = Actor(found.requested_by, found.requested_by_name, "session")
            job_id = visit.jobs.add(
                session, NewJob(EXPORT_WRITE, "export", found.subject, found.details), actor
            )
    if job_id is not None:
        visit.jobs.begin(job_id)
    return found


def _decided(session: Session, visit: Visit, approval_id: int, *, agreed: bool, comment: str) -> ApprovalView:
    found = decide_approval(
        session, approval_id, approve=agreed, by=visit.who.user_id, at=visit.now, comment=comment
    )
    if found.subject_kind != "export":
        raise NotFoundError("there is no request for approval %(approval_id)s", approval_id=approval_id)
    return found


def own_job(session: Session, visit: Visit, job_id: int) -> JobView:
    """The export of whoever asks. Raises NotFoundError for another's: nobody learns that it is there."""
    job = job_by_id(session, job_id)
    if job.kind != EXPORT_WRITE or job.user_id != visit.who.user_id:
        raise NotFoundError("there is no export %(job_id)s", job_id=job_id)
    return job


def take(visit: Visit, job_id: int) -> tuple[Path, str]:
    """The file of an export and what it is called, for the one who asked; on record. Raises NotFoundError."""
    with visit.changing() as session:
        job = own_job(session, visit, job_id)
        if job.state != "done":
            raise NotFoundError("this export is not finished yet")
        if job.arguments["personal"] and not _may_have_personal(visit):
            raise AccessError("your role does not allow this")
        path = folder(visit.services) / f"{job.subject}.{job.arguments['format']}"
        old = job.finished_at is None or job.finished_at < visit.now - KEPT
        if old or not path.is_file():
            raise NotFoundError("this export is not kept any more; ask for it again")
        visit.record(session, Deed("exports.taken", "export", job.subject, after=job.arguments))
    day = visit.now.astimezone(visit.services.settings.zone).date()
    return path, f"{job.arguments['dataset']}-{day}.{job.arguments['format']}"


def folder(services: Services) -> Path:
    """Where exports lie until they are taken; nobody else on the machine may look into it."""
    path = services.settings.home / "exports"
    path.mkdir(mode=0o700, parents=True, exist_ok=True)
    return path
