"""The application that Twilio connects to, spoken to as a web server would, on virtual time."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from telephony.errors import CallEnded
from telephony.line import AudioCall
from telephony.status import HangupCause
from telephony.twilio.messages import Start
from telephony.twilio.server import MediaStreams, create_app
from tests.unit.telephony.twilio.fake_twilio import STREAM, media, started
from tests.virtual_loop import run

SCOPE = {
    "type": "websocket", "asgi": {"version": "3.0", "spec_version": "2.4"}, "scheme": "ws", "path": "/media",
    "raw_path": b"/media", "query_string": b"", "headers": [], "subprotocols": [],
    "client": ("127.0.0.1", 1), "server": ("127.0.0.1", 2), "root_path": "", "extensions": {}, "state": {},
}  # fmt: skip


class Connection:
    """One WebSocket to the application."""

    def __init__(self, app: Any) -> None:
        self._incoming: asyncio.Queue[dict[str, Any]] = asyncio.Queue()
        self._incoming.put_nowait({"type": "websocket.connect"})
        self.code: int | None = None
        self.task = asyncio.create_task(app(SCOPE, self._incoming.get, self._send))

    async def _send(self, message: dict[str, Any]) -> None:
        if message["type"] == "websocket.close":
            self.code = message["code"]
            self._incoming.put_nowait({"type": "websocket.disconnect", "code": self.code})

    def put(self, text: str) -> None:
        self._incoming.put_nowait({"type": "websocket.receive", "text": text})


Work = Callable[[AudioCall], Awaitable[None]]


async def _listen(call: AudioCall) -> None:
    while True:
        await call.receive(60.0)


def _streams(work: Work = _listen) -> tuple[MediaStreams, list[AudioCall]]:
    calls: list[AudioCall] = []

    async def handler(call: AudioCall, start: Start) -> None:
        calls.append(call)
        await work(call)

    return MediaStreams(handler), calls


@pytest.mark.parametrize(("gap_s", "refused"), [(0.5, True), (1.5, False)])
def test_a_second_stream_takes_over_only_from_one_that_is_lost(gap_s: float, refused: bool) -> None:
    async def work() -> None:
        streams, calls = _streams()
        app = create_app(streams)
        first = Connection(app)
        first.put(started())
        first.put(media(2, 0))
        await asyncio.sleep(gap_s)
        second = Connection(app)
        second.put(started(streamSid=STREAM[:-1] + "9"))
        await asyncio.sleep(0.1)
        assert streams.calls == 1
        if refused:
            assert (first.code, second.code) == (None, 1008)
            assert [call.cause for call in calls] == [None]
        else:
            assert (first.code, second.code) == (1000, None)
            assert [call.cause for call in calls] == [HangupCause.DROPPED, None]
        for connection in (first, second):
            connection.task.cancel()

    run(work())


def test_a_stream_that_never_begins_is_closed() -> None:
    async def work() -> None:
        connection = Connection(create_app(_streams()[0]))
        await connection.task
        assert connection.code == 1008
        assert asyncio.get_running_loop().time() == pytest.approx(10.0)

    run(work())


async def _return(call: AudioCall) -> None:
    return


async def _fail(call: AudioCall) -> None:
    raise ZeroDivisionError("bad handler")


async def _until_hung_up(call: AudioCall) -> None:
    await call.hang_up()
    await call.receive(1.0)


@pytest.mark.parametrize(
    ("handler", "code", "told"),
    [(_return, 1000, ""), (_fail, 1011, "bad handler"), (_until_hung_up, 1000, "")],
)
def test_the_call_ends_with_its_handler(
    handler: Work, code: int, told: str, caplog: pytest.LogCaptureFixture
) -> None:
    async def work() -> None:
        streams, calls = _streams(handler)
        connection = Connection(create_app(streams))
        connection.put(started())
        await connection.task
        assert connection.code == code
        assert streams.calls == 0
        with pytest.raises(CallEnded):
            await calls[0].receive(1.0)

    run(work())
    assert told in caplog.text
    assert bool(told) == bool(caplog.text)
