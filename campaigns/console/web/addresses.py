"""Addresses as browsers, and whoever acts as one, send them."""

from __future__ import annotations

from urllib.parse import SplitResult, urlsplit

from starlette.requests import Request

_NONE = SplitResult("", "", "", "", "")


def split(address: str) -> SplitResult:
    """Its parts; all of them empty where it is no address."""
    try:
        return urlsplit(address)
    except ValueError:
        return _NONE


def here(request: Request) -> str:
    """Path and query of what is asked for."""
    return _whole(request.url.path, request.url.query)


def asked_from(request: Request) -> str:
    """Path and query of the page of ours that this was asked from; empty where it was none."""
    told = split(request.headers.get("referer", ""))
    if told.netloc != request.url.netloc or not told.path.startswith("/") or told.path.startswith("//"):
        return ""
    return _whole(told.path, told.query)


def list_before(request: Request, path: str) -> str:
    """The list at ``path`` as the visitor left it for this page, else from its beginning."""
    before = asked_from(request)
    return before if before.partition("?")[0] == path else path


def _whole(path: str, query: str) -> str:
    return path + ("?" + query if query else "")
