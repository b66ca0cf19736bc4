"""Whoever can reach the port: refused or survived, and the calls that go on lose nothing by it."""

from __future__ import annotations

import asyncio
import base64
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, InvalidStatus

from telephony.announcements import load_announcements
from telephony.carrier import LineSetup
from telephony.errors import CallEnded
from telephony.g711 import ulaw_decode
from telephony.line import Incoming, Sound
from telephony.status import HangupCause
from telephony.twilio.exchange import Exchange, open_exchange
from telephony.twilio.haste import HEAD_S
from telephony.twilio.reception import build
from telephony.twilio.signature import BODY_S, MAX_BODY
from tests.integration.dialing.campaigning import MONDAY_MORNING
from tests.integration.twilio.idle_loop import LoopClock
from tests.integration.twilio.network import free_port
from tests.unit.telephony.twilio.fake_account import ACCOUNT, SETTINGS, FakeAccount, start

ANNOUNCEMENTS = load_announcements(Path(__file__).parents[3] / "dialogues" / "zh" / "announcements.yml")
FRAMES = 100


class Site:
    """A line whose server listens, with calls to us taken by ``hold``."""

    def __init__(self, clock: LoopClock) -> None:
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.account = FakeAccount()
        self.account.now = clock.now()
        where = {"public_url": self.url, "listen_port": self.port}
        setup = LineSetup(clock, ANNOUNCEMENTS, settings=SETTINGS | where)
        self.exchange = Exchange(open_exchange(setup).settings, clock, transport=self.account)
        setup = LineSetup(clock, ANNOUNCEMENTS, settings=SETTINGS | where)
        setup.connections.get(Exchange, lambda: self.exchange)
        self.inbound = build(setup)
        self.received: dict[str, list[bytes]] = {}
        self.causes: dict[str, HangupCause | None] = {}
        self._tasks: set[asyncio.Task[None]] = set()

    async def serve(self) -> None:
        async for incoming in self.inbound.calls():
            task = asyncio.create_task(self._hold(incoming))
            self._tasks.add(task)

    async def _hold(self, incoming: Incoming) -> None:
        call = incoming.call
        assert call.carries == "sound"
        await call.answer()
        frames = self.received.setdefault(call.id, [])
        try:
            await call.send(Sound(bytes(16_000 * 5)))
            while True:
                thing = await call.receive(60.0)
                if isinstance(thing, Sound):
                    frames.append(thing.pcm)
        except CallEnded:
            self.causes[call.id] = call.cause
            await call.hang_up()

    async def call_in(self, number: int) -> tuple[ClientConnection, str]:
        """A call that is connected: its socket, and its sid."""
        sid = f"CA{number:032x}"
        form = {"CallSid": sid, "AccountSid": ACCOUNT, "CallStatus": "ringing", "From": "+14155550199"}
        url = f"{self.url}/twilio/voice"
        headers = {"x-twilio-signature": self.account.sign(url, form)}
        async with httpx.AsyncClient(trust_env=False) as client:
            answer = await client.post(url, data=form, headers=headers)
        token = answer.text.split('value="')[1].split('"')[0]
        media = f"ws://127.0.0.1:{self.port}/twilio/media"
        socket = await connect(
            media, additional_headers={"x-twilio-signature": self.account.sign(media)}, proxy=None
        )
        await socket.send(json.dumps(start(sid, "MZ" + sid[2:], {"token": token})))
        return socket, sid


def frame_of(number: int) -> bytes:
    """160 bytes of µ-law that tell which frame they are."""
    return bytes([number % 100 + 1]) * 160


def media_message(number: int, sid: str) -> str:
    payload = base64.b64encode(frame_of(number)).decode()
    body = {"track": "inbound", "timestamp": str(20 * (number - 2)), "payload": payload}
    stream = "MZ" + sid[2:]
    return json.dumps({"event": "media", "sequenceNumber": str(number), "media": body, "streamSid": stream})


@asynccontextmanager
async def site(clock: LoopClock) -> AsyncIterator[Site]:
    one = Site(clock)
    serving = asyncio.create_task(one.serve())
    await asyncio.sleep(0.1)
    yield one
    serving.cancel()
    await asyncio.wait({serving})
    await one.exchange.close()


def beside_an_honest_call(attack: Callable[[Site], Awaitable[None]]) -> None:
    """As long as ``attack`` goes on, a call says frame after frame: they come, all, and as they were."""
    clock = LoopClock(MONDAY_MORNING)

    async def work() -> None:
        async with site(clock) as here:
            socket, sid = await here.call_in(1)
            attacking = asyncio.ensure_future(attack(here))
            said = 0
            while said < FRAMES or not attacking.done():
                said += 1
                await socket.send(media_message(said + 1, sid))
                await asyncio.sleep(0.02)
            await attacking
            stop = {"event": "stop", "sequenceNumber": str(said + 2), "streamSid": "MZ" + sid[2:]}
            await socket.send(json.dumps(stop | {"stop": {}}))
            await asyncio.sleep(1.0)
            await socket.close()
            assert here.received[sid] == [ulaw_decode(frame_of(number)) for number in range(2, said + 2)]
            assert here.causes[sid] is HangupCause.NORMAL

    clock.run(work())


