"""A Twilio account in memory: its API, its callbacks, its streams, and the phones that it calls.

It stands behind Twilio's own library as a transport, and before our web application as its client.
"""

from __future__ import annotations

import asyncio
import base64
import io
import json
import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import format_datetime
from typing import Any
from urllib.parse import parse_qs, parse_qsl, urlencode, urlsplit
from xml.etree import ElementTree

import httpx
import numpy as np
import soundfile
from starlette.applications import Starlette
from twilio.request_validator import RequestValidator

from telephony.g711 import ulaw_decode
from telephony.twilio.messages import MAX_MESSAGE
from tests.unit.telephony.twilio.published import Published

ACCOUNT = "AC" + "2" * 32
TOKEN = "0123456789abcdef0123456789abcdef"
PUBLIC = "https://calls.example.com"
CALLER = "+14155550100"
SETTINGS: dict[str, Any] = {
    "account_sid": ACCOUNT,
    "auth_token": TOKEN,
    "caller_number": CALLER,
    "public_url": PUBLIC,
    "machine_detection": "off",
}
_log = logging.getLogger(__name__)
_OVER = frozenset({"completed", "busy", "failed", "no-answer", "canceled"})


@dataclass(frozen=True, slots=True)
class Phone:
    """What a dial comes to: it rings for ``ring_s``, then ends as ``end`` says, or is answered (None)."""

    ring_s: float = 3.0
    end: str | None = None
    rings: bool = True
    sip: int | None = 200
    error: int | None = None
    answered_by: str | None = None
    detects_after_s: float = 1.0
    streams: bool = True
    says: bytes = b""  # in µ-law
    hangs_up_after_s: float = 1e6


@dataclass(frozen=True, slots=True)
class Agent:
    """A person at a telephone, who answers after ``answers_s`` (None: never), presses ``key`` and talks."""

    answers_s: float | None = 5.0
    key: str = "1"
    thinks_s: float = 3.0
    talks_s: float = 60.0


@dataclass(slots=True)
class Way:
    """How callbacks come."""

    lost: frozenset[str] = frozenset()
    times: int = 1
    reversed: bool = False


@dataclass(slots=True)
class FakeCall:
    sid: str
    form: dict[str, list[str]]
    created: datetime
    incoming: bool = False
    status: str = "queued"
    answered_by: str | None = None
    sequence: int = 0
    heard: bytearray = field(default_factory=bytearray)  # what the phone got, in µ-law
    over: asyncio.Event = field(default_factory=asyncio.Event)
    after_connect: list[str] = field(default_factory=list)  # verbs run once the stream was over
    said: list[str] = field(default_factory=list)  # by Twilio, to the caller
    whispered: list[str] = field(default_factory=list)  # by Twilio, to an agent
    moved: asyncio.Event = field(default_factory=asyncio.Event)  # to other TwiML than the stream's
    socket: Socket | None = None

    def one(self, name: str) -> str:
        return self.form.get(name, [""])[0]


