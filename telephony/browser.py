"""A call over a browser's microphone and loudspeaker: for each frame that it sends, one to play goes back.

The browser's frames are the clock of the call: it plays in the browser's time, and nothing is paced here.
"""

from __future__ import annotations

import asyncio
from collections import deque
from typing import Final, Literal

from telephony.errors import CallEnded
from telephony.line import Answered, Dtmf, Played, Sound
from telephony.pcm import FRAME_BYTES
from telephony.playout import Playout
from telephony.status import HangupCause

MOST_WAITING: Final = 50
"""Frames that wait for a side that does not listen: a second. Then the browser waits."""


class BrowserCall:
    """An ``AudioCall``. Belongs to one event loop, which need not be that of the browser's socket."""

    def __init__(self, call_id: str) -> None:
        self.id = call_id
        self._cause: HangupCause | None = None
        self._coming: deque[Sound | Dtmf | Played] = deque()
        self._news, self._room = asyncio.Event(), asyncio.Event()
        self._playout = Playout()
        self._rest = b""  # less than a frame

    @property
    def carries(self) -> Literal["sound"]:
        return "sound"

    @property
    def cause(self) -> HangupCause | None:
        return self._cause

    async def answer(self) -> Answered:
        """The browser is there already. Raises CallEnded after a hang-up."""
        self._check_alive()
        return Answered(0.0)

    async def receive(self, timeout_s: float) -> Sound | Dtmf | Played | None:
        """As an AudioCall's."""
        if not self._coming and self._cause is None:
            self._news.clear()
            try:
                async with asyncio.timeout(timeout_s):
                    await self._news.wait()
            except TimeoutError:
                return None
        if not self._coming:
            self._check_alive()
        self._room.set()
        return self._coming.popleft() if self._coming else None

    async def send(self, sound: Sound) -> None:
        self._check_alive()
        self._playout.send(sound)

    async def mark(self, name: str) -> None:
        self._check_alive()
        if not self._playout.mark(name):
            self._arrive(Played(name))

    async def clear(self) -> None:
        self._check_alive()
        self._playout.clear()

    async def hang_up(self) -> None:
        """End it from our side; harmless when it is over already."""
        self._end(HangupCause.NORMAL)

    def leave(self) -> None:
        """The browser has gone, or hung up."""
        self._end(HangupCause.NORMAL)

    async def press(self, digit: str) -> None:
        """The browser sends a key. Raises CallEnded."""
        self._check_alive()
        self._arrive(Dtmf(digit))

    async def exchange(self, pcm: bytes) -> bytes:
        """Take what the browser heard; gives what it is to play for as many whole frames.

        One at a time. Waits while too much waits to be listened to. Raises CallEnded.
        """
        heard = self._rest + pcm
        whole = len(heard) - len(heard) % FRAME_BYTES
        self._rest = heard[whole:]
        played: list[bytes] = []
        for at in range(0, whole, FRAME_BYTES):
            while len(self._coming) >= MOST_WAITING and self._cause is None:
                self._room.clear()
                await self._room.wait()
            self._check_alive()
            taken = self._playout.take()
            self._arrive(Sound(heard[at : at + FRAME_BYTES]))
            for name in taken.marks:
                self._arrive(Played(name))
            played.append(taken.pcm)
        return b"".join(played)

    def _arrive(self, came: Sound | Dtmf | Played) -> None:
        self._coming.append(came)
        self._news.set()

    def _end(self, cause: HangupCause) -> None:
        self._cause = self._cause or cause
        self._coming.clear()
        self._news.set()
        self._room.set()

    def _check_alive(self) -> None:
        if self._cause is not None:
            raise CallEnded(f"the call is over: {self._cause.value}")
