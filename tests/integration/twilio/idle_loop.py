"""A loop for tests over real sockets and threads, on which time passes only while nothing is left to do.

What is on its way through a socket of this machine, or is worked on by a thread, holds time. So a call of
minutes takes as long as the work in it, and what comes of it does not depend on how fast the machine is.
"""

from __future__ import annotations

import asyncio
import selectors
from collections.abc import Callable, Coroutine, Iterator
from concurrent.futures import Executor
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Any, TypeVar

from campaigns.clock import Release

Result = TypeVar("Result")

_LOOK_S = 0.02
_DELIVERY_S = 0.01
"""Real time for each second in which nothing came: a busy kernel may be late with what is on its way."""


class IdleLoop(asyncio.SelectorEventLoop):
    """``held``: whether something is under way that the loop cannot see."""

    def __init__(self, held: Callable[[], bool] = lambda: False) -> None:
        self.now = 0.0
        self.working = 0
        self.held = held
        super().__init__(_Idle(self))

    def time(self) -> float:
        return self.now

    def run_in_executor(  # type: ignore[override]
        self, executor: Executor | None, func: Any, *args: Any
    ) -> asyncio.Future[Any]:
        future = super().run_in_executor(executor, func, *args)
        self.wait_for(future)
        return future

    def wait_for(self, future: asyncio.Future[Any]) -> None:
        """Let no time pass before this is done: a thread works on it."""
        self.working += 1
        future.add_done_callback(self._worked)

    def _worked(self, _future: asyncio.Future[Any]) -> None:
        self.working -= 1


class _Idle(selectors.SelectSelector):
    def __init__(self, loop: IdleLoop) -> None:
        super().__init__()
        self._loop = loop
        self._looked_at = 0.0

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        events = super().select(0)
        if not events and timeout != 0:
            if timeout is None or self._loop.working or self._loop.held():
                return super().select(_LOOK_S)
            if self._loop.now - self._looked_at >= 1.0:
                self._looked_at = self._loop.now
                events = super().select(_DELIVERY_S)
            if not events:
                self._loop.now += timeout
        if events:
            self._looked_at = self._loop.now
        return events


class LoopClock:
    """The time of a loop, as a ``campaigns.clock.Clock`` of a real line.

    A turn that the worker has handed out and the queue has not begun yet, in threads of its own, holds time.
    """

    virtual = False

    def __init__(self, start: datetime) -> None:
        self._start = start
        self._loop: IdleLoop | None = None
        self.begun = 0
        self._handed_out = 0

    def now(self) -> datetime:
        return self._start + timedelta(seconds=self._loop.now if self._loop else 0.0)

    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(seconds)

    def hold(self) -> Release:
        self._handed_out += 1
        return lambda: None

    @contextmanager
    def busy(self) -> Iterator[None]:
        yield

    def run(self, work: Coroutine[Any, Any, Result], *, queued: bool = False) -> Result:
        """``work`` on a loop of its own; with ``queued`` what is handed out holds time until it is begun."""

        def make() -> IdleLoop:
            self._loop = IdleLoop(lambda: queued and self._handed_out > self.begun)
            return self._loop

        with asyncio.Runner(loop_factory=make) as runner:
            return runner.run(work)