class Socket:
    """One WebSocket to the application."""

    def __init__(self, app: Starlette, url: str, signature: str | None) -> None:
        parts = urlsplit(url)
        headers = [(b"host", b"10.0.0.7:8440")]
        if signature is not None:
            headers.append((b"x-twilio-signature", signature.encode()))
        scope = {
            "type": "websocket", "asgi": {"version": "3.0", "spec_version": "2.4"}, "scheme": "ws",
            "path": parts.path, "raw_path": parts.path.encode(), "query_string": parts.query.encode(),
            "headers": headers, "subprotocols": [], "client": ("127.0.0.1", 1), "server": ("127.0.0.1", 2),
            "root_path": "", "extensions": {}, "state": {},
        }  # fmt: skip
        self._incoming: asyncio.Queue[dict[str, Any]] = asyncio.Queue()
        self._incoming.put_nowait({"type": "websocket.connect"})
        self.accepted = False
        self.code: int | None = None
        self.closed = asyncio.Event()
        self.on_text: Callable[[dict[str, Any]], None] = lambda _sent: None
        self.sent = 0
        self.task = asyncio.create_task(self._serve(app, scope))

    async def _serve(self, app: Starlette, scope: dict[str, Any]) -> None:
        try:
            await app(scope, self._incoming.get, self._send)
        finally:
            self.closed.set()

    async def _send(self, message: Mapping[str, Any]) -> None:
        match message["type"]:
            case "websocket.accept":
                self.accepted = True
            case "websocket.close":
                self.code = message["code"]
                self.closed.set()
                self._incoming.put_nowait({"type": "websocket.disconnect", "code": self.code})
            case "websocket.send":
                self.on_text(json.loads(message["text"]))

    def put(self, **message: Any) -> None:
        text = json.dumps(message)
        assert len(text) <= MAX_MESSAGE
        self.sent += 1
        self._incoming.put_nowait({"type": "websocket.receive", "text": text})

    def break_off(self) -> None:
        """The connection is lost on the way: both sides find it closed."""
        self.leave()
        self.closed.set()

    def leave(self) -> None:
        self._incoming.put_nowait({"type": "websocket.disconnect", "code": 1000})