BAD_MESSAGES: tuple[str | bytes, ...] = (
    json.dumps({"event": "dtmf", "sequenceNumber": "2", "dtmf": {"digit": "1" * 40_000}}),
    "{" * 30_000,
    "not json",
    b"\x00" * 1000,
    json.dumps({"event": "media", "sequenceNumber": "1" * 5000, "media": {"payload": "!!"}}),
)


def test_what_is_no_message_of_twilios_costs_only_itself() -> None:
    async def attack(here: Site) -> None:
        socket, sid = await here.call_in(2)
        for bad in BAD_MESSAGES:
            await socket.send(bad)
        for number in range(2, 12):
            await socket.send(media_message(number, sid))
        await asyncio.sleep(0.5)
        assert len(here.received[sid]) == 10
        await socket.close()

    beside_an_honest_call(attack)


@pytest.mark.parametrize("sends", ["text", "binary"])
def test_a_million_bytes_of_digits_end_their_own_call(sends: str) -> None:
    async def attack(here: Site) -> None:
        socket, sid = await here.call_in(2)
        await asyncio.sleep(0.2)
        text = json.dumps({"event": "dtmf", "sequenceNumber": "2", "dtmf": {"digit": "1" * 1_000_000}})
        with pytest.raises(ConnectionClosed) as closed:
            await _send_and_read(socket, text if sends == "text" else text.encode())
        assert closed.value.rcvd is not None
        assert closed.value.rcvd.code == 1009  # too big
        await asyncio.sleep(1.0)
        assert here.causes[sid] is HangupCause.DROPPED

    beside_an_honest_call(attack)


async def _send_and_read(socket: ClientConnection, message: str | bytes) -> None:
    await socket.send(message)
    await _read_to_the_end(socket)


async def _read_to_the_end(socket: ClientConnection) -> None:
    while True:
        await socket.recv()


def test_a_socket_that_vanishes_or_takes_nothing_ends_its_own_call() -> None:
    async def attack(here: Site) -> None:
        gone, gone_sid = await here.call_in(2)
        await asyncio.sleep(0.2)
        gone.transport.abort()
        await asyncio.sleep(1.0)
        assert here.causes[gone_sid] is HangupCause.DROPPED

    beside_an_honest_call(attack)


def test_streams_without_a_signature_or_with_another_calls_sid_get_nothing() -> None:
    async def attack(here: Site) -> None:
        media = f"ws://127.0.0.1:{here.port}/twilio/media"
        for headers in ({}, {"x-twilio-signature": "forged"}, {"x-twilio-signature": "\u00e9"}):
            with pytest.raises(InvalidStatus) as refused:
                await connect(media, additional_headers=headers, proxy=None)
            assert refused.value.response.status_code == 403
        signed = {"x-twilio-signature": here.account.sign(media)}
        for sid, parameters in (
            ("CA" + "1".rjust(32, "0"), {"token": "guessed"}),
            ("CA" + "7" * 32, {}),
        ):
            socket = await connect(media, additional_headers=signed, proxy=None)
            await socket.send(json.dumps(start(sid, "MZ" + "7" * 32, parameters)))
            with pytest.raises(ConnectionClosed):
                await _read_to_the_end(socket)

    beside_an_honest_call(attack)


def test_who_sends_a_byte_a_minute_is_shown_the_door() -> None:
    async def trickle(here: Site, first: bytes, limit_s: float) -> None:
        reader, writer = await asyncio.open_connection("127.0.0.1", here.port)
        began = asyncio.get_running_loop().time()
        writer.write(first)
        answer = asyncio.ensure_future(reader.read())
        while not answer.done():
            await asyncio.wait({answer}, timeout=1.0)
            writer.write(b"x")
            assert asyncio.get_running_loop().time() - began < limit_s + 10.0
        answer.exception()  # cut off, whichever way
        writer.close()

    async def attack(here: Site) -> None:
        post = b"POST /twilio/status HTTP/1.1\r\nHost: x\r\n"
        body = b"Content-Type: application/x-www-form-urlencoded\r\nContent-Length: 5000\r\n\r\n"
        await asyncio.gather(
            *(trickle(here, b"", HEAD_S) for _ in range(20)),
            *(trickle(here, post + b"X-A: ", HEAD_S) for _ in range(20)),
            trickle(here, post + body, BODY_S),
        )

    beside_an_honest_call(attack)


def test_bodies_that_are_too_big_are_not_taken() -> None:
    async def attack(here: Site) -> None:
        async with httpx.AsyncClient(trust_env=False) as client:
            for content in (b"a=" + b"x" * MAX_BODY, b"x" * 1_000_000):
                kind: Any = {"content-type": "application/x-www-form-urlencoded"}
                answer = await client.post(f"{here.url}/twilio/status", content=content, headers=kind)
                assert answer.status_code == 413

    beside_an_honest_call(attack)
