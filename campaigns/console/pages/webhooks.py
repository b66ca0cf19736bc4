"""Endpoints of the lender's systems that are told what happens: added, tested, sent to again."""

from __future__ import annotations

from starlette.responses import Response

from campaigns.console.jobs.webhooks_deliver import WEBHOOKS_DELIVER
from campaigns.console.page import MenuEntry, Page, PageRoute
from campaigns.console.visit import Visit
from campaigns.dialing.endpoints import KNOWN, put_endpoint
from campaigns.errors import ConflictError
from campaigns.outcomes.webhook_events import EventType
from campaigns.store import webhooks as store
from campaigns.store.console.audit import Deed
from campaigns.store.console.jobs import NewJob, latest_job
from campaigns.store.database import Session
from campaigns.store.outbox import emit_to


def show(visit: Visit) -> Response:
    return _page(visit)


def add(visit: Visit) -> Response:
    name, url = visit.form("name", 64), visit.form("url", 2000)
    try:
        secret = create(visit, name, url, visit.choices("events"))
    except ConflictError as error:
        return _page(visit, wrong=visit.explain(error))
    return _page(visit, secret=secret)


def create(visit: Visit, name: str, url: str, events: list[str]) -> str:
    """Add an endpoint; its secret, told this once. Raises ConflictError."""
    deed = Deed("webhooks.added", "endpoint", name, after={"url": url, "events": events})
    with visit.changing(deed) as session:
        return put_endpoint(session, visit.services.settings, name, url, events)


def remove(visit: Visit) -> Response:
    take_off(visit, _name(visit))
    return visit.go("/settings/webhooks", visit.text("The endpoint is told nothing more."))


def take_off(visit: Visit, name: str) -> int:
    """Tell it nothing more; how many events that were due are given up. Raises NotFoundError."""
    with visit.changing() as session:
        given_up = store.remove_endpoint(session, name, visit.now)
        visit.record(session, Deed("webhooks.removed", "endpoint", name, after={"count": given_up}))
    return given_up


def test(visit: Visit) -> Response:
    send_test(visit, _name(visit))
    return visit.go("/settings/webhooks", visit.text("A test event is on its way."))


def send_test(visit: Visit, name: str) -> int:
    """Send it an event of its own; the job. Raises NotFoundError."""
    with visit.changing() as session:
        endpoint = store.endpoint_by_name(session, name)
        emit_to(session, endpoint.id, EventType.TEST, visit.now, {"endpoint": name})
        visit.record(session, Deed("webhooks.tested", "endpoint", name))
        job_id = _deliver(visit, session)
    return _begun(visit, job_id)


def redeliver(visit: Visit) -> Response:
    count, _job = send_again(visit, _name(visit))
    return visit.go("/settings/webhooks", visit.text("%(count)s events are sent again.", count=count))


def send_again(visit: Visit, name: str) -> tuple[int, int]:
    """Put what was given up back in the queue: how many, and the job. Raises NotFoundError."""
    with visit.changing() as session:
        count = store.redeliver(session, name)
        visit.record(session, Deed("webhooks.redelivered", "endpoint", name, after={"count": count}))
        job_id = _deliver(visit, session)
    return count, _begun(visit, job_id)


def _deliver(visit: Visit, session: Session) -> tuple[int, bool]:
    """A job that sends what is due, and whether it is to be begun: one that goes on takes this along."""
    there = latest_job(session, WEBHOOKS_DELIVER, "endpoint", "all")
    if there is not None and there.state == "queued":
        return there.id, False
    subject = "all" if there is None or not there.open else f"after {there.id}"
    return visit.jobs.add(session, NewJob(WEBHOOKS_DELIVER, "endpoint", subject, {}), visit.actor), True


def _begun(visit: Visit, job: tuple[int, bool]) -> int:
    job_id, begin = job
    if begin:
        visit.jobs.begin(job_id)
    return job_id


def _name(visit: Visit) -> str:
    return str(visit.request.path_params["name"])


def _page(visit: Visit, *, wrong: str = "", secret: str = "") -> Response:
    with visit.reading() as session:
        endpoints = store.list_endpoints(session)
        dead = {each.name: store.dead_letters(session, each.name, 5) for each in endpoints if each.dead}
    return visit.render(
        "webhooks/page.html",
        status=422 if wrong else 200,
        endpoints=endpoints,
        dead=dead,
        known=KNOWN,
        wrong=wrong,
        secret=secret,
    )


PAGE = Page(
    routes=(
        PageRoute("/settings/webhooks", show, "webhooks.read"),
        PageRoute("/settings/webhooks", add, "webhooks.write", ("POST",)),
        PageRoute("/settings/webhooks/{name}/remove", remove, "webhooks.write", ("POST",)),
        PageRoute("/settings/webhooks/{name}/test", test, "webhooks.write", ("POST",)),
        PageRoute("/settings/webhooks/{name}/redeliver", redeliver, "webhooks.write", ("POST",)),
    ),
    menu=(MenuEntry("Webhooks", "/settings/webhooks", "webhooks.read", "settings", 70, "hook"),),
)
