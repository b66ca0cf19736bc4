"""What a person did, and what came by itself: a session that nobody uses ends, whatever page stays open."""

from __future__ import annotations

from typing import Final

from starlette.requests import HTTPConnection

BY_ITSELF: Final = "x-by-itself"
"""Header of what a page asks for without anybody's doing: polls, and whether the session is there still."""
RELOADED: Final = "xr_itself"
"""Cookie of a page that loads itself anew, since a navigation has no headers of ours."""
EVENTS: Final = "text/event-stream"


def opens_stream(request: HTTPConnection) -> bool:
    """A browser's EventSource asks, the first time or again."""
    return EVENTS in request.headers.get("accept", "")


def of_script(request: HTTPConnection) -> bool:
    """Script asks, so that there is no page to be sent to another address."""
    headers = request.headers
    return headers.get("hx-request") == "true" or BY_ITSELF in headers or opens_stream(request)


def by_person(request: HTTPConnection) -> bool:
    """Somebody did something: a click, a form, an address."""
    return not (BY_ITSELF in request.headers or RELOADED in request.cookies or opens_stream(request))
