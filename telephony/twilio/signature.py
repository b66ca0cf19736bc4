"""Lets only Twilio in: every request and every WebSocket must carry its signature."""

from __future__ import annotations

import asyncio
import logging
from typing import Final
from urllib.parse import parse_qsl

from starlette.datastructures import Headers, ImmutableMultiDict
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from twilio.request_validator import RequestValidator, get_signature_algorithm

_log = logging.getLogger(__name__)

MAX_BODY: Final = 65_536
"""Bytes of a request. Twilio's largest, a text message of 1600 letters, is below 20 thousand."""

BODY_S: Final = 10.0
"""Seconds for the body of a request."""

FORM: Final = "twilio.form"
"""Where in the scope's state the endpoints find the form."""

_FORM_TYPE = "application/x-www-form-urlencoded"
_MAX_FIELDS = 200
_POLICY_VIOLATION = 1008

Form = ImmutableMultiDict[str, str]


class Signed:
    """An application around another. ``public_url`` is what Twilio signs, whatever a proxy makes of it.

    A request without a good signature gets 403, one that is too big or too slow 413. The token itself never
    shows.
    """

    def __init__(self, app: ASGIApp, *, public_url: str, auth_token: str) -> None:
        self._app = app
        self._public_url = public_url
        self._validator = RequestValidator(auth_token)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "websocket":
            await self._websocket(scope, receive, send)
        elif scope["type"] == "http":
            await self._http(scope, receive, send)
        else:
            await self._app(scope, receive, send)

    async def _websocket(self, scope: Scope, receive: Receive, send: Send) -> None:
        url = self._url(scope)
        # Twilio signs the address of the stream as the TwiML wrote it; a relay may have signed it as https.
        if any(self._good(scope, one, Form()) for one in ("ws" + url.removeprefix("http"), url)):
            await self._app(scope, receive, send)
            return
        _log.warning("a stream without Twilio's signature was refused: check auth_token and public_url")
        await receive()  # websocket.connect
        # Before it was accepted, this is a 403.
        await send({"type": "websocket.close", "code": _POLICY_VIOLATION, "reason": ""})

    async def _http(self, scope: Scope, receive: Receive, send: Send) -> None:
        body = await _body(scope, receive)
        if body is None:
            await PlainTextResponse("too big", status_code=413)(scope, receive, send)
            return
        form = _form(scope, body)
        if form is None or not self._good(scope, self._url(scope), form):
            _log.warning(
                "%s: a request without Twilio's signature was refused: check auth_token and public_url",
                scope["path"],
            )
            await PlainTextResponse("not signed by Twilio", status_code=403)(scope, receive, send)
            return
        scope.setdefault("state", {})[FORM] = form
        await self._app(scope, _again(body), send)

    def _url(self, scope: Scope) -> str:
        path: bytes = scope.get("raw_path") or scope["path"].encode()
        query: bytes = scope.get("query_string", b"")
        tail = path.split(b"?")[0] + (b"?" + query if query else b"")
        return self._public_url + tail.decode("latin-1")

    def _good(self, scope: Scope, url: str, form: Form) -> bool:
        headers = Headers(scope=scope)
        signature = headers.get("x-twilio-signature", "")
        algorithm = get_signature_algorithm(headers.get("x-twilio-webhooks-signature-settings"))
        # Not ASCII: the validator's comparison would differ in length from what was signed.
        return signature.isascii() and bool(self._validator.validate(url, form, signature, algorithm))


async def _body(scope: Scope, receive: Receive) -> bytes | None:
    """The request's body; None when it is longer than ``MAX_BODY``, or takes too long."""
    length = Headers(scope=scope).get("content-length", "0")
    if not length.isdigit() or len(length) > 9 or int(length) > MAX_BODY:
        return None
    body = b""
    try:
        async with asyncio.timeout(BODY_S):
            while True:
                message = await receive()
                if message["type"] != "http.request":
                    return body
                body += bytes(message.get("body", b""))
                if len(body) > MAX_BODY:
                    return None
                if not message.get("more_body", False):
                    return body
    except TimeoutError:
        return None


def _form(scope: Scope, body: bytes) -> Form | None:
    """The form's fields; None when it is no form that can be read."""
    if not body:
        return Form()
    if Headers(scope=scope).get("content-type", "").split(";")[0].strip() != _FORM_TYPE:
        return None
    try:
        fields = parse_qsl(
            body.decode("utf-8"),
            keep_blank_values=True,
            strict_parsing=False,
            errors="strict",
            max_num_fields=_MAX_FIELDS,
        )
    except ValueError:
        return None
    return Form(fields)


def _again(body: bytes) -> Receive:
    """The body that was read, for the application to read."""

    async def receive() -> Message:
        return {"type": "http.request", "body": body, "more_body": False}

    return receive
