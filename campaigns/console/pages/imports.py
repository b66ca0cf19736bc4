"""Bringing files in: a portfolio, payments, or what a checking vendor says of numbers."""

from __future__ import annotations

from typing import Any, Final

from starlette.datastructures import UploadFile
from starlette.responses import FileResponse, Response

from campaigns.console import intake
from campaigns.console.jobs.import_check import IMPORT_CHECK
from campaigns.console.jobs.import_run import IMPORT_RUN
from campaigns.console.page import MenuEntry, Page, PageRoute
from campaigns.console.view.templates import environment
from campaigns.console.visit import Visit
from campaigns.console.web.streams import stream
from campaigns.customers.intake.columns import Columns, bases, fields_of
from campaigns.customers.intake.kind import Kind
from campaigns.customers.intake.template import template_csv, template_xlsx
from campaigns.errors import AccessError, ConflictError, ImportFileError, NotFoundError
from campaigns.store.console import uploads as store
from campaigns.store.console.audit import Deed
from campaigns.store.console.jobs import JobView, NewJob, latest_job
from campaigns.store.console.uploads import UploadView
from campaigns.store.database import Session

PER_PAGE: Final = 25
LARGEST: Final = 2_000_000_000  # of a request; the setting upload_limit holds for the file
XLSX: Final = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def show(visit: Visit) -> Response:
    with visit.reading() as session:
        rows = store.uploads_page(session, before_id=visit.query_number("before"), limit=PER_PAGE + 1)
    more = rows[PER_PAGE - 1].id if len(rows) > PER_PAGE else None
    return visit.render(
        "imports/page.html", part="imports/rows.html", kinds=list(Kind), rows=rows[:PER_PAGE], more=more,
        limit=visit.services.console.upload_limit,
    )  # fmt: skip


def add(visit: Visit) -> Response:
    file, kind = visit.upload("file"), _kind(visit.form("kind", 16))
    if file is None or not file.filename:
        raise ConflictError("choose a file first")
    return visit.go(f"/imports/{bring(visit, file, kind)}")


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


def one(visit: Visit) -> Response:
    with visit.reading() as session:
        upload = _upload(visit, session)
        values = _progress(session, upload)
        saved = store.saved_mappings(session, upload.kind)
        at = visit.services.ledger_now(session)
    preview = intake.look(visit.services, upload, at) if upload.open else None
    chosen = Columns.model_validate(upload.columns)
    return visit.render(
        "imports/one.html",
        preview=preview,
        chosen=chosen,
        bases=bases(Kind(upload.kind)),
        fields=fields_of(Kind(upload.kind), chosen.base),
        saved=[name for name, _ in saved],
        **values,
    )


def watch(visit: Visit) -> Response:
    """How far the check or the import is, as long as it goes on."""
    upload_id = visit.number("id")
    template = environment(visit.language).get_template("imports/progress.html")
    with visit.reading() as session:
        store.upload_by_id(session, upload_id)

    def look() -> str | None:
        with visit.reading() as session:
            values = _progress(session, store.upload_by_id(session, upload_id))
        if values["job"] is None or not values["job"].open:
            return None
        return template.render(values, fmt=visit.formats, may=visit.may, csrf="")

    return stream(look)


def columns(visit: Visit) -> Response:
    """Read it by other columns; saved under a name when one is given."""
    with visit.changing() as session:
        upload = _upload(visit, session)
        chosen = _chosen(visit, session, upload)
        store.set_columns(session, upload.id, chosen.model_dump())
        before = Columns.model_validate(upload.columns)
        deed = Deed("imports.columns_set", "upload", str(upload.id), _told(before), _told(chosen))
        visit.record(session, deed)
        name = " ".join(visit.form("name", 64).split())
        if name:
            told = chosen.model_dump()
            store.save_mapping(session, upload.kind, name, told, by=visit.who.username, at=visit.now)
            deed = Deed("imports.mapping_saved", "mapping", name, after={"kind": upload.kind})
            visit.record(session, deed)
    return visit.go(f"/imports/{upload.id}", visit.text("The columns are set so."))


def _chosen(visit: Visit, session: Session, upload: UploadView) -> Columns:
    name = visit.form("use", 64)
    if name:
        for known, told in store.saved_mappings(session, upload.kind):
            if known == name:
                return Columns.model_validate(told)
        raise NotFoundError("there is no saved mapping %(name)r", name=name)
    kind, base = Kind(upload.kind), visit.form("base", 64)
    if base not in bases(kind):
        raise ConflictError("choose how the file is read")
    chosen = {field: visit.secret(f"field.{field}") for field in fields_of(kind, base)}
    found = {field: header for field, header in chosen.items() if header}
    twice = [header for header in found.values() if list(found.values()).count(header) > 1]
    if twice:
        raise ConflictError("a column was chosen for two fields; choose another for one of them")
    return Columns(base=base, chosen=found)


