"""Importing a file that was checked; it is removed when all of it is in the store."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from campaigns.console import intake
from campaigns.console.job import JobContext, JobKind
from campaigns.console.jobs.import_check import progress_of
from campaigns.store.console.uploads import set_imported, upload_by_id

IMPORT_RUN: Final = "import.run"


def run(context: JobContext) -> Mapping[str, Any]:
    """Chunks that are stored stay when it is stopped; run again, it goes on to the same end.

    Raises ImportFileError, ConflictError, StoreError.
    """
    services, upload_id = context.services, int(context.job.subject)
    with services.database.reading() as session:
        upload = upload_by_id(session, upload_id)
    done = intake.work(services, upload, progress_of(context), rehearse=False)
    with services.database.transaction() as session:
        set_imported(session, upload_id, done.told, done.rejected, services.now())
    intake.remove(services, upload.stored)
    return done.counts


JOB = JobKind(IMPORT_RUN, run)
