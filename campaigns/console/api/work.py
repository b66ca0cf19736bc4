"""What needs a person: listed as on Today, and closed with what came of it."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from pydantic import Field, StringConstraints

from campaigns.console.api.endpoint import Endpoint, Given, Nothing, Told
from campaigns.console.api.fields import Limit, Plain, Why, told
from campaigns.console.visit import Visit
from campaigns.console.work import close_work
from campaigns.store.console import today as store
from campaigns.store.console.today import FollowUpLine


class FollowUpQuery(Given):
    """``cursor``: the ``next`` of the page before."""

    reason: Annotated[
        Plain,
        Field(
            max_length=32,
            description="One of /follow-ups/reasons, such as refused.",
        ),
    ] = ""
    cursor: Annotated[str, StringConstraints(pattern=r"^u?[0-9]{1,9}$")] | None = None
    limit: Limit = 100


class FollowUpOut(Told):
    """One piece of open work. Without personal.see the name and number are masked, and ``said`` is null.

    ``customer``: the lender's key; null: nobody that is known. ``said``: by the customer at the end of the
    call, or in a text message.
    """

    id: int
    reason: str
    urgent: bool
    created_at: datetime
    customer: str | None
    name: str | None
    number: str | None
    call_id: int | None
    disposition: str | None
    said: str | None


class FollowUpsOut(Told):
    """``next``: the cursor of the following page; null: this is the last."""

    items: tuple[FollowUpOut, ...]
    next: str | None


class FollowUpReason(Told):
    """Open work of one reason."""

    reason: str
    count: int
    urgent: int
    oldest_at: datetime


class FollowUpReasons(Told):
    """Reasons with urgent work first, then those with the most."""

    items: tuple[FollowUpReason, ...]


class CloseIn(Given):
    """``note``: what came of it; it is kept with the work and in the audit log."""

    note: Why


class ClosedOut(Told):
    """The work that is closed now."""

    id: int
    reason: str


def listed(visit: Visit, query: FollowUpQuery, _body: Nothing) -> FollowUpsOut:
    with visit.reading() as session:
        work = store.follow_up_page(
            session,
            reason=query.reason,
            after=store.work_place(query.cursor or ""),
            limit=query.limit + 1,
        )
    shown = work[: query.limit]
    following = str(shown[-1].place) if len(work) > query.limit else None
    return FollowUpsOut(items=tuple(_out(visit, each) for each in shown), next=following)


def reasons(visit: Visit, _query: Nothing, _body: Nothing) -> FollowUpReasons:
    with visit.reading() as session:
        groups = store.follow_up_groups(session)
    return FollowUpReasons(items=tuple(FollowUpReason.model_validate(each) for each in groups))


def close(visit: Visit, _query: Nothing, body: CloseIn) -> ClosedOut:
    number = visit.number("id")
    return ClosedOut(id=number, reason=close_work(visit, number, body.note))


def _out(visit: Visit, line: FollowUpLine) -> FollowUpOut:
    return FollowUpOut(
        id=line.id,
        reason=line.reason,
        urgent=line.urgent,
        created_at=line.created_at,
        customer=line.key,
        name=told(visit, line.name),
        number=told(visit, line.number),
        call_id=line.call_id,
        disposition=line.disposition,
        said=None if line.said is None or not visit.reveals(line.said) else line.said.value,
    )


TAG = "follow_ups"
ENDPOINTS = (
    Endpoint(
        "GET",
        "/follow-ups",
        "today.read",
        listed,
        "List what needs a person",
        TAG,
        FollowUpsOut,
        FollowUpQuery,
        about="Open work alone: all that is urgent first, then the rest, each in the order in which it came.",
    ),
    Endpoint(
        "GET",
        "/follow-ups/reasons",
        "today.read",
        reasons,
        "Count what needs a person, by reason",
        TAG,
        FollowUpReasons,
    ),
    Endpoint(
        "POST",
        "/follow-ups/{id:int}/close",
        "followups.close",
        close,
        "Close a follow-up with what came of it",
        TAG,
        ClosedOut,
        body=CloseIn,
        fails=(404, 409),
        once=True,
        about="An open case of some kinds keeps the customer from being called: closing it may let calls go "
        "on.",
    ),
)