def _told(columns: Columns) -> dict[str, Any]:
    """For the audit log, without the headers: a file that has none begins with a customer."""
    return {"base": columns.base, "fields": sorted(columns.chosen)}


def check(visit: Visit) -> Response:
    return _begin(visit, IMPORT_CHECK, visit.text("All rows are being checked. Nothing is written."))


def start(visit: Visit) -> Response:
    return _begin(visit, IMPORT_RUN, visit.text("The import has begun."))


def begin(visit: Visit, upload_id: int, kind: str) -> int:
    """Check or import it as a job; its id. Raises NotFoundError, ConflictError."""
    with visit.changing() as session:
        upload = store.upload_by_id(session, upload_id)
        if not upload.open:
            raise ConflictError("this file was imported or discarded already; bring it in again")
        if kind == IMPORT_RUN and upload.state != "checked":
            raise ConflictError("check all rows first")
        for other in (IMPORT_CHECK, IMPORT_RUN):
            there = latest_job(session, other, "upload", str(upload_id))
            if there is not None and there.open:
                raise ConflictError("this is being done already")
        job_id = visit.jobs.add(session, NewJob(kind, "upload", str(upload_id), {}), visit.actor)
        if kind == IMPORT_RUN:
            after = {"kind": upload.kind, **upload.checked.get("counts", {})}
            visit.record(session, Deed("imports.begun", "upload", str(upload_id), after=after))
    visit.jobs.begin(job_id)
    return job_id


def _begin(visit: Visit, kind: str, notice: str) -> Response:
    begin(visit, visit.number("id"), kind)
    return visit.go(f"/imports/{visit.number('id')}", notice)


def discard(visit: Visit) -> Response:
    with visit.changing() as session:
        upload = _upload(visit, session)
        store.discard(session, upload.id, visit.now)
        visit.record(session, Deed("imports.discarded", "upload", str(upload.id)))
    intake.remove(visit.services, upload.stored)
    return visit.go("/imports", visit.text("The file is discarded; nothing of it was kept."))


def rejected(visit: Visit) -> Response:
    """The rejected rows with what is wrong, as they were: they hold personal data."""
    if not visit.who.sees_personal:
        raise AccessError("your role does not allow this")
    with visit.changing() as session:
        upload = _upload(visit, session)
        if upload.rejected is None:
            raise NotFoundError("no row of this file was rejected")
        path = intake.rejected_file(visit.services, upload.rejected)
        visit.record(session, Deed("imports.rejected_taken", "upload", str(upload.id)))
    stem = upload.file_name.rsplit(".", 1)[0]
    return FileResponse(path, media_type="text/csv; charset=utf-8", filename=f"{stem}-rejected.csv")


def template(visit: Visit) -> Response:
    kind, form = _kind(str(visit.request.path_params["kind"])), str(visit.request.path_params["form"])
    if form not in ("csv", "xlsx"):
        raise NotFoundError("there is no template as %(form)r", form=form)
    make = template_csv if form == "csv" else template_xlsx
    content = make(kind, visit.language, visit.now.astimezone(visit.services.settings.zone).date())
    headers = {"Content-Disposition": f'attachment; filename="xiaorong-{kind.value}.{form}"'}
    media = "text/csv; charset=utf-8" if form == "csv" else XLSX
    return Response(content, 200, headers, media)


def _kind(name: str) -> Kind:
    if name not in list(Kind):
        raise NotFoundError("there is no kind of file %(name)r", name=name)
    return Kind(name)


def _upload(visit: Visit, session: Session) -> UploadView:
    return store.upload_by_id(session, visit.number("id"))


def _progress(session: Session, upload: UploadView) -> dict[str, Any]:
    jobs = [latest_job(session, kind, "upload", str(upload.id)) for kind in (IMPORT_CHECK, IMPORT_RUN)]
    job: JobView | None = max((each for each in jobs if each), key=lambda each: each.id, default=None)
    return {"upload": upload, "job": job, "checks": job is not None and job.kind == IMPORT_CHECK}


PAGE = Page(
    routes=(
        PageRoute("/imports", show, "imports.read"),
        PageRoute("/imports", add, "imports.run", ("POST",), body_limit=LARGEST),
        PageRoute("/imports/templates/{kind}.{form}", template, "imports.read"),
        PageRoute("/imports/{id:int}", one, "imports.read"),
        PageRoute("/imports/{id:int}/events", watch, "imports.read"),
        PageRoute("/imports/{id:int}/columns", columns, "imports.run", ("POST",)),
        PageRoute("/imports/{id:int}/check", check, "imports.run", ("POST",)),
        PageRoute("/imports/{id:int}/start", start, "imports.run", ("POST",)),
        PageRoute("/imports/{id:int}/discard", discard, "imports.run", ("POST",)),
        PageRoute("/imports/{id:int}/rejected", rejected, "imports.run"),
    ),
    menu=(MenuEntry("Import", "/imports", "imports.read", order=25, icon="inbox"),),
)