class FakeAccount(httpx.AsyncBaseTransport):
    """``phone`` is what every dial comes to. ``refusals`` are answers (HTTP status, code) to come first."""

    def __init__(
        self, phone: Phone | None = None, way: Way | None = None, *, published: bool = False
    ) -> None:
        self.phone = phone or Phone()
        self.way = way or Way()
        self.published = Published() if published else None
        self.app: Starlette | None = None
        self.calls: dict[str, FakeCall] = {}
        self.messages: list[dict[str, str]] = []
        self.refusals: list[tuple[int, int]] = []
        self.refused: dict[str, list[tuple[int, int]]] = {}  # the same, for dials to a number
        self.loses_answers = 0
        self.lookups: dict[str, dict[str, Any]] = {}
        self.recorded: dict[str, dict[str, list[str]]] = {}  # recordings: what was asked for
        self.lost_sounds = 0  # so many downloads fail
        self.agents: dict[str, Agent] = {}
        self.repeats_steps = 1  # how often each step of a transfer is asked
        self.numbers: list[dict[str, Any]] = [
            {"phone_number": CALLER, "capabilities": {"voice": True, "sms": True}}
        ]
        self.account_status = "active"
        self.public = PUBLIC
        self.asked: list[str] = []
        self.answers: list[tuple[str, int]] = []  # what our webhooks said
        self.now = datetime(2026, 11, 23, 2, 0, tzinfo=UTC)
        self._validator = RequestValidator(TOKEN)
        self._tasks: set[asyncio.Task[None]] = set()
        self._held: list[tuple[str, dict[str, str]]] = []

    # Its API.

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        await request.aread()
        self.asked.append(f"{request.method} {request.url.path}")
        answer = self._answer(request)
        if self.published is not None and not request.url.path.endswith(".wav"):
            self.published.check(request, answer)
        if self.loses_answers:
            self.loses_answers -= 1
            raise httpx.ReadTimeout("the answer was lost", request=request)
        return answer

    def _answer(self, request: httpx.Request) -> httpx.Response:
        login = base64.b64decode(request.headers["authorization"].removeprefix("Basic ")).decode()
        if login != f"{ACCOUNT}:{TOKEN}":
            return _error(401, 20003)
        if self.refusals:
            return _error(*self.refusals.pop(0))
        form = parse_qs(request.content.decode())
        if refusals := self.refused.get(form.get("To", [""])[0]):
            return _error(*refusals.pop(0))
        path = request.url.path.removesuffix(".json").split("/")[2:]
        match request.method, path:
            case "POST", ["Accounts", _, "Calls"]:
                return self._create(form)
            case "GET", ["Accounts", _, "Calls"]:
                wanted = request.url.params.get("To")
                found = [self._shown(call) for call in self.calls.values() if call.one("To") == wanted]
                return httpx.Response(200, json={"calls": found})
            case "GET", ["Accounts", _, "Calls", sid] if sid in self.calls:
                return httpx.Response(200, json=self._shown(self.calls[sid]))
            case "POST", ["Accounts", _, "Calls", sid] if sid in self.calls:
                call = self.calls[sid]
                if call.status in _OVER:
                    return _error(400, 21220)
                if "Twiml" in form:
                    self._start(self._move(call, form["Twiml"][0]))
                else:
                    self._end(call, "completed")
                return httpx.Response(200, json=self._shown(call))
            case "POST", ["Accounts", _, "Calls", sid, "Recordings"] if sid in self.calls:
                self.recorded[f"RE{sid[2:]}"] = form
                shown = self._recording(f"RE{sid[2:]}")
                return httpx.Response(201, json=shown | {"status": "in-progress"})
            case "GET", ["Accounts", _, "Calls", sid, "Recordings"]:
                found = [self._recording(one) for one in self.recorded if one[2:] == sid[2:]]
                return httpx.Response(200, json={"recordings": found})
            case "GET", ["Accounts", _, "Recordings", name] if name.endswith(".wav"):
                return self._sound(name.removesuffix(".wav"))
            case "DELETE", ["Accounts", _, "Recordings", sid] if sid in self.recorded:
                del self.recorded[sid]
                return httpx.Response(204)
            case "GET", ["Accounts", _, "IncomingPhoneNumbers"]:
                wanted = request.url.params.get("PhoneNumber")
                found = [one for one in self.numbers if one["phone_number"] == wanted]
                return httpx.Response(200, json={"incoming_phone_numbers": found})
            case "GET", ["Accounts", _]:
                return httpx.Response(
                    200, json={"sid": ACCOUNT, "status": self.account_status, "type": "Full"}
                )
            case "POST", ["Accounts", _, "Messages"]:
                self.messages.append({name: values[0] for name, values in form.items()})
                sid = f"SM{len(self.messages):032x}"
                return httpx.Response(201, json={"sid": sid, "status": "queued", "error_code": None})
            case "GET", ["PhoneNumbers", number]:
                return httpx.Response(
                    200, json={"phone_number": number, "valid": True} | self.lookups.get(number, {})
                )
        return _error(404, 20404)

    def _create(self, form: dict[str, list[str]]) -> httpx.Response:
        call = FakeCall(f"CA{len(self.calls) + 1:032x}", form, self.now)
        self.calls[call.sid] = call
        self._start(self._dial(call, self.phone_of(call)))
        return httpx.Response(201, json=self._shown(call))

    def _shown(self, call: FakeCall) -> dict[str, Any]:
        return {
            "sid": call.sid,
            "account_sid": ACCOUNT,
            "status": call.status,
            "to": call.one("To"),
            "from": call.one("From"),
            "date_created": format_datetime(call.created),
            "answered_by": call.answered_by,
            "direction": "outbound-api",
        }

    def _recording(self, sid: str) -> dict[str, Any]:
        call = self.calls["CA" + sid[2:]]
        status = "completed" if call.status in _OVER else "in-progress"
        return {"sid": sid, "account_sid": ACCOUNT, "call_sid": call.sid, "status": status, "channels": 2}

    def _sound(self, sid: str) -> httpx.Response:
        if self.lost_sounds:
            self.lost_sounds -= 1
            return httpx.Response(503)
        if sid not in self.recorded:
            return _error(404, 20404)
        heard = np.frombuffer(ulaw_decode(bytes(self.calls["CA" + sid[2:]].heard)), dtype="<i2")
        file = io.BytesIO()
        soundfile.write(file, np.stack([np.full_like(heard, 7), heard], axis=1), 8000, "PCM_16", format="WAV")
        return httpx.Response(200, content=file.getvalue())

    async def recording_ready(self, call: FakeCall, status: str = "completed") -> None:
        """Tell of a call's recording."""
        sid = f"RE{call.sid[2:]}"
        url = self.recorded[sid]["RecordingStatusCallback"][0]
        form = {"AccountSid": ACCOUNT, "CallSid": call.sid, "RecordingSid": sid, "RecordingStatus": status}
        for _ in range(self.way.times):
            await self.post(url, form)

    # Its phones.

    def phone_of(self, call: FakeCall) -> Phone:
        """What this dial comes to."""
        return self.phone

    async def _dial(self, call: FakeCall, phone: Phone) -> None:
        await self._report(call, "initiated", "initiated")
        if phone.rings:
            call.status = "ringing"
            await self._report(call, "ringing", "ringing")
        await asyncio.sleep(phone.ring_s)
        if call.status in _OVER:
            return
        if phone.end is not None:
            self._end(call, phone.end, sip=phone.sip, error=phone.error)
            return
        call.status = "in-progress"
        if call.one("AsyncAmd") == "true" and phone.answered_by is not None:
            self._start(self._detect(call, phone))
        await self._report(call, "answered", "in-progress")
        if phone.streams:
            await self.stream(call, call.one("Twiml"), phone)
        else:
            await call.over.wait()

    async def _detect(self, call: FakeCall, phone: Phone) -> None:
        await asyncio.sleep(phone.detects_after_s)
        call.answered_by = phone.answered_by
        form = {"CallSid": call.sid, "AccountSid": ACCOUNT, "AnsweredBy": phone.answered_by or ""}
        if "detected" not in self.way.lost:
            await self.post(call.one("AsyncAmdStatusCallback"), form)

    async def stream(self, call: FakeCall, twiml: str, phone: Phone) -> None:
        """Do as ``twiml`` says: connect the phone's sound, and go on once the socket is closed."""
        root = ElementTree.fromstring(twiml)  # noqa: S314 - ours
        connect, *after = list(root)
        assert connect.tag == "Connect", twiml
        stream = connect.find("Stream")
        assert stream is not None
        url = stream.attrib["url"]
        parameters = {one.attrib["name"]: one.attrib["value"] for one in stream.findall("Parameter")}
        socket = self.connect(url)
        call.socket = socket

        def hear(sent: dict[str, Any]) -> None:
            if sent["event"] == "media":
                call.heard += base64.b64decode(sent["media"]["payload"])

        socket.on_text = hear
        stream_sid = "MZ" + call.sid[2:]
        socket.put(event="connected", protocol="Call", version="1.0.0")
        socket.put(**start(call.sid, stream_sid, parameters))
        talk = asyncio.create_task(self.talk(call, socket, stream_sid, phone))
        await socket.closed.wait()
        talk.cancel()
        if call.moved.is_set() or call.status in _OVER:
            return
        call.after_connect = [verb.tag for verb in after]
        self._end(call, "completed")

    async def _move(self, call: FakeCall, twiml: str) -> None:
        """Leave the stream, and do as ``twiml`` says."""
        call.moved.set()
        if call.socket is not None:
            stop = {"accountSid": ACCOUNT, "callSid": call.sid}
            number = str(call.socket.sent + 1)
            call.socket.put(event="stop", sequenceNumber=number, stop=stop, streamSid="MZ" + call.sid[2:])
            call.socket.leave()
        while twiml:
            twiml = await self._do(call, ElementTree.fromstring(twiml))  # noqa: S314 - ours

    async def _do(self, call: FakeCall, response: ElementTree.Element) -> str:
        """Run one document; what it leads to, nothing at its end."""
        for verb in response:
            if call.status in _OVER:
                return ""
            match verb.tag:
                case "Say":
                    call.said.append(verb.text or "")
                    await asyncio.sleep(len(verb.text or "") / 4)
                case "Dial":
                    return await self._ask_agent(call, verb)
                case "Hangup":
                    break
                case tag:
                    raise AssertionError(f"the fake knows no <{tag}> here")
        self._end(call, "completed")
        return ""

    async def _ask_agent(self, call: FakeCall, dial: ElementTree.Element) -> str:
        number = dial.find("Number")
        assert number is not None
        agent = self.agents.get(number.text or "", Agent())
        form = {
            "AccountSid": ACCOUNT,
            "CallSid": call.sid,
            "DialCallStatus": "no-answer",
            "DialBridged": "false",
        }
        ring_s = float(dial.attrib["timeout"])
        answers = agent.answers_s is not None and agent.answers_s <= ring_s
        await self._until_over(call, agent.answers_s if answers and agent.answers_s is not None else ring_s)
        if answers and call.status not in _OVER:
            form["DialCallStatus"] = "completed"
            if await self._whisper(call, number.attrib["url"], agent):
                await self._until_over(call, agent.talks_s)
                form["DialBridged"] = "true"
        form["CallStatus"] = call.status
        return await self._step(dial.attrib["action"], form)

    async def _whisper(self, call: FakeCall, url: str, agent: Agent) -> bool:
        """Whether the agent, having heard what is whispered, is connected."""
        leg = {"AccountSid": ACCOUNT, "CallSid": "CA" + "f" * 32, "ParentCallSid": call.sid}
        gather, *after = list(ElementTree.fromstring(await self._step(url, leg)))  # noqa: S314 - ours
        if gather.tag == "Hangup":
            return False
        assert (gather.tag, [verb.tag for verb in after]) == ("Gather", ["Hangup"])
        call.whispered += [say.text or "" for say in gather.findall("Say")]
        await self._until_over(call, agent.thinks_s)
        if not agent.key or call.status in _OVER:
            return False
        told = await self._step(gather.attrib["action"], leg | {"Digits": agent.key})
        return not list(ElementTree.fromstring(told))  # noqa: S314 - ours

    async def _step(self, url: str, form: Mapping[str, str]) -> str:
        answers = {(await self.post(url, form)).text for _ in range(self.repeats_steps)}
        assert len(answers) == 1, "asked again, Twilio heard something else"
        return answers.pop()

    async def _until_over(self, call: FakeCall, seconds: float) -> None:
        try:
            async with asyncio.timeout(seconds):
                await call.over.wait()
        except TimeoutError:
            return

    def caller_leaves(self, call: FakeCall) -> None:
        self._end(call, "completed")

    async def talk(self, call: FakeCall, socket: Socket, stream_sid: str, phone: Phone) -> None:
        says, number, at_ms = phone.says, 2, 0
        while at_ms < phone.hangs_up_after_s * 1000:
            ulaw, says = says[:160].ljust(160, b"\xff"), says[160:]
            payload = base64.b64encode(ulaw).decode()
            body = {"track": "inbound", "chunk": str(number), "timestamp": str(at_ms), "payload": payload}
            socket.put(event="media", sequenceNumber=str(number), media=body, streamSid=stream_sid)
            number, at_ms = number + 1, at_ms + 20
            await asyncio.sleep(0.02)
        stop = {"accountSid": ACCOUNT, "callSid": call.sid}
        socket.put(event="stop", sequenceNumber=str(number), stop=stop, streamSid=stream_sid)
        self._end(call, "completed")

    def _end(self, call: FakeCall, status: str, *, sip: int | None = 200, error: int | None = None) -> None:
        if call.status in _OVER:
            return
        call.status = status
        call.over.set()
        if call.socket is not None:
            call.socket.leave()
        more = {} if sip is None else {"SipResponseCode": str(sip)}
        if error is not None:
            more["ErrorCode"] = str(error)
        self._start(self._report(call, "completed", status, **more))
        if f"RE{call.sid[2:]}" in self.recorded and "recorded" not in self.way.lost:
            self._start(self.recording_ready(call))

    # Its callbacks.

    async def _report(self, call: FakeCall, event: str, status: str, **more: str) -> None:
        url = call.one("StatusCallback")
        if not url or event not in call.form.get("StatusCallbackEvent", ["completed"]):
            return
        form = {
            "AccountSid": ACCOUNT,
            "ApiVersion": "2010-04-01",
            "CallSid": call.sid,
            "CallStatus": status,
            "CallbackSource": "call-progress-events",
            "Direction": "outbound-api",
            "From": call.one("From"),
            "SequenceNumber": str(call.sequence),
            "To": call.one("To"),
            **more,
        }
        call.sequence += 1
        if event in self.way.lost:
            return
        self._held.append((url, form))
        if self.way.reversed and event != "completed":
            return
        for url_, form_ in reversed(self._held):
            for _ in range(self.way.times):
                await self.post(url_, form_)
        self._held.clear()

    async def post(self, url: str, form: Mapping[str, str], **headers: str) -> httpx.Response:
        """Ask our application as Twilio does, through a proxy that changes host and scheme."""
        assert self.app is not None
        assert url.startswith(PUBLIC)
        signed = {"x-twilio-signature": self.sign(url, form)} | headers
        base = "http://10.0.0.7:8440"
        async with httpx.AsyncClient(transport=httpx.ASGITransport(self.app), base_url=base) as client:
            kind = {"content-type": "application/x-www-form-urlencoded; charset=UTF-8"}
            body = urlencode(dict(form)).encode()
            answer = await client.post(url.removeprefix(PUBLIC), content=body, headers=kind | signed)
        self.answers.append((urlsplit(url).path, answer.status_code))
        return answer

    def sign(self, url: str, form: Mapping[str, str] | None = None) -> str:
        return str(self._validator.compute_signature(url, dict(form or {})))

    def connect(self, url: str, signature: str | None = None) -> Socket:
        """A stream to ``url``, with Twilio's signature unless another is given."""
        assert self.app is not None
        return Socket(self.app, url, self.sign(url) if signature is None else signature)

    async def ring_us(self, phone: Phone, number: str = "+14155550199") -> tuple[FakeCall, str]:
        """Somebody calls us: the call, and what our application has Twilio do with it."""
        form_of_it = {"To": [CALLER], "From": [number]}
        call = FakeCall(f"CA{len(self.calls) + 1:032x}", form_of_it, self.now, incoming=True)
        self.calls[call.sid] = call
        form = {"CallSid": call.sid, "AccountSid": ACCOUNT, "CallStatus": "ringing"}
        form |= {"From": number, "To": CALLER}
        answer = await self.post(f"{self.public}/twilio/voice", form)
        assert answer.status_code == 200
        call.status = "in-progress"
        if "<Connect>" in answer.text:
            self._start(self.stream(call, answer.text, phone))
        return call, answer.text

    def _start(self, work: Any) -> None:
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._done)

    def _done(self, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        if not task.cancelled() and (error := task.exception()) is not None:
            _log.error("the fake failed", exc_info=error)


def start(call_sid: str, stream_sid: str, parameters: Mapping[str, str]) -> dict[str, Any]:
    """The message ``start`` of a stream."""
    return {
        "event": "start",
        "sequenceNumber": "1",
        "streamSid": stream_sid,
        "start": {
            "accountSid": ACCOUNT,
            "streamSid": stream_sid,
            "callSid": call_sid,
            "tracks": ["inbound"],
            "mediaFormat": {"encoding": "audio/x-mulaw", "sampleRate": 8000, "channels": 1},
            "customParameters": dict(parameters),
        },
    }


def _error(status: int, code: int) -> httpx.Response:
    more = f"https://www.twilio.com/docs/errors/{code}"
    body = {"code": code, "message": "refused", "more_info": more, "status": status}
    return httpx.Response(status, json=body)


def query(url: str) -> dict[str, str]:
    """The query of ``url``."""
    return dict(parse_qsl(urlsplit(url).query))
