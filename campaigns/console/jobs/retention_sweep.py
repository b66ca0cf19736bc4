"""Deleting records that are past their time, once the log of decisions is proved whole."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from campaigns.console.job import JobContext, JobKind
from campaigns.keeping import keeping
from campaigns.store.console.audit import Actor

RETENTION_SWEEP: Final = "retention.sweep"


def sweep(context: JobContext) -> Mapping[str, Any]:
    """How many of each kind were deleted. Raises ConflictError when the log of decisions does not hold."""
    services = context.services
    with services.database.reading() as session:
        now = services.ledger_now(session)
    kept = keeping(services.settings, services.database, services.pack, ledger=now, real=services.now())
    swept = kept.sweep(Actor(None, context.job.by, "job"))
    return {"deleted": {kind: count for kind, count in swept.items() if count}}


JOB = JobKind(RETENTION_SWEEP, sweep)
