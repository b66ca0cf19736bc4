"""Versions of the scripts as staff handle them: proposed by one person, checked, published by another."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Final

from bot.dialogue.bundle import Bundle, Change, read_bundle, unpack
from campaigns import published
from campaigns.console.simulator.scripts import Scripts
from campaigns.console.visit import Visit
from campaigns.errors import ConflictError
from campaigns.store import scripts as store
from campaigns.store.console.approvals import (
    PENDING,
    ApprovalView,
    decide_approval,
    latest_approval,
    request_approval,
)
from campaigns.store.console.audit import Deed
from campaigns.store.console.jobs import JobView, NewJob, latest_job
from campaigns.store.database import Session
from campaigns.store.scripts import Version

PUBLISH: Final = "scripts.publish"
SUBJECT: Final = "script"
SCRIPTS_CHECK: Final = "scripts.check"


@dataclass(frozen=True, slots=True)
class Present:
    """What lies on the disk. ``kept``: the version on record that it is, None: of no version."""

    digest: str
    kept: Version | None
    changed: tuple[Change, ...]  # since what is in force

    @property
    def label(self) -> str:
        return self.digest[:12]


def present(visit: Visit, kept: list[Version], in_force: Version | None) -> Present:
    """What authors are at now, held against what customers hear. Raises DataFileError."""
    bundle = read_bundle(visit.studio.scripts.folder)
    known = next((each for each in kept if each.digest == bundle.digest), None)
    changed: tuple[Change, ...] = ()
    if in_force is not None and in_force.digest != bundle.digest:
        changed = tuple(bundle.changes_since(bundle_of(visit, in_force)))
    return Present(bundle.digest, known, changed)


def bundle_of(visit: Visit, version: Version) -> Bundle:
    """The files of a version. Raises DataFileError."""
    with visit.reading() as session:
        return unpack(store.content_of(session, version.id))


def folder_of(visit: Visit, version: Version) -> Path:
    """Where its files lie. Raises DataFileError."""
    return published.folder_of(visit.services.settings, visit.services.database, version)


def scripts_of(visit: Visit, version_id: int | None) -> Scripts:
    """The scripts of a version; None: those that authors write. Raises NotFoundError, DataFileError."""
    if version_id is None:
        return visit.studio.scripts
    with visit.reading() as session:
        version = store.version_by_id(session, version_id)
    return visit.studio.scripts_in(folder_of(visit, version))


def propose(visit: Visit, version_id: int | None, note: str) -> Version:
    """Ask a second person to publish a version, by default what lies on the disk now; it is checked at once.

    Raises ConflictError, NotFoundError, DataFileError.
    """
    if not note:
        raise ConflictError("say what has changed: whoever publishes it reads that first")
    settings = visit.services.settings
    with visit.changing() as session:
        if version_id is None:
            version = published.keep(session, settings, visit.who.username, visit.now, note)
        else:
            version = store.version_by_id(session, version_id)
        now = store.in_force(session, settings.language)
        if now is not None and now.id == version.id:
            raise ConflictError("this version is in force already")
        details = {"version": version.id, "digest": version.digest, "reason": note[:255]}
        request_approval(
            session, PUBLISH, SUBJECT, version.label, details, by=visit.who.user_id, at=visit.now
        )
        visit.record(session, Deed("scripts.proposed", SUBJECT, version.label, after=details, reason=note))
        job = check_of(session, version)
        job_id = None
        if job is None or not job.open:
            new = NewJob(SCRIPTS_CHECK, SUBJECT, version.label, {"version": version.id})
            job_id = visit.jobs.add(session, new, visit.actor)
    if job_id is not None:
        visit.jobs.begin(job_id)
    return version


def decide(visit: Visit, version_id: int, request_id: int, *, agreed: bool, comment: str) -> Version:
    """Publish what somebody else has proposed, or refuse it. Raises ConflictError, NotFoundError."""
    settings = visit.services.settings
    with visit.changing() as session:
        version = store.version_by_id(session, version_id)
        request = request_of(session, version)
        if request is None or request.id != request_id:
            raise ConflictError("this request is out of date: load the page again")
        if agreed and version.published_at is None and version.made_by == visit.who.username:
            raise ConflictError("nobody publishes what they have written: a second person must")
        if agreed and not passed(check_of(session, version)):
            raise ConflictError("a version is published once its check has passed")
        before = store.in_force(session, settings.language)
        decide_approval(
            session, request_id, approve=agreed, by=visit.who.user_id, at=visit.now, comment=comment
        )
        if agreed:
            store.publish(session, version.id, by=visit.who.username, at=visit.now)
        action = "scripts.published" if agreed else "scripts.refused"
        deed = Deed(
            action, SUBJECT, version.label, {"version": before.label if before else None},
            {"version": version.label, "asked_by": request.requested_by_name}, comment,
        )  # fmt: skip
        visit.record(session, deed)
    return version


def request_of(session: Session, version: Version) -> ApprovalView | None:
    """What waits for a second person; None: nothing does. What is alike is the label, not the version."""
    found = latest_approval(session, PUBLISH, SUBJECT, version.label)
    if found is None or found.state != PENDING or found.details.get("digest") != version.digest:
        return None
    return found


def check_of(session: Session, version: Version) -> JobView | None:
    """Its latest check, never that of another version whose label is the same."""
    found = latest_job(session, SCRIPTS_CHECK, SUBJECT, version.label)
    return found if found is not None and found.arguments.get("version") == version.id else None


def passed(job: JobView | None) -> bool:
    """Whether the check has found nothing that must not ship."""
    return job is not None and job.state == "done" and not job.result.get("errors")
