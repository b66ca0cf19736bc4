"""Reading a whole file without keeping anything of it: what an import would do."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from campaigns.console import intake
from campaigns.console.job import JobContext, JobKind, JobStopped
from campaigns.store.console.uploads import set_checked, upload_by_id

IMPORT_CHECK: Final = "import.check"


def progress_of(context: JobContext) -> intake.Progress:
    """Reports to the job; stops between two chunks."""

    def progress(done: int, total: int | None) -> None:
        if not context.progress(done, total or 0):
            raise JobStopped

    return progress


def check(context: JobContext) -> Mapping[str, Any]:
    """Raises ImportFileError, ConflictError, StoreError."""
    services, upload_id = context.services, int(context.job.subject)
    with services.database.reading() as session:
        upload = upload_by_id(session, upload_id)
    done = intake.work(services, upload, progress_of(context), rehearse=True)
    with services.database.transaction() as session:
        set_checked(session, upload_id, done.told, done.rejected)
    return done.counts


JOB = JobKind(IMPORT_CHECK, check)
