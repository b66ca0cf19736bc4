"""Calls in progress: listed, handed over to a person, ended politely."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from starlette.exceptions import HTTPException

from campaigns.console.api.campaign_fields import WhyIn
from campaigns.console.api.endpoint import Endpoint, Nothing, Told
from campaigns.console.api.fields import told
from campaigns.console.live.intervening import want
from campaigns.console.live.reading import keep_watching
from campaigns.console.visit import Visit
from campaigns.store.console.live import LiveCall, calls_in_progress, calls_of
from campaigns.store.live_key import BOARD, LiveKey, live_key
from campaigns.store.live_orders import OrderKind, OrderView


class OrderOut(Told):
    """What is wanted of a call, and how far it is. ``detail``: why it was refused."""

    kind: Literal["hand_over", "end"]
    state: Literal[
        "asked", "accepted", "handing_over", "handed_over", "nobody", "abandoned", "failed", "call_back",
        "declined", "ended", "too_late",
    ]  # fmt: skip
    detail: str | None
    by: str
    asked_at: datetime
    changed_at: datetime


class LiveCallOut(Told):
    """A call in progress. ``dialing``: whether it rings or somebody talks is told once the list was read."""

    call: str
    direction: Literal["outbound", "inbound"]
    state: Literal["reserved", "dialing", "ringing", "talking"]
    since: datetime
    customer: str | None
    number: str | None
    campaign: str | None
    line: str | None
    order: OrderOut | None


class LiveCallsOut(Told):
    """The longest there come first, 200 at most of those that we make."""

    items: tuple[LiveCallOut, ...]


def listed(visit: Visit, _query: Nothing, _body: Nothing) -> LiveCallsOut:
    keep_watching(visit, [BOARD])
    with visit.reading() as session:
        calls = calls_in_progress(session)
    return LiveCallsOut(items=tuple(_call(visit, call) for call in calls))


def get(visit: Visit, _query: Nothing, _body: Nothing) -> OrderOut:
    key = _key(visit)
    with visit.reading() as session:
        call = calls_of(session, [key]).get(key)
    if call is None or call.order is None:
        raise HTTPException(404, "nothing is wanted of this call")
    return _order(call.order)


def hand_over(visit: Visit, _query: Nothing, body: WhyIn) -> OrderOut:
    return _order(want(visit, _key(visit), OrderKind.HAND_OVER, body.why))


def end(visit: Visit, _query: Nothing, body: WhyIn) -> OrderOut:
    return _order(want(visit, _key(visit), OrderKind.END, body.why))


def _key(visit: Visit) -> LiveKey:
    key = live_key(str(visit.request.path_params["call"]))
    if key is None:
        raise HTTPException(404, "there is no such call")
    return key


def _call(visit: Visit, call: LiveCall) -> LiveCallOut:
    return LiveCallOut(
        call=str(call.live),
        direction="inbound" if call.live.incoming else "outbound",
        state=call.state,  # type: ignore[arg-type]
        since=call.since,
        customer=call.key or None,
        number=told(visit, call.number),
        campaign=call.campaign,
        line=call.line,
        order=None if call.order is None else _order(call.order),
    )


def _order(order: OrderView) -> OrderOut:
    return OrderOut(
        kind=order.kind,  # type: ignore[arg-type]
        state=order.state,  # type: ignore[arg-type]
        detail=order.detail,
        by=order.by,
        asked_at=order.asked_at,
        changed_at=order.changed_at,
    )


TAG = "live"
ENDPOINTS = (
    Endpoint("GET", "/live", "live.read", listed, "List the calls in progress", TAG, LiveCallsOut),
    Endpoint(
        "GET",
        "/live/{call}/order",
        "live.read",
        get,
        "How far what was wanted of a call is",
        TAG,
        OrderOut,
        fails=(404,),
    ),
    Endpoint(
        "POST",
        "/live/{call}/hand-over",
        "live.hand_over",
        hand_over,
        "Have a person take a call over",
        TAG,
        OrderOut,
        body=WhyIn,
        status=202,
        fails=(404, 409),
    ),
    Endpoint(
        "POST",
        "/live/{call}/end",
        "live.end",
        end,
        "Have the bot say goodbye and hang up",
        TAG,
        OrderOut,
        body=WhyIn,
        status=202,
        fails=(404, 409),
    ),
)
