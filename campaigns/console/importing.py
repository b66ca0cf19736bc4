"""Bringing files in: kept, read by columns, checked, imported, discarded, for pages and programs alike."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

from starlette.datastructures import UploadFile

from campaigns.console import intake
from campaigns.console.jobs.import_check import IMPORT_CHECK
from campaigns.console.jobs.import_run import IMPORT_RUN
from campaigns.console.visit import Visit
from campaigns.customers.intake.columns import Columns, bases, fields_of
from campaigns.customers.intake.kind import Kind
from campaigns.errors import AccessError, ConflictError, ImportFileError, NotFoundError
from campaigns.store.console import uploads as store
from campaigns.store.console.audit import Deed
from campaigns.store.console.jobs import JobView, NewJob, latest_by_subject
from campaigns.store.console.uploads import UploadView
from campaigns.store.database import Session

LARGEST: Final = 2_000_000_000  # of a request; the setting upload_limit holds for the file


def bring(visit: Visit, file: UploadFile, kind: Kind, base: str = "") -> int:
    """Keep a file aside and guess its columns; its id. Raises ImportFileError."""
    services = visit.services
    new = intake.keep(services, file.file, file.filename or "", kind, services.console.upload_limit)
    try:
        with visit.reading() as session:
            known = store.saved_mappings(session, kind.value)
        saved = [Columns.model_validate(columns) for _, columns in known]
        columns = intake.columns_for(services, new, saved, base)
    except (ImportFileError, ConflictError):
        intake.remove(services, new.stored)
        raise
    with visit.changing() as session:
        for old in store.left_over(session, intake.oldest_kept(visit.now)):
            store.discard(session, old.id, visit.now)
            intake.remove(services, old.stored)
        new = store.NewUpload(
            new.kind, new.file_name, new.stored, new.bytes, new.sha256, columns.model_dump()
        )
        upload_id = store.add_upload(
            session, new, user_id=visit.who.user_id, by=visit.who.username, at=visit.now
        )
        after = {"kind": kind.value, "bytes": new.bytes, "sha256": new.sha256}
        visit.record(session, Deed("imports.brought", "upload", str(upload_id), after=after))
    return upload_id


def set_columns(visit: Visit, upload_id: int, chosen: Columns, save_as: str = "") -> None:
    """Read a file by these columns, what was checked of it no longer holds; saved under a name when one is
    given. Raises NotFoundError; ConflictError: a column for two fields, or it is being read, or is done with.
    """
    with visit.changing() as session:
        upload = store.upload_by_id(session, upload_id)
        _check_idle(session, upload)
        _check_columns(Kind(upload.kind), chosen)
        store.set_columns(session, upload.id, chosen.model_dump())
        before = Columns.model_validate(upload.columns)
        deed = Deed("imports.columns_set", "upload", str(upload.id), _told(before), _told(chosen))
        visit.record(session, deed)
        name = " ".join(save_as.split())
        if name:
            told = chosen.model_dump()
            store.save_mapping(session, upload.kind, name, told, by=visit.who.username, at=visit.now)
            deed = Deed("imports.mapping_saved", "mapping", name, after={"kind": upload.kind})
            visit.record(session, deed)


def _told(columns: Columns) -> dict[str, Any]:
    """For the audit log, without the headers: a file that has none begins with a customer."""
    return {"base": columns.base, "fields": sorted(columns.chosen)}


def saved_columns(session: Session, kind: str, name: str) -> Columns:
    """Those that were saved under a name. Raises NotFoundError."""
    for known, told in store.saved_mappings(session, kind):
        if known == name:
            return Columns.model_validate(told)
    raise NotFoundError("there is no saved mapping %(name)r", name=name)


def _check_columns(kind: Kind, columns: Columns) -> None:
    if columns.base not in bases(kind):
        raise ConflictError("choose how the file is read")
    known = fields_of(kind, columns.base)
    if strange := sorted(set(columns.chosen) - set(known)):
        raise ConflictError(
            "there is no field %(field)r in such a file; there are: %(known)s",
            field=strange[0],
            known=", ".join(known),
        )
    headers = list(columns.chosen.values())
    if any(headers.count(header) > 1 for header in headers):
        raise ConflictError("a column was chosen for two fields; choose another for one of them")


def begin(visit: Visit, upload_id: int, kind: str) -> int:
    """Check or import it as a job; its id. Raises NotFoundError, ConflictError."""
    with visit.changing() as session:
        upload = store.upload_by_id(session, upload_id)
        if not upload.open:
            raise ConflictError("this file was imported or discarded already; bring it in again")
        if kind == IMPORT_RUN and upload.state != "checked":
            raise ConflictError("check all rows first")
        _check_idle(session, upload)
        job_id = visit.jobs.add(session, NewJob(kind, "upload", str(upload_id), {}), visit.actor)
        if kind == IMPORT_RUN:
            after = {"kind": upload.kind, **upload.checked.get("counts", {})}
            visit.record(session, Deed("imports.begun", "upload", str(upload_id), after=after))
    visit.jobs.begin(job_id)
    return job_id


def discard(visit: Visit, upload_id: int) -> None:
    """It will not be imported: nothing of it is kept. Raises NotFoundError, ConflictError when it was."""
    with visit.changing() as session:
        upload = store.upload_by_id(session, upload_id)
        _check_idle(session, upload)
        store.discard(session, upload.id, visit.now)
        visit.record(session, Deed("imports.discarded", "upload", str(upload.id)))
    intake.remove(visit.services, upload.stored)


def rejected(visit: Visit, upload_id: int) -> tuple[Path, str]:
    """The rejected rows with what is wrong, as they were, and what the file is called; on record.

    They hold personal data: AccessError for who may not see it. Raises NotFoundError, ImportFileError.
    """
    if not visit.who.sees_personal:
        raise AccessError("your role does not allow this")
    with visit.changing() as session:
        upload = store.upload_by_id(session, upload_id)
        if upload.rejected is None:
            raise NotFoundError("no row of this file was rejected")
        path = intake.rejected_file(visit.services, upload.rejected)
        visit.record(session, Deed("imports.rejected_taken", "upload", str(upload.id)))
    return path, f"{upload.file_name.rsplit('.', 1)[0]}-rejected.csv"


def _check_idle(session: Session, upload: UploadView) -> None:
    """What is being read goes on by the columns with which it began, and to its end."""
    work = latest_work(session, upload)
    if work is not None and work.open:
        raise ConflictError("this is being done already")


def latest_work(session: Session, upload: UploadView) -> JobView | None:
    """The check or import of it that began last."""
    return works_of(session, [upload]).get(upload.id)


def works_of(session: Session, uploads: Sequence[UploadView]) -> dict[int, JobView]:
    """The same of each that has one, by its id."""
    subjects = [str(upload.id) for upload in uploads]
    found = latest_by_subject(session, (IMPORT_CHECK, IMPORT_RUN), "upload", subjects)
    return {int(subject): job for subject, job in found.items()}
