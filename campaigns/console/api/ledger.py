"""What the lender's ledger tells: files of customers and payments, and single payments."""

from __future__ import annotations

from datetime import timedelta
from typing import Annotated, Literal

from pydantic import Field, StringConstraints
from starlette.exceptions import HTTPException
from starlette.responses import FileResponse, Response

from campaigns.console import importing
from campaigns.console.api.endpoint import Endpoint, Given, Nothing, Reply, Told
from campaigns.console.api.fields import JobOut, Moment, Name, Short
from campaigns.console.jobs.import_check import IMPORT_CHECK
from campaigns.console.jobs.import_run import IMPORT_RUN
from campaigns.console.visit import Visit
from campaigns.customers.intake.kind import Kind
from campaigns.errors import ConflictError, NotFoundError
from campaigns.payments.record import PaymentRow
from campaigns.store.console import uploads as store
from campaigns.store.console.audit import Deed
from campaigns.store.console.jobs import JobView, job_by_id
from campaigns.store.console.uploads import UploadView
from campaigns.store.database import Session
from campaigns.store.payments import book_payments


class UploadIn(Given):
    """With a part ``file``. ``mapping``: how it is read; by default as its headers tell."""

    kind: Literal["portfolio", "payments", "numbers"]
    mapping: Name | None = None


class UploadOut(Told):
    """A file and how far it is: uploaded, checked, imported or discarded; counts by name."""

    id: int
    kind: str
    file_name: str
    state: str
    checked: dict[str, int]
    imported: dict[str, int]
    rejected: bool
    job: JobOut | None


class PaymentIn(Given):
    """Money that arrived. ``amount`` in minor units (1/100); ``reference`` is booked once, ever."""

    reference: Short
    account: Short
    amount: Annotated[int, Field(ge=1, le=10**12)]
    currency: Annotated[str, StringConstraints(pattern="^[A-Z]{3}$")] | None = None
    paid_at: Moment


class PaymentOut(Told):
    """``booked`` false: it was booked before. ``cleared``: the account owes nothing any more since."""

    reference: str
    booked: bool
    cleared: bool


def upload(visit: Visit, _query: Nothing, body: UploadIn) -> Reply:
    file = visit.upload("file")
    if file is None or not file.filename:
        raise HTTPException(422, "the form needs a file, named 'file', with a file name")
    upload_id = importing.bring(visit, file, Kind(body.kind), body.mapping or "")
    importing.begin(visit, upload_id, IMPORT_CHECK)
    return _reply(visit, upload_id)


def get(visit: Visit, _query: Nothing, _body: Nothing) -> Reply:
    return _reply(visit, visit.number("id"))


def start(visit: Visit, _query: Nothing, _body: Nothing) -> Reply:
    importing.begin(visit, visit.number("id"), IMPORT_RUN)
    return _reply(visit, visit.number("id"))


def rejected(visit: Visit, _query: Nothing, _body: Nothing) -> Response:
    path, name = importing.rejected(visit, visit.number("id"))
    return FileResponse(path, media_type="text/csv; charset=utf-8", filename=name)


def job(visit: Visit, _query: Nothing, _body: Nothing) -> JobOut:
    with visit.reading() as session:
        return job_out(job_by_id(session, visit.number("id")))


def pay(visit: Visit, _query: Nothing, body: PaymentIn) -> Reply:
    zone = visit.services.settings.zone
    with visit.changing() as session:
        now = visit.services.ledger_now(session)
        if body.paid_at > now + timedelta(minutes=5):
            raise ConflictError("this payment lies in the future")
        local = body.paid_at.astimezone(zone)
        row = PaymentRow(body.reference, body.account, None, body.amount, body.currency, local.date(), local)
        done = book_payments(session, [row], at=now, zone=zone, file_name="api")
        for reason in done.refused.values():
            told = f"{reason.field} {reason.detail}"
            raise NotFoundError(told) if reason.code == "unknown_account" else ConflictError(told)
        if done.booked:
            after = {"account": body.account, "amount": body.amount}
            visit.record(session, Deed("payments.booked", "payment", body.reference, after=after))
    out = PaymentOut(reference=body.reference, booked=done.booked == 1, cleared=done.cleared == 1)
    return Reply(out, status=201 if done.booked else 200)


def job_out(found: JobView) -> JobOut:
    return JobOut(
        id=found.id, kind=found.kind, state=found.state, done=found.done, total=found.total, error=found.error
    )


def _reply(visit: Visit, upload_id: int) -> Reply:
    with visit.reading() as session:
        return Reply(upload_told(session, upload_id))


def upload_told(session: Session, upload_id: int) -> UploadOut:
    """The file and how far it is. Raises NotFoundError."""
    found = store.upload_by_id(session, upload_id)
    return upload_out(found, importing.latest_work(session, found))


def upload_out(found: UploadView, work: JobView | None) -> UploadOut:
    """``work``: its check or import that began last."""
    return UploadOut(
        id=found.id,
        kind=found.kind,
        file_name=found.file_name,
        state=found.state,
        checked=found.checked.get("counts", {}),
        imported=found.imported.get("counts", {}),
        rejected=found.rejected is not None,
        job=None if work is None else job_out(work),
    )


TAG = "ledger"
ENDPOINTS = (
    Endpoint(
        "POST",
        "/imports",
        "imports.run",
        upload,
        "Bring in a file; all its rows are checked, none is written",
        TAG,
        UploadOut,
        body=UploadIn,
        status=202,
        fails=(409,),
        form=True,
        body_limit=importing.LARGEST,
        about="By its headers, or by `mapping`. How it is read is told and changed under /columns, its first "
        "rows under /rows.",
    ),
    Endpoint(
        "GET", "/imports/{id:int}", "imports.read", get, "How far a file is", TAG, UploadOut, fails=(404,)
    ),
    Endpoint(
        "POST",
        "/imports/{id:int}/start",
        "imports.run",
        start,
        "Import a file that was checked",
        TAG,
        UploadOut,
        status=202,
        fails=(404, 409),
    ),
    Endpoint(
        "GET",
        "/imports/{id:int}/rejected",
        "imports.run",
        rejected,
        "The rejected rows, with the reasons",
        TAG,
        None,
        fails=(404,),
        media="text/csv",
    ),
    Endpoint(
        "POST",
        "/payments",
        "payments.book",
        pay,
        "Book a payment",
        TAG,
        PaymentOut,
        body=PaymentIn,
        status=201,
        fails=(404, 409),
        once=True,
        describes={"also": 200},
    ),
    Endpoint("GET", "/jobs/{id:int}", "jobs.read", job, "How far a job is", TAG, JobOut, fails=(404,)),
)
