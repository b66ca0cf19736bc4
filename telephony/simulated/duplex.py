"""Sound both ways at once on a line that is only made up: time passes in frames, and nothing runs beside it.

What happens on the line is worked out when our side asks, up to the moment that the clock shows: no task of
the call's own has to keep pace with a clock that jumps.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Final, Protocol

from telephony.clock import Clock
from telephony.line import Dtmf, Played, Sound
from telephony.pcm import FRAME_MS, SILENCE
from telephony.playout import Playout, Taken
from telephony.simulated.timeline import Timeline
from telephony.status import HangupCause

_MICROSECOND: Final = timedelta(microseconds=1)
_FRAME_US: Final = FRAME_MS * 1000
_FRAMES_BETWEEN_PAUSES: Final = 50  # a virtual clock may let a whole call pass without a turn for other tasks


@dataclass(frozen=True, slots=True)
class Tick:
    """What the far side makes of one frame. ``ends``: the call ends with it."""

    pcm: bytes = field(default=SILENCE, repr=False)
    text: str = field(default="", repr=False)  # of what begins in this frame
    keys: str = ""
    late_us: int = 0  # how much later than it was due the network hands it over
    ends: HangupCause | None = None


class FarSide(Protocol):
    """Everything beyond our end of the line."""

    async def prepare(self) -> None:
        """Do what takes work before the next frame, such as speech to synthesise. May be called again."""
        ...

    def tick(self, ours: Taken) -> Tick:
        """The next frame, while ``ours`` is played."""
        ...


class Duplex:
    """The media of one answered call; time starts now. ``overhear`` is given each frame as it passes."""

    def __init__(
        self,
        clock: Clock,
        time: Timeline,
        far: FarSide,
        overhear: Callable[[bytes], Awaitable[None]] | None = None,
    ) -> None:
        self._clock, self._time, self._far, self._overhear = clock, time, far, overhear
        self._start = clock.now()
        self._ticks = 0
        self._playout = Playout()
        self._coming: deque[tuple[int, Sound | Dtmf]] = deque()  # with the moment, in µs from the start
        self._played: deque[Played] = deque()
        self._one_at_a_time = asyncio.Lock()

    async def receive(self, timeout_s: float) -> Sound | Dtmf | Played | None:
        """As an AudioCall's. A cancelled wait loses nothing."""
        deadline = await self._catch_up() + round(max(0.0, timeout_s) * 1e6)
        while (item := self._due(now := await self._catch_up())) is None:
            if not self._coming:
                self._time.check_alive()
            if now >= deadline:
                return None
            await self._sleep(min(self._next_us(), deadline) - now)
        return item

    async def send(self, sound: Sound) -> None:
        await self._live()
        self._playout.send(sound)

    async def mark(self, name: str) -> None:
        await self._live()
        if not self._playout.mark(name):
            self._played.append(Played(name))

    async def clear(self) -> None:
        await self._live()
        self._playout.clear()

    async def pass_frame(self) -> None:
        """Let the next frame pass; it stays to be received. Raises CallEnded when none comes any more."""
        self._time.check_alive()
        now = await self._catch_up()
        await self._sleep((self._ticks + 1) * _FRAME_US - now)
        await self._catch_up()

    def drop(self) -> None:
        """Forget what was not received: our side has hung up."""
        self._coming.clear()
        self._played.clear()

    def _due(self, now: int) -> Sound | Dtmf | Played | None:
        if self._played:
            return self._played.popleft()
        if self._coming and self._coming[0][0] <= now:
            return self._coming.popleft()[1]
        return None

    def _next_us(self) -> int:
        """When something can be there next."""
        frame_ends = (self._ticks + 1) * _FRAME_US
        if not self._coming:
            return frame_ends
        coming = self._coming[0][0]
        return coming if self._time.is_over() else min(coming, frame_ends)

    async def _live(self) -> None:
        await self._catch_up()
        self._time.check_alive()

    async def _sleep(self, microseconds: int) -> None:
        if microseconds > 0:
            await self._clock.sleep(microseconds / 1e6)

    async def _catch_up(self) -> int:
        """Have happen all that is due by now, which is returned in µs from the start."""
        async with self._one_at_a_time:
            now = (self._clock.now() - self._start) // _MICROSECOND
            if now < self._ticks * _FRAME_US:  # the clock was moved back: go on from where it is
                self._start += (now - self._ticks * _FRAME_US) * _MICROSECOND
                now = self._ticks * _FRAME_US
            while not self._time.is_over() and (self._ticks + 1) * _FRAME_US <= now:
                await self._far.prepare()
                if self._time.is_over():  # hung up meanwhile
                    break
                sound = self._tick()
                if self._overhear is not None:
                    await self._overhear(sound.pcm)
                if self._ticks % _FRAMES_BETWEEN_PAUSES == 0:
                    await asyncio.sleep(0)
            return now

    def _tick(self) -> Sound:
        ours = self._playout.take()
        tick = self._far.tick(ours)
        self._ticks += 1
        sound = Sound(tick.pcm, tick.text)
        last = self._coming[-1][0] if self._coming else 0
        at = max(last, self._ticks * _FRAME_US + tick.late_us)
        self._coming.extend((at, Dtmf(key)) for key in tick.keys)
        self._coming.append((at, sound))
        self._played.extend(Played(mark) for mark in ours.marks)
        if tick.ends is not None:
            self._time.end(tick.ends)
        return sound
