"""Deleting records that are past their time, once the log of decisions is proved whole."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from campaigns.compliance.chain import LogSeal
from campaigns.console.job import JobContext, JobKind
from campaigns.errors import ConflictError
from campaigns.recordings import open_recordings
from campaigns.store.sweeping import Sweeper
from campaigns.store.verify import verify

RETENTION_SWEEP: Final = "retention.sweep"


def sweep(context: JobContext) -> Mapping[str, Any]:
    """How many of each kind were deleted.

    Raises ConflictError when the log does not hold: what could prove a change is not deleted.
    """
    services = context.services
    with services.database.reading() as session:
        now = services.ledger_now(session)
    log = LogSeal(services.settings.permit_key())
    if verify(services.database, log).broken is not None:
        raise ConflictError(
            "the log of decisions is broken, and nothing is deleted; see 'xiaorong compliance verify'"
        )
    with open_recordings(services.settings) as shelf:
        swept = Sweeper(services.database, services.pack, log, shelf, now).sweep()
    return {"deleted": {str(kind): count for kind, count in swept.items()}}


JOB = JobKind(RETENTION_SWEEP, sweep)
