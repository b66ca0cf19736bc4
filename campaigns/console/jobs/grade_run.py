"""Grading all customers by the rules of the installation, as ``xiaorong grade`` does."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from campaigns.console.job import JobContext, JobKind, JobStopped
from campaigns.grades import grade_all
from campaigns.store.console.audit import Actor, Deed, record
from campaigns.store.grading_lock import Grader

GRADE_RUN: Final = "customers.grade"
SUBJECT_KIND: Final = "customers"
ALL: Final = ""
"""In the place of a subject: there is one grading, of all customers."""


def run(context: JobContext) -> Mapping[str, Any]:
    """Stopped, it keeps the grades written; run again, it comes to the same end.

    Raises StoreError, ConflictError.
    ``counts``: customers by grade. ``changed``: whose grade is new or differs. ``at``: as of when.
    """
    services = context.services

    def progress(done: int, total: int) -> None:
        if not context.progress(done, total):
            raise JobStopped

    report = grade_all(
        services.settings, services.database, services.grading, progress, services.clock, Grader.CONSOLE
    )
    figures = {"rules": report.rules_version, "counts": report.counts, "changed": report.changed}
    with services.database.transaction() as session:
        deed = Deed("customers.graded", SUBJECT_KIND, ALL, after=figures)
        record(session, Actor(context.job.user_id, context.job.by, "job"), deed, services.now())
    return {**figures, "customers": report.customers, "at": report.at.isoformat()}


JOB = JobKind(GRADE_RUN, run)
