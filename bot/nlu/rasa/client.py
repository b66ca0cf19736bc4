"""Rasa's HTTP interface: what one text means (``POST /model/parse``), and whether the server is well."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from enum import StrEnum
from typing import Any

import httpx
from pydantic import BaseModel, Field, ValidationError

from bot.errors import InterpreterError
from bot.nlu.interpreter import OUT_OF_SCOPE

MOST_BYTES = 1_000_000
"""A longer answer is none of Rasa's."""

_OUT_OF_SCOPE = ("nlu_fallback",)  # what Rasa's FallbackClassifier calls it


class Failure(StrEnum):
    """Why the server gave no answer."""

    UNREACHABLE = "unreachable"
    TIMED_OUT = "timed out"
    REFUSED = "refused"
    UNREADABLE = "unreadable"
    RESTING = "resting"  # it was not asked: the circuit is open


class RasaFailure(InterpreterError):  # noqa: N818 (one text was not understood; nothing that a person mends)
    """The server gave no answer to one text."""

    def __init__(self, kind: Failure, detail: str) -> None:
        self.kind = kind
        super().__init__(f"Rasa: {kind.value}: {detail}")


class _Intent(BaseModel):
    name: str | None = None
    confidence: float = Field(default=0.0, ge=0, le=1.0001)  # rounding of float32


class _Answer(BaseModel):
    intent: _Intent
    intent_ranking: list[_Intent] = []


class RasaClient:
    """One server. Keeps connections alive; safe to share between threads."""

    def __init__(
        self,
        url: str,
        token: str = "",
        *,
        timeout_s: float,
        transport: httpx.BaseTransport | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.url, self.timeout_s, self._clock = url.rstrip("/"), timeout_s, clock
        # A connection that sat idle longer is closed by the server in the moment that it is used.
        limits = httpx.Limits(max_connections=32, max_keepalive_connections=16, keepalive_expiry=4.0)
        transport = transport or httpx.HTTPTransport(limits=limits)
        self._http = httpx.Client(
            base_url=self.url, transport=_WithToken(transport, token), timeout=timeout_s, trust_env=False
        )

    def ranking(self, text: str) -> tuple[tuple[str, float], ...]:
        """(intent, probability) pairs, best first; what fits no intent is ``out_of_scope``.

        Raises RasaFailure, at the latest after the time limit.
        """
        body = self._ask("POST", "/model/parse", {"text": text})
        try:
            answer = _Answer.model_validate_json(body)
        except ValidationError as error:
            raise RasaFailure(Failure.UNREADABLE, f"{error.error_count()} mistakes in the answer") from error
        given = answer.intent_ranking or [answer.intent]
        found: dict[str, float] = {}
        for intent in given:
            name = OUT_OF_SCOPE if not intent.name or intent.name in _OUT_OF_SCOPE else intent.name
            found[name] = max(found.get(name, 0.0), intent.confidence)
        total = sum(found.values())
        if total <= 0:
            return ((OUT_OF_SCOPE, 1.0),)
        scale = max(total, 1.0)  # with nlu_fallback on top it is more than one
        return tuple(sorted(((n, p / scale) for n, p in found.items()), key=lambda pair: -pair[1]))

    def check(self) -> str:
        """The name of the model that is loaded. Raises RasaFailure when there is none, or no server."""
        body = self._ask("GET", "/status", None)
        try:
            status: dict[str, Any] = json.loads(body)
            model = status["model_file"]
        except (ValueError, KeyError, TypeError) as error:
            raise RasaFailure(Failure.UNREADABLE, f"{self.url}/status is not Rasa's") from error
        if not model:
            raise RasaFailure(Failure.REFUSED, "no model is loaded; start it with 'xiaorong nlu serve'")
        return str(model).replace("\\", "/").rsplit("/", 1)[-1]

    def close(self) -> None:
        self._http.close()

    def _ask(self, method: str, path: str, content: dict[str, str] | None) -> bytes:
        deadline = self._clock() + self.timeout_s
        try:
            with self._http.stream(method, path, json=content) as response:
                if response.status_code != httpx.codes.OK:
                    raise RasaFailure(Failure.REFUSED, _refusal(response.status_code))
                return self._read(response, deadline)
        except httpx.TimeoutException as error:
            raise RasaFailure(Failure.TIMED_OUT, f"no answer within {self.timeout_s:g} s") from error
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            raise RasaFailure(Failure.UNREACHABLE, f"{self.url}: {type(error).__name__}") from error

    def _read(self, response: httpx.Response, deadline: float) -> bytes:
        """The body. httpx limits each read, not all of them: a server that drips is cut off here."""
        body = b""
        for chunk in response.iter_bytes():
            body += chunk
            if len(body) > MOST_BYTES:
                raise RasaFailure(Failure.UNREADABLE, f"an answer of more than {MOST_BYTES:,} bytes")
            if self._clock() > deadline:
                raise RasaFailure(Failure.TIMED_OUT, f"no whole answer within {self.timeout_s:g} s")
        return body


def _refusal(status: int) -> str:
    match status:
        case 401 | 403:
            return "the token is wrong; set rasa_token to that of the server"
        case 409:
            return "no model is loaded; start it with 'xiaorong nlu serve'"
        case _:
            return f"HTTP status {status}"


class _WithToken(httpx.BaseTransport):
    """Adds the token, which Rasa takes from the query alone, below where httpx logs addresses."""

    def __init__(self, transport: httpx.BaseTransport, token: str) -> None:
        self._transport, self._token = transport, token

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        if not self._token:
            return self._transport.handle_request(request)
        url = request.url.copy_set_param("token", self._token)
        sent = httpx.Request(
            request.method,
            url,
            headers=request.headers,
            stream=request.stream,
            extensions=request.extensions,
        )
        return self._transport.handle_request(sent)

    def close(self) -> None:
        self._transport.close()
