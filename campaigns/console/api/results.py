"""What came of it: calls and promises, in an order in which a reader misses nothing."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Annotated, Any, Final, Literal

from pydantic import StringConstraints

from campaigns.console.api.endpoint import Endpoint, Given, Nothing, Told, by_body
from campaigns.console.api.fields import IN_LOGS, Limit, Moment, Paged, Short, told
from campaigns.console.visit import Visit
from campaigns.store.console.results import (
    CallResult,
    PromiseResult,
    call_by_id,
    calls_after,
    promises_after,
)

EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND: Final = timedelta(microseconds=1)


class CallQuery(Paged):
    """Oldest first. ``since``: ended then or later. Keep the last ``next`` to go on from there later."""

    campaign: Short | None = None
    customer: Short | None = None
    since: Moment | None = None


class CallOut(Told):
    """A call that is over."""

    id: int
    direction: str
    campaign: str | None
    customer: str | None
    number: str | None
    line: str
    script: str
    script_version: str
    started_at: datetime
    answered_at: datetime | None
    ended_at: datetime
    cause: str
    disposition: str
    right_party: bool
    recorded: bool


class CallsOut(Told):
    """``next``: where the following page begins, also when there is none yet; ``more``: there is one now."""

    items: tuple[CallOut, ...]
    next: str | None
    more: bool


class SaidOut(Told):
    """One thing said; null where it may not be seen."""

    at: datetime
    speaker: str
    text: str | None
    step: str | None
    intent: str | None


class CallDetail(Told):
    """A call with what was said."""

    call: CallOut
    said: tuple[SaidOut, ...]


class PromiseQuery(Given):
    """In the order in which they last changed. ``since``: made or settled then or later."""

    cursor: Annotated[str, StringConstraints(pattern=r"^[0-9]{1,16}_[0-9]{1,9}$")] | None = None
    limit: Limit = 100
    since: Moment | None = None
    state: Literal["pending", "kept", "broken", "cancelled"] | None = None


class PromiseOut(Told):
    """A promise as it stands; money in minor units."""

    id: int
    customer: str
    account: str
    call_id: int | None
    amount: int
    currency: str
    due: date
    state: str
    reason: str | None
    paid: int | None
    made_at: datetime
    settled_at: datetime | None


class PromisesOut(Told):
    """``next``: where the following page begins, also when there is none yet; ``more``: there is one now."""

    items: tuple[PromiseOut, ...]
    next: str | None
    more: bool


def calls(visit: Visit, query: CallQuery, _body: Nothing) -> CallsOut:
    with visit.reading() as session:
        found = calls_after(
            session,
            query.place or 0,
            campaign=query.campaign,
            customer=query.customer,
            since=query.since,
            limit=query.limit + 1,
        )
    shown = found[: query.limit]
    following = str(shown[-1].id) if shown else query.cursor
    items = tuple(_call(visit, each) for each in shown)
    return CallsOut(items=items, next=following, more=len(found) > len(shown))


def call(visit: Visit, _query: Nothing, _body: Nothing) -> CallDetail:
    with visit.reading() as session:
        found, said = call_by_id(session, visit.number("id"))
    words = tuple(
        SaidOut(
            at=each.at,
            speaker=each.speaker,
            text=each.text.value if visit.reveals(each.text) else None,
            step=each.step,
            intent=each.intent,
        )
        for each in said
    )
    return CallDetail(call=_call(visit, found), said=words)


def promises(visit: Visit, query: PromiseQuery, _body: Nothing) -> PromisesOut:
    with visit.reading() as session:
        found = promises_after(
            session, _place(query.cursor), since=query.since, state=query.state, limit=query.limit + 1
        )
    shown = found[: query.limit]
    following = _cursor(shown[-1]) if shown else query.cursor
    items = tuple(PromiseOut(**_values(each)) for each in shown)
    return PromisesOut(items=items, next=following, more=len(found) > len(shown))


def _values(found: PromiseResult) -> dict[str, Any]:
    return {name: getattr(found, name) for name in PromiseOut.model_fields}


def _call(visit: Visit, found: CallResult) -> CallOut:
    values = {name: getattr(found, name) for name in CallOut.model_fields}
    return CallOut(**{**values, "number": told(visit, found.number)})


def _cursor(found: PromiseResult) -> str:
    return f"{(found.changed_at - EPOCH) // _MICROSECOND}_{found.id}"


def _place(cursor: str | None) -> tuple[datetime, int] | None:
    if cursor is None:
        return None
    at, _, row_id = cursor.partition("_")
    return EPOCH + int(at) * _MICROSECOND, int(row_id)


TAG = "results"
ENDPOINTS = (
    Endpoint(
        "GET",
        "/calls",
        "calls.read",
        calls,
        "Read calls that are over, oldest first",
        TAG,
        CallsOut,
        CallQuery,
        about=IN_LOGS % "/calls/search",
    ),
    Endpoint(
        "POST",
        "/calls/search",
        "calls.read",
        by_body(calls),
        "Search calls that are over, oldest first",
        TAG,
        CallsOut,
        body=CallQuery,
    ),
    Endpoint(
        "GET",
        "/calls/{id:int}",
        "calls.read",
        call,
        "Read one call and what was said",
        TAG,
        CallDetail,
        fails=(404,),
    ),
    Endpoint(
        "GET",
        "/promises",
        "promises.read",
        promises,
        "Read promises as they change",
        TAG,
        PromisesOut,
        PromiseQuery,
    ),
)
