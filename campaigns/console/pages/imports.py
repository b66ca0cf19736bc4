"""Bringing files in: a portfolio, payments, or what a checking vendor says of numbers."""

from __future__ import annotations

from typing import Any, Final

from starlette.responses import FileResponse, Response

from campaigns.console import grading, importing, intake
from campaigns.console.jobs.import_check import IMPORT_CHECK
from campaigns.console.jobs.import_run import IMPORT_RUN
from campaigns.console.page import MenuEntry, Page, PageRoute
from campaigns.console.view.templates import environment
from campaigns.console.visit import Visit
from campaigns.console.web.streams import stream
from campaigns.customers.intake.columns import Columns, bases, fields_of
from campaigns.customers.intake.kind import Kind
from campaigns.customers.intake.template import template_csv, template_xlsx
from campaigns.errors import ConflictError, ImportFileError, NotFoundError
from campaigns.store.console import uploads as store
from campaigns.store.console.uploads import UploadView
from campaigns.store.database import Session

PER_PAGE: Final = 25
GRADED: Final = (Kind.PORTFOLIO, Kind.PAYMENTS)  # these bring what customers are graded by
XLSX: Final = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def show(visit: Visit, wrong: Exception | None = None) -> Response:
    """``wrong``: why the file that was just sent was not taken."""
    with visit.reading() as session:
        rows = store.uploads_page(session, before_id=visit.query_number("before"), limit=PER_PAGE + 1)
    more = rows[PER_PAGE - 1].id if len(rows) > PER_PAGE else None
    return visit.render(
        "imports/page.html", part="imports/rows.html", kinds=list(Kind), rows=rows[:PER_PAGE], more=more,
        limit=visit.services.console.upload_limit, wrong=wrong, status=200 if wrong is None else 422,
    )  # fmt: skip


def add(visit: Visit) -> Response:
    file, kind = visit.upload("file"), _kind(visit.form("kind", 16))
    if file is None or not file.filename:
        raise ConflictError("choose a file first")
    try:
        upload_id = importing.bring(visit, file, kind)
    except ImportFileError as error:
        return show(visit, error)
    return visit.go(f"/imports/{upload_id}")


def one(visit: Visit) -> Response:
    with visit.reading() as session:
        upload = _upload(visit, session)
        values = _progress(session, upload)
        saved = store.saved_mappings(session, upload.kind)
        at = visit.services.ledger_now(session)
        graded = upload.kind in GRADED and upload.state == "imported" and visit.may("customers.read")
        standing = grading.standing(visit.services, session) if graded else None
    preview = intake.look(visit.services, upload, at) if upload.open else None
    chosen = Columns.model_validate(upload.columns)
    fields = fields_of(Kind(upload.kind), chosen.base)
    return visit.render(
        "imports/one.html",
        preview=preview,
        grading=standing,
        chosen=chosen,
        bases=bases(Kind(upload.kind)),
        fields=fields,
        lacking=[name for name, must in fields.items() if must and name not in chosen.chosen],
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
    upload_id = visit.number("id")
    with visit.reading() as session:
        chosen = _chosen(visit, session, store.upload_by_id(session, upload_id))
    importing.set_columns(visit, upload_id, chosen, visit.form("name", 64))
    return visit.go(f"/imports/{upload_id}", visit.text("The columns are set so."))


def _chosen(visit: Visit, session: Session, upload: UploadView) -> Columns:
    name = visit.form("use", 64)
    if name:
        return importing.saved_columns(session, upload.kind, name)
    kind, base = Kind(upload.kind), visit.form("base", 64)
    if base not in bases(kind):
        raise ConflictError("choose how the file is read")
    chosen = {field: visit.secret(f"field.{field}") for field in fields_of(kind, base)}
    return Columns(base=base, chosen={field: header for field, header in chosen.items() if header})


def check(visit: Visit) -> Response:
    return _begin(visit, IMPORT_CHECK, visit.text("All rows are being checked. Nothing is written."))


def start(visit: Visit) -> Response:
    return _begin(visit, IMPORT_RUN, visit.text("The import has begun."))


def _begin(visit: Visit, kind: str, notice: str) -> Response:
    importing.begin(visit, visit.number("id"), kind)
    return visit.go(f"/imports/{visit.number('id')}", notice)


def discard(visit: Visit) -> Response:
    importing.discard(visit, visit.number("id"))
    return visit.go("/imports", visit.text("The file is discarded; nothing of it was kept."))


def rejected(visit: Visit) -> Response:
    """The rejected rows with what is wrong, as they were: they hold personal data."""
    path, name = importing.rejected(visit, visit.number("id"))
    return FileResponse(path, media_type="text/csv; charset=utf-8", filename=name)


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
    job = importing.latest_work(session, upload)
    return {"upload": upload, "job": job, "checks": job is not None and job.kind == IMPORT_CHECK}


PAGE = Page(
    routes=(
        PageRoute("/imports", show, "imports.read"),
        PageRoute("/imports", add, "imports.run", ("POST",), body_limit=importing.LARGEST),
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
