"""How a file is read: its columns as suggested and as chosen, its first rows, and what becomes of it."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Any

from pydantic import Field, StringConstraints

from campaigns.console import importing, intake
from campaigns.console.api.endpoint import Endpoint, Given, Nothing, Reply, Told
from campaigns.console.api.fields import Paged, Plain, told
from campaigns.console.api.ledger import UploadOut, upload_out, upload_told
from campaigns.console.jobs.import_check import IMPORT_CHECK
from campaigns.console.visit import Visit
from campaigns.customers.intake.columns import Columns, bases, fields_of
from campaigns.customers.intake.kind import Kind
from campaigns.errors import ConflictError
from campaigns.private import Private
from campaigns.store.console import uploads as store
from campaigns.store.console.uploads import UploadView

Header = Annotated[str, StringConstraints(min_length=1, max_length=255)]


class UploadsOut(Told):
    """``next``: the cursor of the following page; null: this is the last."""

    items: tuple[UploadOut, ...]
    next: str | None


class FieldOut(Told):
    """A field that a column can be. ``column``: the header that is read as it; null: none."""

    name: str
    needed: bool
    column: str | None


class ColumnsOut(Told):
    """How the file is read: guessed from its headers when it came, or as chosen since.

    ``base``: the mapping or vendor whose codes and formats hold, one of ``bases``. ``saved``: columns saved
    under a name for files of this kind. ``wrong``: why it cannot be read so; null: it can.
    """

    base: str
    fields: tuple[FieldOut, ...]
    headers: tuple[str, ...]
    bases: tuple[str, ...]
    saved: tuple[str, ...]
    encoding: str
    wrong: str | None


class ColumnsIn(Given):
    """Either ``saved``, a name under which columns were saved, or ``base`` and ``columns``.

    ``columns``: the header of each field. ``save_as`` keeps them for the next file.
    """

    saved: Annotated[Plain, StringConstraints(min_length=1, max_length=64)] | None = None
    base: Annotated[Plain, StringConstraints(min_length=1, max_length=64)] | None = None
    columns: Annotated[dict[str, Header], Field(max_length=200)] | None = None
    save_as: Annotated[Plain, StringConstraints(max_length=64)] = ""


class AmountOut(Told):
    """Money in minor units."""

    amount: int
    currency: str | None


class ReasonOut(Told):
    """Why a row, or a part of it, was left out. It holds nothing of the row."""

    field: str
    code: str
    detail: str


class RowOut(Told):
    """A row as it will be read; names and numbers are masked without personal.see.

    ``row``: its number in the file, the header is 1. ``kept`` false: it is rejected, or tells nothing.
    """

    row: int
    kept: bool
    values: dict[str, str | int | AmountOut | None]
    reasons: tuple[ReasonOut, ...]


class RowsOut(Told):
    """The first rows. ``wrong``: why it cannot be read with these columns; null: it can."""

    rows: tuple[RowOut, ...]
    wrong: str | None


def listed(visit: Visit, query: Paged, _body: Nothing) -> UploadsOut:
    with visit.reading() as session:
        rows = store.uploads_page(session, before_id=query.place, limit=query.limit + 1)
        shown = rows[: query.limit]
        works = importing.works_of(session, shown)
    more = str(shown[-1].id) if len(rows) > query.limit else None
    return UploadsOut(items=tuple(upload_out(each, works.get(each.id)) for each in shown), next=more)


def columns(visit: Visit, _query: Nothing, _body: Nothing) -> ColumnsOut:
    with visit.reading() as session:
        upload = store.upload_by_id(session, visit.number("id"))
    return _columns(visit, upload)


def rows(visit: Visit, _query: Nothing, _body: Nothing) -> RowsOut:
    with visit.reading() as session:
        upload = store.upload_by_id(session, visit.number("id"))
    seen = _look(visit, upload)
    found = (
        RowOut(
            row=each.number,
            kept=each.kept,
            values={head: _cell(visit, cell) for head, cell in zip(seen.heads, each.cells, strict=False)},
            reasons=tuple(ReasonOut.model_validate(reason) for reason in each.reasons),
        )
        for each in seen.rows
    )
    return RowsOut(rows=tuple(found), wrong=None if seen.wrong is None else visit.explain(seen.wrong))


def choose(visit: Visit, _query: Nothing, body: ColumnsIn) -> ColumnsOut:
    if (body.saved is None) == (body.base is None):
        raise ConflictError("name columns that were saved, or a base and its columns")
    with visit.reading() as session:
        upload = store.upload_by_id(session, visit.number("id"))
        if body.saved is not None:
            chosen = importing.saved_columns(session, upload.kind, body.saved)
        else:
            chosen = Columns(base=body.base or "", chosen=body.columns or {})
    importing.set_columns(visit, upload.id, chosen, body.save_as)
    return columns(visit, Nothing(), Nothing())


def check(visit: Visit, _query: Nothing, _body: Nothing) -> Reply:
    importing.begin(visit, visit.number("id"), IMPORT_CHECK)
    return Reply(_upload(visit))


def discard(visit: Visit, _query: Nothing, _body: Nothing) -> UploadOut:
    importing.discard(visit, visit.number("id"))
    return _upload(visit)


def _upload(visit: Visit) -> UploadOut:
    with visit.reading() as session:
        return upload_told(session, visit.number("id"))


def _look(visit: Visit, upload: UploadView) -> intake.Preview:
    if not upload.open:
        raise ConflictError("this file was imported or discarded already; bring it in again")
    with visit.reading() as session:
        at = visit.services.ledger_now(session)
    return intake.look(visit.services, upload, at)


def _columns(visit: Visit, upload: UploadView) -> ColumnsOut:
    seen = _look(visit, upload)
    kind, chosen = Kind(upload.kind), Columns.model_validate(upload.columns)
    with visit.reading() as session:
        saved = store.saved_mappings(session, upload.kind)
    return ColumnsOut(
        base=chosen.base,
        fields=tuple(
            FieldOut(name=name, needed=must, column=chosen.chosen.get(name))
            for name, must in fields_of(kind, chosen.base).items()
        ),
        headers=tuple(header for header in seen.headers if header),
        bases=bases(kind),
        saved=tuple(name for name, _ in saved),
        encoding=seen.encoding,
        wrong=None if seen.wrong is None else visit.explain(seen.wrong),
    )


def _cell(visit: Visit, cell: Any) -> str | int | AmountOut | None:
    match cell:
        case Private():
            return told(visit, cell)
        case (amount, currency):
            return AmountOut(amount=amount, currency=currency)
        case datetime() | date():
            return cell.isoformat()
        case int() | str() | None:
            return cell
    return str(cell)


TAG = "ledger"
ENDPOINTS = (
    Endpoint(
        "GET",
        "/imports",
        "imports.read",
        listed,
        "List files that were brought in, newest first",
        TAG,
        UploadsOut,
        Paged,
    ),
    Endpoint(
        "GET",
        "/imports/{id:int}/columns",
        "imports.read",
        columns,
        "How a file is read: the suggested or chosen columns",
        TAG,
        ColumnsOut,
        fails=(409,),
    ),
    Endpoint(
        "PUT",
        "/imports/{id:int}/columns",
        "imports.run",
        choose,
        "Read a file by other columns",
        TAG,
        ColumnsOut,
        body=ColumnsIn,
        fails=(409,),
        about="What was checked of it no longer holds: check it again before it is imported.",
    ),
    Endpoint(
        "GET",
        "/imports/{id:int}/rows",
        "imports.read",
        rows,
        "The first rows of a file, as they will be read",
        TAG,
        RowsOut,
        fails=(409,),
    ),
    Endpoint(
        "POST",
        "/imports/{id:int}/check",
        "imports.run",
        check,
        "Check all rows of a file",
        TAG,
        UploadOut,
        status=202,
        fails=(409,),
        about="Nothing is written. Follow it by reading the file, or its job.",
    ),
    Endpoint(
        "DELETE",
        "/imports/{id:int}",
        "imports.run",
        discard,
        "Discard a file that was not imported",
        TAG,
        UploadOut,
        fails=(409,),
    ),
)
