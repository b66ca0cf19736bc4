"""Cross-site requests: a change counts only when it comes from a page of ours, twice over."""

from __future__ import annotations

from urllib.parse import urlsplit

from starlette.requests import HTTPConnection

from campaigns.console.access.secrets import is_csrf_token
from campaigns.errors import ForgeryError

FIELD, HEADER = "csrf", "x-csrf-token"
PAGES = {"ws": "http", "wss": "https"}
"""How the pages came that open a socket."""

SAFE_METHODS = frozenset({"GET", "HEAD"})


def check_origin(request: HTTPConnection) -> None:
    """The browser says that the request comes from this site. Raises ForgeryError."""
    ours = (PAGES.get(request.url.scheme, request.url.scheme), request.headers.get("host", ""))
    told = request.headers.get("origin") or request.headers.get("referer") or ""
    if _site_of(told) != ours:
        raise ForgeryError("this request came from another site, so it was refused")


def _site_of(address: str) -> tuple[str, str] | None:
    """None: what was sent is no address."""
    try:
        parts = urlsplit(address)
    except ValueError:
        return None
    return parts.scheme, parts.netloc


def check_token(cookie: str, given: str) -> None:
    """The form was made for the browser with this cookie. Raises ForgeryError."""
    if not cookie or not is_csrf_token(cookie, given):
        raise ForgeryError("this form is out of date: go back, load the page again, and send it once more")
