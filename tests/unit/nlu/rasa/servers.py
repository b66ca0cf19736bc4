"""Servers for tests, in place of the network: each is a way to answer ``POST /model/parse``."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator

import httpx

from bot.nlu.rasa.client import RasaClient

Respond = Callable[[httpx.Request], httpx.Response]


TOKEN = "of-a-test"


class Server(httpx.BaseTransport):
    """Answers with ``respond``, and remembers what was asked."""

    def __init__(self, respond: Respond) -> None:
        self.respond = respond
        self.requests: list[httpx.Request] = []
        self.texts: list[str] = []

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        self.requests.append(request)
        body = request.read()
        if body:
            self.texts.append(json.loads(body)["text"])
        return self.respond(request)

    def client(self, token: str = TOKEN, timeout_s: float = 0.3) -> RasaClient:
        return RasaClient("http://127.0.0.1:5005", token, timeout_s=timeout_s, transport=self)


def meaning(*ranking: tuple[str | None, float]) -> Respond:
    """The same ranking whatever is asked, as Rasa writes it."""
    intents = [{"name": name, "confidence": p} for name, p in ranking]
    return lambda _: httpx.Response(
        200, json={"intent": intents[0], "intent_ranking": intents, "entities": []}
    )


def unreachable(request: httpx.Request) -> httpx.Response:
    raise httpx.ConnectError("connection refused", request=request)


def too_slow(request: httpx.Request) -> httpx.Response:
    raise httpx.ReadTimeout("timed out", request=request)


class Stuck(httpx.BaseTransport):
    """Takes a request and says nothing until it is let go."""

    def __init__(self) -> None:
        self.go = threading.Event()
        self.asked = 0

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        self.asked += 1
        self.go.wait(20)
        return meaning(("affirm", 1.0))(request)


class Drip(httpx.SyncByteStream):
    """An answer that comes a byte at a time, each after ``wait``."""

    def __init__(self, body: bytes, wait: Callable[[], object]) -> None:
        self._body, self._wait = body, wait

    def __iter__(self) -> Iterator[bytes]:
        for byte in self._body:
            self._wait()
            yield bytes([byte])
