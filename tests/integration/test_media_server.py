"""A real server on the loopback and a real WebSocket client: one short call, and those that are refused."""

from __future__ import annotations

import asyncio
import base64
import contextlib
import json
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest
import uvicorn
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed

from telephony.errors import CallEnded
from telephony.g711 import ulaw_decode
from telephony.line import AudioCall, Dtmf, Played, Sound
from telephony.status import HangupCause
from telephony.twilio.messages import MAX_MESSAGE, Start
from telephony.twilio.server import SERVER_OPTIONS, Handler, MediaStreams, create_app
from tests.unit.telephony.twilio.fake_twilio import CALL, START, media, message, started


@asynccontextmanager
async def serving(handler: Handler, **options: Any) -> AsyncIterator[str]:
    """The address of a server with this handler."""
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        listening.listen()
        app = create_app(MediaStreams(handler, **options))
        config = uvicorn.Config(app, log_level="warning", **SERVER_OPTIONS)
        server = uvicorn.Server(config)
        task = asyncio.create_task(server.serve([listening]))
        try:
            yield f"ws://127.0.0.1:{listening.getsockname()[1]}/media"
        finally:
            server.should_exit = True
            await task


async def _closing_code(client: ClientConnection) -> int:
    with contextlib.suppress(ConnectionClosed):
        while True:
            await asyncio.wait_for(client.recv(), 5.0)
    assert client.close_code is not None
    return client.close_code


async def test_a_short_call() -> None:
    """Sound comes back as it was said, a digit, a mark that was heard, a cut prompt, and the end."""
    log: list[object] = []

    async def handler(call: AudioCall, start: Start) -> None:
        log.append(dict(start.parameters))
        try:
            while True:
                thing = await call.receive(5.0)
                log.append(thing)
                if isinstance(thing, Sound):
                    await call.send(thing)
                elif isinstance(thing, Dtmf):
                    await call.mark("heard")
                    await call.send(Sound(bytes(16_000)))
                    await call.mark("cut")
                elif isinstance(thing, Played):
                    await call.clear()
        except CallEnded:
            log.append(call.cause)
            raise

    said = [bytes([number + 1]) * 160 for number in range(5)]
    async with serving(handler) as address, connect(address, compression=None) as client:
        await client.send('{"event":"connected","protocol":"Call","version":"1.0.0"}')
        await client.send(started())
        for number, ulaw in enumerate(said):
            await client.send(media(2 + number, 20 * number, ulaw))
        await client.send("garbage")
        await client.send(message("dtmf", 7, {"digit": "3"}))
        heard, marks = b"", list[str]()
        while True:
            sent = json.loads(await asyncio.wait_for(client.recv(), 5.0))
            if sent["event"] == "media":
                heard += base64.b64decode(sent["media"]["payload"])
            elif sent["event"] == "mark":
                marks.append(sent["mark"]["name"])
                await client.send(message("mark", 8, {"name": marks[0]}))
            elif sent["event"] == "clear":
                break
        await client.send(message("mark", 9, {"name": "2"}))
        await client.send(message("stop", 10, {"accountSid": START.account_sid, "callSid": CALL}))
        assert await _closing_code(client) == 1000
    assert heard.startswith(b"".join(said))
    assert log == [
        {"attempt": "7"},
        *[Sound(ulaw_decode(ulaw)) for ulaw in said],
        Dtmf("3"),
        Played("heard"),
        HangupCause.NORMAL,
    ]


class Listener:
    """A handler that listens to the end. ``heard`` is set once sound came, ``ended`` gets the cause."""

    def __init__(self) -> None:
        self.heard = asyncio.Event()
        self.ended: asyncio.Queue[HangupCause | None] = asyncio.Queue()

    async def __call__(self, call: AudioCall, start: Start) -> None:
        try:
            while True:
                await call.receive(5.0)
                self.heard.set()
        except CallEnded:
            self.ended.put_nowait(call.cause)


@pytest.mark.parametrize(
    ("opening", "code"),
    [
        (["garbage"], 1008),
        ([media(2, 0)], 1008),
        ([message("connected", 0)] * 20, 1008),
        (["x" * (MAX_MESSAGE + 1)], 1009),
    ],
)
async def test_what_does_not_begin_as_it_should_is_refused(opening: list[str], code: int) -> None:
    async with serving(Listener()) as address, connect(address, compression=None) as client:
        for text in opening:
            await client.send(text)
        assert await _closing_code(client) == code


@pytest.mark.parametrize(
    ("most", "call_sid", "code"),
    [(1, "CA9", 1013), (2, CALL, 1008)],
    ids=["one call too many", "a second stream of a call"],
)
async def test_a_second_stream_is_refused_while_the_first_lives(most: int, call_sid: str, code: int) -> None:
    listener = Listener()
    async with serving(listener, max_calls=most) as address, connect(address) as first:
        await first.send(started())
        await first.send(media(2, 0))
        await asyncio.wait_for(listener.heard.wait(), 5.0)
        async with connect(address) as second:
            await second.send(started(streamSid="MZ9", callSid=call_sid))
            assert await _closing_code(second) == code
        await first.send(message("stop", 3, {}))
        assert await asyncio.wait_for(listener.ended.get(), 5.0) is HangupCause.NORMAL


async def test_a_client_that_vanishes_ends_the_call() -> None:
    listener = Listener()
    async with serving(listener) as address:
        client = await connect(address)
        await client.send(started())
        await client.send(media(2, 0))
        await asyncio.wait_for(listener.heard.wait(), 5.0)
        client.transport.abort()
        assert await asyncio.wait_for(listener.ended.get(), 5.0) is HangupCause.DROPPED
