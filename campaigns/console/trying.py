"""Trying a campaign out over simulated customers, for pages and programs alike."""

from __future__ import annotations

from campaigns.console.jobs.dry_run import DRY_RUN
from campaigns.console.launching import line_named
from campaigns.console.visit import Visit
from campaigns.errors import ConflictError
from campaigns.store.changes import EDITABLE
from campaigns.store.console.audit import Deed
from campaigns.store.console.jobs import JobView, NewJob, latest_job
from campaigns.store.database import Session


def begin(visit: Visit, name: str, members: int) -> int:
    """Try it out over ``members`` of its customers, as a job: seconds to minutes. Its id.

    Raises NotFoundError; ConflictError: it runs or is over, or is being tried out already.
    """
    with visit.changing() as session:
        line = line_named(session, name)
        if line.state not in EDITABLE:
            raise ConflictError("a campaign is tried out before it is launched, or while it is paused")
        job = NewJob(DRY_RUN, "campaign", line.name, {"members": members})
        job_id = visit.jobs.add(session, job, visit.actor)
        after = {"members": members}
        visit.record(session, Deed("campaigns.tried_out", "campaign", line.name, after=after))
    visit.jobs.begin(job_id)
    return job_id


def latest(session: Session, name: str) -> JobView | None:
    """The campaign's latest dry run. Raises NotFoundError for an unknown campaign."""
    return latest_job(session, DRY_RUN, "campaign", line_named(session, name).name)
