"""A Twilio in memory: the socket of one stream, with the buffer and the playing of the phone behind it."""

from __future__ import annotations

import asyncio
import base64
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from telephony.twilio.media_stream import Limits, MediaStreamCall
from telephony.twilio.messages import Start
from telephony.twilio.playout import Pacing

STREAM = "MZ" + "0" * 32
CALL = "CA" + "1" * 32
START = Start(1, STREAM, CALL, "AC" + "2" * 32)
SILENCE = b"\xff" * 160


def started(sequence: int = 1, **overrides: Any) -> str:
    """The message ``start``, as Twilio documents it."""
    body = {
        "accountSid": START.account_sid,
        "streamSid": STREAM,
        "callSid": CALL,
        "tracks": ["inbound"],
        "mediaFormat": {"encoding": "audio/x-mulaw", "sampleRate": 8000, "channels": 1},
        "customParameters": {"attempt": "7"},
    }
    body.update(overrides)
    return json.dumps({"event": "start", "sequenceNumber": str(sequence), "start": body, "streamSid": STREAM})


def message(event: str, sequence: int, body: Any = None, stream: str = STREAM) -> str:
    return json.dumps({"event": event, "sequenceNumber": str(sequence), event: body, "streamSid": stream})


def media(sequence: int, at_ms: int, ulaw: bytes = SILENCE, **more: Any) -> str:
    payload = base64.b64encode(ulaw).decode()
    body = {"track": "inbound", "chunk": str(sequence), "timestamp": str(at_ms), "payload": payload, **more}
    return message("media", sequence, body)


class FakeTwilio:
    """``socket`` to a call. ``played`` is what the phone has played, with silence where it ran dry.

    With ``echoes`` it answers marks as Twilio does: when they are reached, and when they are cleared.
    """

    def __init__(self, *, echoes: bool = True) -> None:
        self.echoes = echoes
        self.sent: list[tuple[float, dict[str, Any]]] = []
        self.starved: list[tuple[float, float]] = []  # when the phone ran dry, and how long
        self.most_ahead_s = 0.0
        self.cleared_at: list[int] = []  # how much had been played at each clear, in bytes
        self.closed: int | None = None
        self.stalled = False
        self.vanished = False
        self._sequence = START.sequence
        self._at_ms = 0
        self._incoming: asyncio.Queue[str | bytes | None] = asyncio.Queue()
        self._ends_at = 0.0
        self._playing: list[tuple[float, bytes]] = []
        self._marks: dict[str, asyncio.TimerHandle] = {}

    # What the call sees.

    async def receive(self) -> str | bytes | None:
        return await self._incoming.get()

    async def send(self, text: str) -> None:
        if self.stalled:
            await asyncio.sleep(1e9)
        if self.vanished:
            raise ConnectionError("gone")
        loop = asyncio.get_running_loop()
        now, sent = loop.time(), json.loads(text)
        assert sent["streamSid"] == STREAM
        self.sent.append((now, sent))
        match sent["event"]:
            case "media":
                ulaw = base64.b64decode(sent["media"]["payload"], validate=True)
                if now > self._ends_at:
                    if self._playing:
                        self.starved.append((self._ends_at, now - self._ends_at))
                    self._ends_at = now
                self._playing.append((self._ends_at, ulaw))
                self._ends_at += len(ulaw) / 8000
                self.most_ahead_s = max(self.most_ahead_s, self._ends_at - now)
            case "mark":
                name = sent["mark"]["name"]
                self._marks[name] = loop.call_at(max(now, self._ends_at), self._reach, name)
            case "clear":
                self._playing = [
                    (began, ulaw[: max(0, round((now - began) * 8000))]) for began, ulaw in self._playing
                ]
                self._ends_at = now
                self.cleared_at.append(len(self.played))
                for name in list(self._marks):
                    self._reach(name)

    async def close(self, code: int) -> None:
        if self.closed is None:
            self.closed = code
            self._incoming.put_nowait(None)

    # What the test does and sees.

    @property
    def played(self) -> bytes:
        """Everything that the phone played, gaps left out."""
        return b"".join(ulaw for _, ulaw in self._playing)

    def events(self) -> list[str]:
        return [sent["event"] for _, sent in self.sent]

    def say(self, ulaw: bytes = SILENCE) -> None:
        """The next message of sound from the far end."""
        self.put(media(self._number(), self._at_ms, ulaw))
        self._at_ms += len(ulaw) // 8

    def press(self, digit: str) -> None:
        self.put(message("dtmf", self._number(), {"track": "inbound_track", "digit": digit}))

    def stop(self) -> None:
        self.put(message("stop", self._number(), {"accountSid": START.account_sid, "callSid": CALL}))

    def vanish(self) -> None:
        self.vanished = True
        self.put(None)

    def put(self, text: str | bytes | None) -> None:
        self._incoming.put_nowait(text)

    def echo(self, wire: str) -> None:
        self.put(message("mark", self._number(), {"name": wire}))

    def _reach(self, wire: str) -> None:
        """Echo this mark, and before it those before it: timers of one moment come in any order."""
        while wire in self._marks:
            first = next(iter(self._marks))
            self._marks.pop(first).cancel()
            if self.echoes:
                self.echo(first)

    def _number(self) -> int:
        self._sequence += 1
        return self._sequence


@asynccontextmanager
async def calling(
    twilio: FakeTwilio, *, pacing: Pacing | None = None, limits: Limits | None = None
) -> AsyncIterator[MediaStreamCall]:
    async with MediaStreamCall(twilio, START, pacing=pacing, limits=limits) as call:
        yield call
