"""Errors as pages that say what to do, as JSON for programs, as a line for htmx."""

from __future__ import annotations

import logging
import traceback
from typing import Any, Final

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from bot.errors import BotError
from campaigns.console.access.forgery import SAFE_METHODS
from campaigns.console.access.viewer import session_cookie
from campaigns.console.guard import asked_language, language_of, wants_json
from campaigns.console.services import Services
from campaigns.console.view.messages import marked
from campaigns.console.view.saying import said
from campaigns.console.visit import Visit
from campaigns.console.web.addresses import asked_from, here
from campaigns.console.web.measured import ROUTE
from campaigns.console.web.problem import problem
from campaigns.errors import (
    AccessError,
    CampaignsError,
    ConflictError,
    ForgeryError,
    ImportFileError,
    NotFoundError,
    StoreError,
)

STATUS: Final = {AccessError: 403, NotFoundError: 404, ConflictError: 409, ImportFileError: 422}
UNUSABLE: Final = marked(
    "The database cannot be used. Nothing was changed. Whoever runs the console puts it right or restores it "
    "from a backup; its log says what is wrong."
)
_log = logging.getLogger(__name__)


def on_error(request: Request, error: Exception) -> Response:
    """The answer to an error that says itself what to do."""
    if isinstance(error, HTTPException):
        told = "" if error.status_code == 404 else str(error.detail)
        answer = _answer(request, error.status_code, told)
        answer.headers.update(error.headers or {})
        return answer
    if isinstance(error, StoreError):
        _log.error("%s", error)
        return _answer(request, 503, "") if error.transient else _answer(request, 500, UNUSABLE)
    status = next((status for kind, status in STATUS.items() if isinstance(error, kind)), 500)
    return _answer(request, status, error)


class Barrier:
    """The last one: what nobody foresaw goes no further, for the server would log it with its message."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        started = False

        async def noted(message: Message) -> None:
            nonlocal started
            started = True
            await send(message)

        try:
            await self._app(scope, receive, noted)
        except Exception as error:
            request = Request(scope, receive)
            answer = _fault(request, error)
            if started:
                raise RuntimeError("an answer was broken off") from None
            await answer(scope, receive, send)


def _fault(request: Request, error: Exception) -> Response:
    """Where it happened is logged; the message and the address may hold personal data, so they are not."""
    where = "".join(traceback.format_tb(error.__traceback__))
    route = request.scope.get(ROUTE, "none")
    _log.error("unexpected %s at %s %s\n%s", type(error).__name__, request.method, route, where)
    return _answer(request, 500, "")


HANDLERS: Final = {
    HTTPException: on_error,
    CampaignsError: on_error,
    BotError: on_error,
}


def _answer(request: Request, status: int, told: Exception | str) -> Response:
    if wants_json(request):
        language = asked_language(request)
        headers = {"Content-Language": language, **(getattr(request.state, "allowance", None) or {})}
        return problem(status, said(told, language), headers=headers)
    visit = getattr(request.state, "visit", None) or _visit(request)
    message = visit.explain(told)
    if visit.partial:
        return PlainTextResponse(message or visit.text("It did not work. Try again."), status_code=status)
    template = "errors/bare.html" if visit.viewer is None else "errors/page.html"
    values: dict[str, Any] = {"code": status, "message": message, "back": _back(request)}
    stale = isinstance(told, ForgeryError)
    response: Response = visit.render(template, status=status, stale=stale, **values)
    return response


def _back(request: Request) -> str:
    """The page of ours that this was asked from, where there is another to go back to."""
    before = asked_from(request)
    return "" if before == here(request) and request.method in SAFE_METHODS else before


def _visit(request: Request) -> Visit:
    """Where the error came before it was known who asks."""
    services: Services = request.app.state.services
    language = language_of(request, None, services)
    return Visit(request, services, None, language, session_cookie(request))
