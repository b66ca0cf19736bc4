"""The clocks: the system's, and a virtual one on which hours pass as fast as the work between them.

A virtual clock moves only when nothing is left to do: every piece of work that time must not outrun holds a
``busy`` mark, and the clock jumps to the next sleeper when all marks are asleep or gone.
"""

from __future__ import annotations

import asyncio
import heapq
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Protocol

Release = Callable[[], None]


class Clock(Protocol):
    """The one source of time. ``virtual`` clocks are for simulated lines only."""

    @property
    def virtual(self) -> bool: ...

    def now(self) -> datetime:
        """The current time, aware, in UTC."""
        ...

    async def sleep(self, seconds: float) -> None: ...

    def hold(self) -> Release:
        """Mark work in progress that virtual time must not outrun; call the result when it is done."""
        ...

    def busy(self) -> AbstractContextManager[None]:
        """``hold`` for the length of a block."""
        ...


class SystemClock:
    """Real time."""

    @property
    def virtual(self) -> bool:
        return False

    def now(self) -> datetime:
        return datetime.now(UTC)

    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(seconds)

    def hold(self) -> Release:
        return lambda: None

    @contextmanager
    def busy(self) -> Iterator[None]:
        yield


class VirtualClock:
    """Time that jumps from one sleeper to the next. For one event loop.

    ``sleep`` must be called from work that holds a mark (``busy``); sleeping lends the mark back meanwhile.
    """

    def __init__(self, start: datetime) -> None:
        if start.tzinfo is None:
            raise ValueError("the start of a virtual clock must be aware")
        self._now = start.astimezone(UTC)
        self._marks = 0
        self._order = count()
        self._sleepers: list[tuple[datetime, int, asyncio.Future[None]]] = []

    @property
    def virtual(self) -> bool:
        return True

    def now(self) -> datetime:
        return self._now

    def set(self, moment: datetime) -> None:
        """Move to ``moment`` by hand, backwards too, as a broken system clock would."""
        self._now = moment.astimezone(UTC)

    def hold(self) -> Release:
        self._marks += 1
        released = False

        def release() -> None:
            nonlocal released
            if not released:
                released = True
                self._marks -= 1
                self._jump_if_idle()

        return release

    @contextmanager
    def busy(self) -> Iterator[None]:
        release = self.hold()
        try:
            yield
        finally:
            release()

    async def sleep(self, seconds: float) -> None:
        wake: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        due = self._now + timedelta(seconds=max(0.0, seconds))
        heapq.heappush(self._sleepers, (due, next(self._order), wake))
        self._marks -= 1
        self._jump_if_idle()
        try:
            await wake
        except asyncio.CancelledError:
            if not wake.done() or wake.cancelled():
                self._marks += 1  # still asleep: the mark was lent, take it back
            raise

    def _jump_if_idle(self) -> None:
        """With nobody at work, go to the earliest sleeper and wake it: its mark counts again at once."""
        while self._marks <= 0 and self._sleepers:
            due, _, wake = heapq.heappop(self._sleepers)
            if wake.done():
                continue
            self._now = max(self._now, due)
            self._marks += 1
            wake.set_result(None)
