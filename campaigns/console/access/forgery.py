"""Cross-site requests: a change counts only when it comes from a page of ours, twice over."""

from __future__ import annotations

from starlette.requests import HTTPConnection

from campaigns.console.access.secrets import is_csrf_token
from campaigns.console.web.addresses import split
from campaigns.errors import ForgeryError

FIELD, HEADER = "csrf", "x-csrf-token"
PAGES = {"ws": "http", "wss": "https"}
"""How the pages came that open a socket."""

SAFE_METHODS = frozenset({"GET", "HEAD"})


def check_origin(request: HTTPConnection) -> None:
    """The browser says that the request comes from this site. Raises ForgeryError."""
    ours = (PAGES.get(request.url.scheme, request.url.scheme), request.headers.get("host", ""))
    told = request.headers.get("origin") or request.headers.get("referer") or ""
    parts = split(told)
    if (parts.scheme, parts.netloc) != ours:
        raise ForgeryError("this request came from another site, so it was refused")


def check_token(cookie: str, given: str) -> None:
    """The form was made for the browser with this cookie. Raises ForgeryError."""
    if not cookie or not is_csrf_token(cookie, given):
        raise ForgeryError("this form is out of date: go back, load the page again, and send it once more")
