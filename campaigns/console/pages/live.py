"""Calls as they happen: who rings and who talks, the line and its room, the workers, and one call's words."""

from __future__ import annotations

from datetime import timedelta
from typing import Any, Final

from starlette.responses import Response

from campaigns.console.foresight import local_now
from campaigns.console.launching import connected
from campaigns.console.page import MenuEntry, Page, PageRoute
from campaigns.console.visit import Visit
from campaigns.console.web.streams import stream
from campaigns.dialing.lease import FENCE_S
from campaigns.private import Private, PrivateKind
from campaigns.store import live as told
from campaigns.store.console import live as store
from campaigns.store.ledger import LIVE
from campaigns.store.lines import line_view
from campaigns.store.workers import list_workers

RECENT_S: Final = 1.0
SPANS_S: Final = 5.0  # a day is counted less often than a moment, and behind the page
ENDED_WITHIN: Final = timedelta(hours=1)


def show(visit: Visit) -> Response:
    return visit.render("live/page.html", part="live/board.html", **_board(visit))


def watch(visit: Visit) -> Response:
    """The board, counted once for all who watch it."""
    return stream(lambda: visit.part("live/board.html", **_board(visit)), every_s=RECENT_S)


def show_call(visit: Visit) -> Response:
    return visit.render("live/call.html", part="live/talk.html", **_talk(visit))


def watch_call(visit: Visit) -> Response:
    """What is said, as it is said, until the call is over."""

    def look() -> str | None:
        values = _talk(visit)
        return visit.part("live/talk.html", **values) if values["call"].state in IN_PROGRESS else None

    return stream(look, every_s=RECENT_S)


def _board(visit: Visit) -> dict[str, Any]:
    """What everybody sees, masked by whoever renders it."""
    _keep_watching(visit, told.BOARD)
    services = visit.services
    spans = services.behind.get("live spans", SPANS_S, lambda: _spans(visit))
    return {
        **services.recent.get("live", RECENT_S, lambda: _calls(visit)),
        "spans": [] if spans is None else spans.value,
    }


def _calls(visit: Visit) -> dict[str, Any]:
    settings = visit.services.settings
    with visit.reading() as session:
        now = local_now(visit, session)
        return {
            "calls": store.calls_in_progress(session),
            "ended": store.calls_just_ended(session, now - ENDED_WITHIN),
            "counts": store.live_counts(session),
            "workers": list_workers(session),
            "line": line_view(session, settings.line, settings.callers, now, settings.pacing),
            "silent_after_s": FENCE_S,
            "calls_now": now,
        }


def _spans(visit: Visit) -> list[store.Span]:
    with visit.reading() as session:
        return store.spans(session, local_now(visit, session), connected())


def _talk(visit: Visit) -> dict[str, Any]:
    attempt_id = visit.number("attempt")

    def read() -> dict[str, Any]:
        with visit.reading() as session:
            call = store.call_in_progress(session, attempt_id)
            lines = [
                (line, Private(PrivateKind.TEXT, line.text, call.key))
                for line in told.lines_of(session, attempt_id)
            ]
        return {"call": call, "lines": lines}

    values = visit.services.recent.get(("live call", attempt_id), RECENT_S, read)
    if values["call"].state in IN_PROGRESS:
        _keep_watching(visit, attempt_id)
        _keep_watching(visit, told.BOARD)
    return values


def _keep_watching(visit: Visit, attempt_id: int) -> None:
    """Workers tell only what is watched. Said again now and then, once for all who watch."""

    def say() -> None:
        with visit.reading() as session:
            ending = told.is_watch_ending(session, attempt_id)
        if ending:
            with visit.changing() as session:
                told.watch(session, attempt_id)

    visit.services.recent.get(("watch", attempt_id), SPANS_S, say)


IN_PROGRESS: Final = (*LIVE, store.RINGING, store.TALKING)

PAGE = Page(
    routes=(
        PageRoute("/live", show, "live.read"),
        PageRoute("/live/events", watch, "live.read"),
        PageRoute("/live/{attempt:int}", show_call, "live.read"),
        PageRoute("/live/{attempt:int}/events", watch_call, "live.read"),
    ),
    menu=(MenuEntry("Live", "/live", "live.read", order=15, icon="phone"),),
)
