"""The far end of one stream: plays what it is sent, echoes marks, and holds the simulated customer's ear."""

from __future__ import annotations

import asyncio
import base64
from collections import deque
from typing import Any

from telephony.far_end import FarEnd, FarReply
from tests.integration.twilio.coded import Hearing, spoken

FRAME = 160
SILENT = b"\xff" * FRAME
MOST_DRY = 4
"""A gap of so few frames is none that was meant: between sentences the voice leaves 100 ms."""

THINKS_AFTER_S = 0.6
"""After so long a silence the customer holds that it is their turn."""


class Handset:
    """``put`` sends one message of the stream. ``heard`` and ``said`` keep the talk as it was at this end."""

    def __init__(self, far_end: FarEnd, put: Any) -> None:
        self._far_end, self._put = far_end, put
        self._hearing = Hearing()
        self._queue: deque[bytes | str] = deque()  # µ-law, and names of marks between
        self._sequence, self._at_ms = 1, 0
        self._new = ""  # heard and not answered
        self._quiet_s = 0.0
        self._reply: FarReply | None = far_end.greet()
        self._due_s = self._reply.delay_s if self._reply else 0.0
        self._saying = b""
        self.frames = 0  # played to the customer with sound of ours
        self.sent = 0  # frames of the customer's side
        self.dry = 0  # times that it ran out of sound within a sentence
        self._dry_for = MOST_DRY + 1  # frames since it ran out; 0: there is sound
        self.heard: list[str] = []
        self.said: list[str] = []
        self.cleared = 0

    def take(self, sent: dict[str, Any]) -> None:
        """A message of ours."""
        match sent["event"]:
            case "media":
                self._queue.append(base64.b64decode(sent["media"]["payload"], validate=True))
            case "mark":
                self._queue.append(sent["mark"]["name"])
            case "clear":
                self.cleared += 1
                marks = [one for one in self._queue if isinstance(one, str)]
                self._queue.clear()
                for mark in marks:
                    self._echo(mark)

    async def run(self) -> None:
        """Until the customer hangs up."""
        loop = asyncio.get_running_loop()
        next_at = loop.time()
        while not self._tick():
            next_at += 0.02
            await asyncio.sleep(next_at - loop.time())
        self._message("stop", {})

    def _tick(self) -> bool:
        """One frame both ways; whether the customer hangs up after it."""
        ours = self._play()
        self._hear(ours)
        leaves = self._act()
        frame, self._saying = self._saying[:FRAME].ljust(FRAME, b"\xff"), self._saying[FRAME:]
        payload = base64.b64encode(frame).decode()
        body = {"track": "inbound", "chunk": str(self._sequence), "timestamp": str(self._at_ms)}
        self._message("media", body | {"payload": payload})
        self._at_ms += 20
        self.sent += 1
        return leaves

    def _play(self) -> bytes:
        played = b""
        while self._queue:
            head = self._queue[0]
            if isinstance(head, str):
                self._queue.popleft()
                self._echo(head)
            elif len(played) == FRAME:
                break
            else:
                room = FRAME - len(played)
                played += head[:room]
                if len(head) > room:
                    self._queue[0] = head[room:]
                else:
                    self._queue.popleft()
        return played

    def _hear(self, ours: bytes) -> None:
        self.frames += bool(ours)
        if len(ours) == FRAME:
            self.dry += 0 < self._dry_for <= MOST_DRY
            self._dry_for = 0
        else:
            self._dry_for += 1
        text = self._hearing.feed(ours)
        if text:
            self._new += text
        self._quiet_s = 0.0 if ours else self._quiet_s + 0.02

    def _act(self) -> bool:
        if self._saying:
            self._quiet_s = 0.0
            return False
        if self._reply is None and self._new and self._quiet_s >= THINKS_AFTER_S:
            self.heard.append(self._new)
            self._reply, self._new = self._far_end.hear(self._new), ""
            self._due_s = self._reply.delay_s if self._reply else 0.0
        self._due_s -= 0.02
        reply = self._reply
        if reply is None or self._due_s > 0:
            return False
        if reply.text is not None:
            self._reply = FarReply(None, hang_up=True) if reply.hang_up else None
            self._due_s = len(reply.text) * 0.1 + 0.1
            self.said.append(reply.text)
            self._saying = spoken(reply.text)
            return False
        self._reply = None
        return reply.hang_up

    def _echo(self, mark: str) -> None:
        self._message("mark", {"name": mark})

    def _message(self, event: str, body: dict[str, Any]) -> None:
        self._sequence += 1
        self._put(event=event, sequenceNumber=str(self._sequence), **{event: body})
