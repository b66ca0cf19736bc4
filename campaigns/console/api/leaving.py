"""What leaves: exports for the one who asks, and events for the lender's systems."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal

from pydantic import StringConstraints
from starlette.responses import FileResponse, Response

from campaigns.console import exporting
from campaigns.console.api.campaign_told import name_of
from campaigns.console.api.endpoint import Endpoint, Given, Nothing, Reply, Told
from campaigns.console.api.fields import Day, JobOut, Name, Plain
from campaigns.console.api.ledger import job_out
from campaigns.console.pages import webhooks
from campaigns.console.visit import Visit
from campaigns.dialing.endpoints import KNOWN
from campaigns.outcomes.exports.run import Wanted, format_of
from campaigns.outcomes.exports.schema import DATASETS
from campaigns.outcomes.exports.writers import Format
from campaigns.outcomes.overview.period import Period
from campaigns.store import webhooks as store

Dataset = Literal[tuple(DATASETS)]  # type: ignore[valid-type]
FormatName = Literal[tuple(each.value for each in Format)]  # type: ignore[valid-type]
Event = Literal[tuple(KNOWN)]  # type: ignore[valid-type]
EndpointName = Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9._-]{0,63}$")]


class ExportIn(Given):
    """``personal``: names and numbers in full, for a ``reason`` that is kept on record."""

    dataset: Dataset  # type: ignore[valid-type]
    format: FormatName = "csv"  # type: ignore[valid-type]
    campaigns: tuple[Name, ...] = ()
    first: Day | None = None
    last: Day | None = None
    personal: bool = False
    reason: Annotated[Plain, StringConstraints(max_length=255)] = ""


class ExportOut(Told):
    """``approval``: a second person must agree first; then the export is there under its own job."""

    job: JobOut | None
    approval: int | None
    rows: int | None


class EndpointIn(Given):
    """An address that is told of events; none chosen: of all."""

    name: EndpointName
    url: Annotated[Plain, StringConstraints(min_length=1, max_length=2000)]
    events: tuple[Event, ...] = ()  # type: ignore[valid-type]


class EndpointOut(Told):
    """Counts are of deliveries."""

    name: str
    url: str
    events: tuple[str, ...]
    created_at: datetime
    pending: int
    delivered: int
    dead: int
    last_reason: str | None


class EndpointsOut(Told):
    """All that are told."""

    items: tuple[EndpointOut, ...]


class SecretOut(Told):
    """With it the signatures are checked. It is told this once."""

    name: str
    secret: str


class CountOut(Told):
    """How many events it concerns; ``job`` sends them."""

    count: int
    job: int | None


def ask(visit: Visit, _query: Nothing, body: ExportIn) -> ExportOut:
    wanted = Wanted(
        body.dataset,
        format_of(body.format),
        body.campaigns,
        Period(body.first, body.last),
        body.personal,
        body.reason,
    )
    done = exporting.ask(visit, wanted)
    if done.job_id is None:
        return ExportOut(job=None, approval=done.approval_id, rows=None)
    return _export(visit, done.job_id)


def export(visit: Visit, _query: Nothing, _body: Nothing) -> ExportOut:
    return _export(visit, visit.number("id"))


def file(visit: Visit, _query: Nothing, _body: Nothing) -> Response:
    path, name = exporting.take(visit, visit.number("id"))
    return FileResponse(path, media_type="application/octet-stream", filename=name)


def _export(visit: Visit, job_id: int) -> ExportOut:
    with visit.reading() as session:
        job = exporting.own_job(session, visit, job_id)
    return ExportOut(job=job_out(job), approval=None, rows=job.result.get("rows"))


def endpoints(visit: Visit, _query: Nothing, _body: Nothing) -> EndpointsOut:
    with visit.reading() as session:
        found = store.list_endpoints(session)
    items = (
        EndpointOut(**{name: getattr(each, name) for name in EndpointOut.model_fields}) for each in found
    )
    return EndpointsOut(items=tuple(items))


def add(visit: Visit, _query: Nothing, body: EndpointIn) -> SecretOut:
    return SecretOut(name=body.name, secret=webhooks.create(visit, body.name, body.url, list(body.events)))


def remove(visit: Visit, _query: Nothing, _body: Nothing) -> CountOut:
    return CountOut(count=webhooks.take_off(visit, name_of(visit)), job=None)


def test(visit: Visit, _query: Nothing, _body: Nothing) -> Reply:
    return Reply(CountOut(count=1, job=webhooks.send_test(visit, name_of(visit))))


def redeliver(visit: Visit, _query: Nothing, _body: Nothing) -> Reply:
    count, job = webhooks.send_again(visit, name_of(visit))
    return Reply(CountOut(count=count, job=job))


EXPORTS, HOOKS = "exports", "webhooks"
ENDPOINTS = (
    Endpoint(
        "POST",
        "/exports",
        "exports.run",
        ask,
        "Ask for an export",
        EXPORTS,
        ExportOut,
        body=ExportIn,
        status=202,
        fails=(404, 409),
        once=True,
    ),
    Endpoint(
        "GET",
        "/exports/{id:int}",
        "exports.run",
        export,
        "How far an export of yours is",
        EXPORTS,
        ExportOut,
        fails=(404,),
    ),
    Endpoint(
        "GET",
        "/exports/{id:int}/file",
        "exports.run",
        file,
        "The file of an export of yours",
        EXPORTS,
        None,
        fails=(404,),
    ),
    Endpoint("GET", "/webhooks", "webhooks.read", endpoints, "List endpoints", HOOKS, EndpointsOut),
    Endpoint(
        "POST",
        "/webhooks",
        "webhooks.write",
        add,
        "Add an endpoint",
        HOOKS,
        SecretOut,
        body=EndpointIn,
        status=201,
        fails=(409,),
    ),
    Endpoint(
        "DELETE",
        "/webhooks/{name}",
        "webhooks.write",
        remove,
        "Remove an endpoint",
        HOOKS,
        CountOut,
        fails=(404,),
    ),
    Endpoint(
        "POST",
        "/webhooks/{name}/test",
        "webhooks.write",
        test,
        "Send a test event",
        HOOKS,
        CountOut,
        status=202,
        fails=(404, 409),
    ),
    Endpoint(
        "POST",
        "/webhooks/{name}/redeliver",
        "webhooks.write",
        redeliver,
        "Send again what was given up",
        HOOKS,
        CountOut,
        status=202,
        fails=(404, 409),
    ),
)
