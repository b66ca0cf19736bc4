"""A Twilio account whose webhooks and streams come over the network of this machine."""

from __future__ import annotations

import asyncio
import json
import socket
from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import urlencode, urlsplit

import httpx
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, InvalidStatus

from telephony.far_end import FarEnd
from tests.integration.twilio.handset import Handset
from tests.unit.telephony.twilio.fake_account import FakeAccount, FakeCall, Phone


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port: int = listener.getsockname()[1]
        return port


class NetSocket:
    """One WebSocket to ``url``: what ``fake_account.Socket`` is within one process."""

    def __init__(self, url: str, signature: str) -> None:
        self.closed = asyncio.Event()
        self.on_text: Callable[[dict[str, Any]], None] = lambda _sent: None
        self.sent = 0
        self.refused: int | None = None
        self._to_send: asyncio.Queue[str | None] = asyncio.Queue()
        self.task = asyncio.create_task(self._serve(url, signature))

    def put(self, **message: Any) -> None:
        self.sent += 1
        self._to_send.put_nowait(json.dumps(message))

    def leave(self) -> None:
        self._to_send.put_nowait(None)

    async def _serve(self, url: str, signature: str) -> None:
        headers = {"x-twilio-signature": signature}
        try:
            async with connect(url, additional_headers=headers, proxy=None, compression=None) as connection:
                sending = asyncio.create_task(self._send(connection))
                async for text in connection:
                    self.on_text(json.loads(text))
                sending.cancel()
        except InvalidStatus as refused:
            self.refused = refused.response.status_code
        finally:
            self.closed.set()

    async def _send(self, connection: ClientConnection) -> None:
        try:
            while (text := await self._to_send.get()) is not None:
                await connection.send(text)
            await connection.close()
        except ConnectionClosed:
            return


class NetworkAccount(FakeAccount):
    """``phones`` by number; ``people`` says who picks them up: number, call → far end."""

    def __init__(self, port: int, people: Callable[[str, str], FarEnd], *, published: bool = False) -> None:
        super().__init__(published=published)
        self.public = f"http://127.0.0.1:{port}"
        self.phones: dict[str, Phone] = {}
        self.handsets: dict[str, Handset] = {}  # by call
        self._people = people

    def phone_of(self, call: FakeCall) -> Phone:
        return self.phones.get(call.one("To"), self.phone)

    async def post(self, url: str, form: Mapping[str, str], **headers: str) -> httpx.Response:
        signed = {"x-twilio-signature": self.sign(url, form)} | headers
        kind = {"content-type": "application/x-www-form-urlencoded; charset=UTF-8"}
        async with httpx.AsyncClient(trust_env=False) as client:
            answer = await client.post(url, content=urlencode(dict(form)).encode(), headers=kind | signed)
        self.answers.append((urlsplit(url).path, answer.status_code))
        return answer

    def connect(self, url: str, signature: str | None = None) -> Any:
        return NetSocket(url, self.sign(url) if signature is None else signature)

    async def talk(self, call: FakeCall, socket: Any, stream_sid: str, phone: Phone) -> None:
        who = call.one("From") if call.incoming else call.one("To")

        def put(**message: Any) -> None:
            socket.put(streamSid=stream_sid, **message)

        handset = Handset(self._people(who, call.sid), put)
        self.handsets[call.sid] = handset
        keep = socket.on_text

        def hear(sent: dict[str, Any]) -> None:
            keep(sent)
            handset.take(sent)

        socket.on_text = hear
        leaves = asyncio.create_task(handset.run())
        await asyncio.wait({leaves}, timeout=phone.hangs_up_after_s)
        leaves.cancel()
        self._end(call, "completed")
