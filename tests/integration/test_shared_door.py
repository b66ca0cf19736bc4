"""A carrier's requests in the console's web server, answered on the loop of the line."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import httpx
import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Mount, Route, WebSocketRoute
from starlette.testclient import TestClient
from starlette.websockets import WebSocket, WebSocketDisconnect

from telephony.shared_door import SharedDoor
from telephony.twilio.exchange import Exchange
from telephony.twilio.settings import TwilioSettings
from telephony.twilio.setup import TwilioSetup
from tests.integration.served import serving
from tests.unit.telephony.fakes import FakeClock
from tests.unit.telephony.twilio.fake_account import SETTINGS, FakeAccount
from tests.unit.telephony.twilio.published import FOLDER

FRAMES = 200


class Line:
    """A loop on a thread of its own, on which a door was opened to a small application."""

    def __init__(self) -> None:
        self.door = SharedDoor()
        self.loop = asyncio.new_event_loop()
        self.thread = threading.Thread(target=self.loop.run_forever, daemon=True)
        self.seen: list[str] = []
        self.ended = threading.Event()

    def site(self) -> Starlette:
        async def where(request: Request) -> Response:
            self.seen.append(threading.current_thread().name)
            return PlainTextResponse(
                f"{request.url.path}?{request.url.query} {(await request.body()).decode()}"
            )

        async def fails(_request: Request) -> Response:
            raise ValueError("a fault of the line")

        async def echo(websocket: WebSocket) -> None:
            await websocket.accept()
            try:
                while True:
                    await websocket.send_text(await websocket.receive_text())
            except WebSocketDisconnect:
                self.ended.set()
            except asyncio.CancelledError:
                self.ended.set()
                raise

        return Starlette(
            routes=[
                Route("/line/status", where, methods=["POST"]),
                Route("/line/fails", fails),
                WebSocketRoute("/line/media", echo),
            ]
        )

    def do(self, work: Any) -> Any:
        return asyncio.run_coroutine_threadsafe(work, self.loop).result(10)


@contextmanager
def line() -> Iterator[Line]:
    made = Line()
    made.thread.start()
    made.do(made.door.open(made.site()))
    try:
        yield made
    finally:
        made.do(made.door.close())
        made.loop.call_soon_threadsafe(made.loop.stop)
        made.thread.join(10)
        made.loop.close()


def console(door: SharedDoor) -> Starlette:
    return Starlette(routes=[Mount("/line", app=door)])


def test_a_request_is_answered_on_the_thread_of_the_line() -> None:
    with line() as made, TestClient(console(made.door)) as client:
        answer = client.post("/line/status?call=7", content=b"hello")
        assert answer.text == "/line/status?call=7 hello"
        assert made.seen == [made.thread.name]
        assert client.get("/line/elsewhere").status_code == 404


def test_a_fault_of_the_line_is_told_to_the_server() -> None:
    with line() as made, TestClient(console(made.door)) as client, pytest.raises(ValueError, match="a fault"):
        client.get("/line/fails")


def test_frames_go_both_ways_in_their_order() -> None:
    with line() as made, TestClient(console(made.door)) as client:
        with client.websocket_connect("/line/media") as stream:
            for place in range(FRAMES):
                stream.send_text(str(place))
            assert [stream.receive_text() for _ in range(FRAMES)] == [str(place) for place in range(FRAMES)]
        assert made.ended.wait(10)  # that the far end left is heard inside


def test_a_closed_door_asks_everybody_to_come_again() -> None:
    door = SharedDoor()
    with TestClient(console(door)) as client:
        answer = client.post("/line/status")
        assert (answer.status_code, answer.headers["retry-after"]) == (503, "5")
        with pytest.raises(WebSocketDisconnect) as refused, client.websocket_connect("/line/media"):
            pass
        assert refused.value.code == 1013


def test_closing_the_door_cuts_what_does_not_end(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("telephony.shared_door.LEAVE_S", 0.0)
    with (
        line() as made,
        TestClient(console(made.door)) as client,
        client.websocket_connect("/line/media") as stream,
    ):
        stream.send_text("one")
        assert stream.receive_text() == "one"
        made.do(made.door.close())
        assert made.ended.wait(10)
        with pytest.raises(WebSocketDisconnect) as cut:
            stream.receive_text()
        assert cut.value.code == 1012


def test_twilios_check_of_the_way_in_passes_through_the_shared_port() -> None:
    """Signed webhooks and the stream's handshake, over a real socket, from a server on another loop."""
    door = SharedDoor()
    app = Starlette(routes=[Mount("/twilio", app=door)])
    with serving(app) as port:
        where = {"public_url": f"http://127.0.0.1:{port}"}
        account = FakeAccount(published=FOLDER.is_dir())
        exchange = Exchange(TwilioSettings(**(SETTINGS | where)), FakeClock(), door=door, transport=account)
        findings = asyncio.run(TwilioSetup(exchange).examine())
        assert [one.says for one in findings if not one.ok] == []
        assert httpx.post(f"http://127.0.0.1:{port}/twilio/ping").status_code == 503  # closed again
