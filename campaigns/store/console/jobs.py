"""Work that outlasts a request: what was started, how far it is, and how it ended."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from campaigns.errors import ConflictError, NotFoundError
from campaigns.said import Code, Said, of_data
from campaigns.store.models import Job

OPEN = ("queued", "running")
FAULT = "fault"  # the key of a result under which a failed job says why


@dataclass(frozen=True, slots=True)
class NewJob:
    """What is to be done, and of what it is: one job of a kind at a time for one subject."""

    kind: str
    subject_kind: str
    subject: str
    arguments: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class JobView:
    """A job as it stands. ``total`` 0: not known."""

    id: int
    kind: str
    subject_kind: str
    subject: str
    arguments: dict[str, Any]
    state: str
    done: int
    total: int
    note: str
    result: dict[str, Any]
    error: str | None
    stop_asked: bool
    user_id: int | None
    by: str
    created_at: datetime
    started_at: datetime | None
    finished_at: datetime | None

    @property
    def open(self) -> bool:
        return self.state in OPEN

    @property
    def fault(self) -> Said:
        """What went wrong, for people; of an older version in English."""
        return fault_of(self.result, self.error)


def fault_of(result: Mapping[str, Any], error: str | None) -> Said:
    """What the store keeps of why a job failed."""
    text = error or ""
    return of_data(result[FAULT]) if FAULT in result else Said(text)


def add_job(session: Session, job: NewJob, *, user_id: int | None, by: str, at: datetime) -> int:
    """Queue it; its id. Raises ConflictError when one of its kind is open for the subject."""
    there = session.scalar(
        select(Job.id).where(
            Job.kind == job.kind,
            Job.subject_kind == job.subject_kind,
            Job.subject == job.subject,
            Job.state.in_(OPEN),
        )
    )
    if there is not None:
        raise ConflictError("this is being done already, as job %(there)s", there=there)
    row = Job(
        kind=job.kind,
        subject_kind=job.subject_kind,
        subject=job.subject,
        arguments=dict(job.arguments),
        user_id=user_id,
        by=by[:64],
        created_at=at,
    )
    session.add(row)
    session.flush()
    return row.id


def start_job(session: Session, job_id: int, at: datetime) -> JobView | None:
    """queued → running; None when somebody else has it, or it was stopped before it began."""
    started = session.execute(
        update(Job)
        .where(Job.id == job_id, Job.state == "queued")
        .values(state="running", started_at=at)
        .returning(Job.id)
    ).first()
    return None if started is None else job_by_id(session, job_id)


def report_progress(session: Session, job_id: int, done: int, total: int, note: str = "") -> bool:
    """Note how far it is; whether it is to go on."""
    row = session.get_one(Job, job_id)
    row.done, row.total, row.note = done, total, note[:255]
    return not row.stop_asked


def finish_job(
    session: Session,
    job_id: int,
    *,
    state: str,
    at: datetime,
    result: Mapping[str, Any] | None = None,
    error: Said | None = None,
) -> None:
    """running → done, failed or stopped."""
    row = session.get_one(Job, job_id)
    row.state, row.finished_at, row.result = state, at, dict(result or {})
    if error is not None:
        row.error, row.result = str(error), {FAULT: error.to_data()}


def ask_to_stop(session: Session, job_id: int, at: datetime) -> None:
    """A queued job never begins; a running one is told. Raises NotFoundError, ConflictError."""
    row = session.get(Job, job_id, with_for_update=True)
    if row is None:
        raise NotFoundError("there is no job %(job_id)s", job_id=job_id)
    if row.state not in OPEN:
        raise ConflictError(
            "job %(job_id)s is %(state)s already", job_id=job_id, state=Code("job", row.state)
        )
    row.stop_asked = True
    if row.state == "queued":
        row.state, row.finished_at = "stopped", at


def fail_left_behind(session: Session, at: datetime, error: Said) -> int:
    """Open jobs of a process that died become failed; how many."""
    left = session.execute(
        update(Job)
        .where(Job.state.in_(OPEN))
        .values(state="failed", finished_at=at, error=str(error), result={FAULT: error.to_data()})
        .returning(Job.id)
    ).all()
    return len(left)


def job_by_id(session: Session, job_id: int) -> JobView:
    """Raises NotFoundError."""
    row = session.get(Job, job_id, populate_existing=True)
    if row is None:
        raise NotFoundError("there is no job %(job_id)s", job_id=job_id)
    return _view(row)


def latest_job(
    session: Session, kind: str, subject_kind: str, subject: str, *, state: str | None = None
) -> JobView | None:
    """The latest job of a kind for the subject, or the latest in that state; None when there was none."""
    query = select(Job).where(Job.kind == kind, Job.subject_kind == subject_kind, Job.subject == subject)
    if state is not None:
        query = query.where(Job.state == state)
    row = session.scalar(query.order_by(Job.id.desc()).limit(1))
    return None if row is None else _view(row)


def latest_by_subject(
    session: Session, kinds: Collection[str], subject_kind: str, subjects: Collection[str]
) -> dict[str, JobView]:
    """The latest job of these kinds for each of the subjects that has one; 500 subjects at most."""
    latest = (
        select(func.max(Job.id))
        .where(Job.subject_kind == subject_kind, Job.subject.in_(subjects), Job.kind.in_(kinds))
        .group_by(Job.subject)
    )
    return {row.subject: _view(row) for row in session.scalars(select(Job).where(Job.id.in_(latest)))}


def jobs_of(session: Session, kind: str, *, user_id: int | None = None, limit: int = 50) -> list[JobView]:
    """The latest jobs of a kind, of one user or of everybody, newest first."""
    query = select(Job).where(Job.kind == kind)
    if user_id is not None:
        query = query.where(Job.user_id == user_id)
    return [_view(row) for row in session.scalars(query.order_by(Job.id.desc()).limit(limit))]


def jobs_page(session: Session, *, before_id: int | None = None, limit: int = 50) -> list[JobView]:
    """Up to ``limit`` jobs with ids below ``before_id``, newest first."""
    query = select(Job)
    if before_id is not None:
        query = query.where(Job.id < before_id)
    return [_view(row) for row in session.scalars(query.order_by(Job.id.desc()).limit(limit))]


def _view(row: Job) -> JobView:
    return JobView(
        row.id, row.kind, row.subject_kind, row.subject, row.arguments, row.state, row.done, row.total,
        row.note, row.result, row.error, row.stop_asked, row.user_id, row.by,
        row.created_at, row.started_at, row.finished_at,
    )  # fmt: skip
