"""The one place where it is decided whether a request may do what its route asks for."""

from __future__ import annotations

import time
from collections.abc import AsyncIterable, AsyncIterator
from functools import partial
from typing import Any, Final
from urllib.parse import urlencode

from anyio.to_thread import run_sync
from starlette.exceptions import HTTPException
from starlette.formparsers import MultiPartException
from starlette.requests import HTTPConnection, Request
from starlette.responses import PlainTextResponse, RedirectResponse, Response, StreamingResponse

from campaigns.console.access.forgery import FIELD, HEADER, SAFE_METHODS, check_origin, check_token
from campaigns.console.access.idling import EVENTS, of_script
from campaigns.console.access.secrets import new_token
from campaigns.console.access.viewer import (
    SECURE_VISITOR,
    VISITOR,
    Viewer,
    bearer,
    identify,
    is_secure,
    session_cookie,
    visitor_cookie,
)
from campaigns.console.page import Open, PageRoute
from campaigns.console.services import Services
from campaigns.console.view.languages import LANGUAGES, choose_language
from campaigns.console.visit import Visit
from campaigns.console.web.addresses import asked_from, here
from campaigns.console.web.problem import problem
from campaigns.errors import AccessError

LATER: Final = "retry: 60000\n\n"  # who has too many streams comes again in a minute
SIGNED_OUT: Final = "event: signed-out\ndata: .\n\n"  # the last of a stream: see static/session.js
STREAM_CHECK_S: Final = 5.0
LANGUAGE_COOKIE = "xr_language"


class Guarded:
    """A route's endpoint: who asks, from where, and whether they may; then the page, on a thread."""

    def __init__(self, route: PageRoute, services: Services) -> None:
        self._route = route
        self._services = services

    async def __call__(self, request: Request) -> Response:
        route, services = self._route, self._services
        viewer = await run_sync(identify, request, services)
        if viewer is None and route.asks is not Open.PUBLIC:
            return _sign_in_first(request)
        allowance: dict[str, str] = {}
        if viewer is not None and viewer.key_id is not None:
            good, told = services.pace.take(viewer.key_id, services.console.api_per_minute)
            allowance = told.headers
            if not good:
                again = {**allowance, "Retry-After": str(told.wait_s)}
                return problem(429, "this key asks too often", headers=again)
        request.state.allowance = allowance
        cookie, fresh = _form_cookie(request, viewer)
        visit = Visit(request, services, viewer, language_of(request, viewer, services), cookie)
        request.state.visit = visit
        if viewer is not None and not self._may(viewer):
            raise AccessError("your role does not allow this")
        if request.method not in SAFE_METHODS:
            await self._accept(visit)
        try:
            response = await run_sync(route.handler, visit)
        finally:
            if visit.fields is not None:
                await visit.fields.close()
        if isinstance(response, StreamingResponse) and response.media_type == EVENTS:
            response.body_iterator = self._while_allowed(request, response.body_iterator, visit.who.user_id)
        response.headers.update(allowance)
        if fresh:
            _give_visitor(request, response, cookie)
        return response

    def _may(self, viewer: Viewer) -> bool:
        if viewer.via == "token" and not self._route.program:
            return False
        asks = self._route.asks
        return isinstance(asks, Open) or viewer.may(asks)

    async def _while_allowed(
        self, request: Request, events: AsyncIterable[Any], user_id: int
    ) -> AsyncIterator[Any]:
        """A stream goes on only as long as whoever asked may still ask: it outlasts sessions and roles."""
        checked = time.monotonic()
        with self._services.streams.room(user_id) as there_is:
            if not there_is:
                yield LATER
                return
            async for each in events:
                if time.monotonic() - checked >= STREAM_CHECK_S:
                    checked = time.monotonic()
                    viewer = await run_sync(partial(identify, request, self._services, looks=True))
                    if viewer is None:
                        yield SIGNED_OUT
                    if viewer is None or not self._may(viewer):
                        return
                yield each

    async def _accept(self, visit: Visit) -> None:
        request = visit.request
        by_key = visit.viewer is not None and visit.viewer.via == "token"
        if not by_key:
            check_origin(request)
        if self._route.plain:
            visit.content = await request.body()
            if not by_key:
                check_token(visit.cookie, request.headers.get(HEADER) or "")
            return
        try:
            visit.fields = await request.form(max_files=5, max_fields=200)
        except MultiPartException as error:
            raise HTTPException(400, "the form cannot be read") from error
        if not by_key:
            check_token(visit.cookie, request.headers.get(HEADER) or visit.secret(FIELD))


def language_of(request: HTTPConnection, viewer: Viewer | None, services: Services) -> str:
    """The user's choice, else the browser's cookie, else what the browser asks for."""
    for chosen in (viewer.language if viewer else None, request.cookies.get(LANGUAGE_COOKIE)):
        if chosen in LANGUAGES:
            return str(chosen)
    return choose_language(request.headers.get("accept-language", ""), services.settings.language)


def asked_language(request: HTTPConnection) -> str:
    """What a program asks for; English where it does not."""
    return choose_language(request.headers.get("accept-language", ""), "en")


def wants_json(request: Request) -> bool:
    """A program asks, not a browser."""
    return bearer(request) is not None or request.url.path.startswith("/api/")


def _sign_in_first(request: Request) -> Response:
    if wants_json(request):
        return problem(401, "a valid key is needed", headers={"WWW-Authenticate": "Bearer"})
    if of_script(request):
        return PlainTextResponse("sign in first", status_code=401)
    back = here(request) if request.method in SAFE_METHODS else asked_from(request)
    target = "/sign-in?" + urlencode({"next": back}) if back not in ("", "/") else "/sign-in"
    return RedirectResponse(target, status_code=303)


def _form_cookie(request: Request, viewer: Viewer | None) -> tuple[str, bool]:
    """The secret that this browser's forms are signed for, and whether it is new to the browser."""
    if viewer is not None:
        return session_cookie(request), False
    there = visitor_cookie(request)
    if there:
        return there, False
    return (new_token(), True) if request.method in SAFE_METHODS else ("", False)


def _give_visitor(request: Request, response: Response, cookie: str) -> None:
    secure = is_secure(request)
    response.set_cookie(
        SECURE_VISITOR if secure else VISITOR,
        cookie,
        httponly=True,
        samesite="lax",
        secure=secure,
        path="/",
    )
