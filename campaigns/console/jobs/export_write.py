"""Writing an export to a file that waits for the one who asked."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from campaigns.console import exporting
from campaigns.console.job import JobContext, JobKind, JobStopped
from campaigns.outcomes.exports.run import write_export


def write(context: JobContext) -> Mapping[str, Any]:
    """Raises NotFoundError, ConflictError, SettingsError, StoreError."""
    services, job = context.services, context.job
    wanted = exporting.wanted_of(job.arguments)
    folder = exporting.folder(services)
    oldest = (services.now() - exporting.KEPT).timestamp()
    for left in folder.iterdir():
        if left.stat().st_mtime < oldest:
            left.unlink()

    def progress(done: int, total: int) -> None:
        if not context.progress(done, total):
            raise JobStopped

    out = folder / f"{job.subject}.{wanted.form.value}"
    done = write_export(
        services.database,
        services.settings.zone,
        wanted,
        out,
        actor=job.by,
        now=services.now,
        progress=progress,
    )
    return {"rows": done.rows, "record": done.record, "bytes": out.stat().st_size}


JOB = JobKind(exporting.EXPORT_WRITE, write)
