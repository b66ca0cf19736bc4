"""Calls as they happen: who rings and who talks, the line and its room, the workers, and one call's words."""

from __future__ import annotations

from typing import Final

from starlette.responses import Response

from campaigns.console.live.drawing import PAINTER, call_of, picture_of
from campaigns.console.live.intervening import reachable, want
from campaigns.console.page import MenuEntry, Page, PageRoute
from campaigns.console.visit import Visit
from campaigns.console.web.feed import Feed
from campaigns.store.live_key import BOARD
from campaigns.store.live_orders import OrderKind

FEED: Final = Feed(PAINTER)


def show(visit: Visit) -> Response:
    return visit.render("live/page.html", picture=picture_of(visit, BOARD))


def watch(visit: Visit) -> Response:
    """The board, looked at once for all who watch it."""
    return FEED.answer(visit, BOARD)


def show_call(visit: Visit) -> Response:
    key, call = call_of(visit)
    picture = picture_of(visit, str(key))
    return visit.render("live/call.html", call=call, picture=picture, reachable=reachable(visit))


def watch_call(visit: Visit) -> Response:
    """What is said, as it is said, until the call is over."""
    key, _ = call_of(visit)
    return FEED.answer(visit, str(key))


def hand_over(visit: Visit) -> Response:
    """Have a person take the call over; how far that is, the page tells."""
    return _want(visit, OrderKind.HAND_OVER)


def end(visit: Visit) -> Response:
    """Have the bot say goodbye."""
    return _want(visit, OrderKind.END)


def _want(visit: Visit, kind: OrderKind) -> Response:
    key, _ = call_of(visit)
    want(visit, key, kind, visit.form("why", 255))
    return visit.go(f"/live/{key}")


PAGE = Page(
    routes=(
        PageRoute("/live", show, "live.read"),
        PageRoute("/live/events", watch, "live.read"),
        PageRoute("/live/{call}", show_call, "live.read"),
        PageRoute("/live/{call}/events", watch_call, "live.read"),
        PageRoute("/live/{call}/hand-over", hand_over, "live.hand_over", ("POST",)),
        PageRoute("/live/{call}/end", end, "live.end", ("POST",)),
    ),
    menu=(MenuEntry("Live", "/live", "live.read", order=15, icon="phone"),),
)
