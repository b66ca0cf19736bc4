"""Grading customers, and how their grades stand, for pages and programs alike."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from campaigns.console.jobs.grade_run import ALL, GRADE_RUN, SUBJECT_KIND
from campaigns.console.jobs.import_run import IMPORT_RUN
from campaigns.console.services import Services
from campaigns.console.visit import Visit
from campaigns.store.console import grading as store
from campaigns.store.console.audit import Deed
from campaigns.store.console.jobs import JobView, NewJob, latest_job
from campaigns.store.database import Session
from campaigns.store.grading_lock import Grader, check_nobody_grades

GRADE: Final = "customers.grade"
"""The action that a grading asks for."""

RECENT_S: Final = 30.0  # gradings and imports of the console itself are counted anew at once


@dataclass(frozen=True, slots=True)
class Graded:
    """What the latest grading that was finished came to, of those that the console ran."""

    at: datetime
    rules: str
    counts: dict[str, int]
    changed: int
    customers: int
    job: JobView


@dataclass(frozen=True, slots=True)
class Standing:
    """How the grades stand.

    ``job``: the latest grading of the console, if there was one. ``at``: as of when customers were graded
    last, by whatever way; None: never. ``by``: by which rules; ``rules``: by which the next grading goes.
    ``ungraded``: customers with an account and no grade; None: they are being counted.
    """

    job: JobView | None
    at: datetime | None
    by: str | None
    rules: str
    ungraded: int | None
    graded: Graded | None

    @property
    def open(self) -> bool:
        """A grading goes on."""
        return self.job is not None and self.job.open

    @property
    def other_rules(self) -> bool:
        """The next grading goes by other rules than the last did."""
        return self.by is not None and self.by != self.rules


def begin(visit: Visit) -> int:
    """Grade all customers, as a job; its id. Raises ConflictError when that goes on already, here or by the
    command line.
    """
    with visit.changing() as session:
        job_id = visit.jobs.add(session, NewJob(GRADE_RUN, SUBJECT_KIND, ALL, {}), visit.actor)
        after = {"rules": visit.services.grading.label}
        visit.record(session, Deed("customers.grading_begun", SUBJECT_KIND, ALL, after=after))
        check_nobody_grades(visit.services.database, Grader.CONSOLE)
    visit.jobs.begin(job_id)
    return job_id


def latest(session: Session) -> JobView | None:
    """The latest grading that the console began."""
    return latest_job(session, GRADE_RUN, SUBJECT_KIND, ALL)


def standing(services: Services, session: Session) -> Standing:
    """How the grades stand; nothing is counted here."""
    job = latest(session)
    done = latest_job(session, GRADE_RUN, SUBJECT_KIND, ALL, state="done")
    graded = None if done is None else _graded(done, done.result)
    written = store.latest_grade(session)
    at, by = (None, None) if written is None else (written.at, written.rules)
    if graded is not None and graded.customers and (at is None or graded.at >= at):
        at, by = graded.at, graded.rules  # it found nothing to change
    ungraded = None if job is not None and job.open else _ungraded(services, session)
    return Standing(job, at, by, services.grading.label, ungraded, graded)


def _graded(job: JobView, told: dict[str, Any]) -> Graded:
    at = datetime.fromisoformat(told["at"])
    return Graded(at, told["rules"], told["counts"], told["changed"], told["customers"], job)


def _ungraded(services: Services, session: Session) -> int | None:
    """Every customer is looked at: counted behind the page."""

    def count() -> int:
        with services.database.reading() as own:
            return store.count_ungraded(own)

    latest = store.latest_change(session, (GRADE_RUN, IMPORT_RUN))
    found = services.behind.get(("ungraded", latest), RECENT_S, count)
    return None if found is None else found.value
