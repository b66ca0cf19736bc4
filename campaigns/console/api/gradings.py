"""Grading customers: begun, how far it is, and how the grades stand."""

from __future__ import annotations

from datetime import datetime

from campaigns.console import grading
from campaigns.console.api.endpoint import Endpoint, Nothing, Told
from campaigns.console.api.fields import JobOut
from campaigns.console.api.ledger import job_out
from campaigns.console.visit import Visit
from campaigns.store.console.jobs import job_by_id


class GradedOut(Told):
    """What a grading came to. ``grades``: customers by grade. ``changed``: whose grade is new or differs."""

    at: datetime
    rules: str
    customers: int
    grades: dict[str, int]
    changed: int


class GradingOut(Told):
    """How the grades stand.

    ``job``: the latest grading begun here; null: there was none. ``graded_at``: as of when customers were
    graded last, by whatever way, by the rules ``graded_by``; null: never. ``rules``: of the next grading.
    ``ungraded``: customers with an account and no grade; null: they are being counted, or graded; ask again.
    ``latest``: what the latest grading here that was finished came to.
    """

    job: JobOut | None
    graded_at: datetime | None
    graded_by: str | None
    rules: str
    ungraded: int | None
    latest: GradedOut | None


def begin(visit: Visit, _query: Nothing, _body: Nothing) -> JobOut:
    job_id = grading.begin(visit)
    with visit.reading() as session:
        return job_out(job_by_id(session, job_id))


def get(visit: Visit, _query: Nothing, _body: Nothing) -> GradingOut:
    with visit.reading() as session:
        found = grading.standing(visit.services, session)
    done = found.graded
    return GradingOut(
        job=None if found.job is None else job_out(found.job),
        graded_at=found.at,
        graded_by=found.by,
        rules=found.rules,
        ungraded=found.ungraded,
        latest=None
        if done is None
        else GradedOut(
            at=done.at, rules=done.rules, customers=done.customers, grades=done.counts, changed=done.changed
        ),
    )


TAG = "customers"
ENDPOINTS = (
    Endpoint(
        "POST",
        "/grading",
        grading.GRADE,
        begin,
        "Grade all customers",
        TAG,
        JobOut,
        status=202,
        fails=(409,),
        once=True,
        about="An import does not grade: begin it when files are in. Follow it by reading the grading.",
    ),
    Endpoint(
        "GET",
        "/grading",
        "customers.read",
        get,
        "How far the latest grading is, and how the grades stand",
        TAG,
        GradingOut,
    ),
)
