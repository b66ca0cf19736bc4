"""A bounded pool of threads for work that may hang: a thread that does is given up and replaced.

A thread cannot be killed, and ``concurrent.futures`` waits for its threads when the process ends; so these
are daemons of our own.
"""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Awaitable, Callable
from concurrent.futures import Future
from queue import SimpleQueue
from typing import Any, Generic, TypeVar

from bot.errors import RecognizerError

T = TypeVar("T")
Sleep = Callable[[float], Awaitable[None]]

MOST_HANGING = 8
"""More threads than this never hang at once: then the process is ill, and is told to start again."""


class Job(Generic[T]):
    """Work handed in: its future is done when a thread has finished it."""

    __slots__ = ("future", "given_up", "work")

    def __init__(self, work: Callable[[], T]) -> None:
        self.work, self.future, self.given_up = work, Future[T](), False


class Workers:
    """``count`` threads, started when first needed. ``sleep`` measures time-outs."""

    def __init__(self, count: int, name: str, *, sleep: Sleep = asyncio.sleep) -> None:
        self._count, self._name, self._sleep = count, name, sleep
        self._queue: SimpleQueue[Job[Any] | None] = SimpleQueue()
        self._lock = threading.Lock()
        self._started = self._hanging = self._given_up = 0
        self._closed = False

    @property
    def hanging(self) -> int:
        """Threads that were given up and have not come back."""
        return self._hanging

    @property
    def given_up(self) -> int:
        """Threads that were given up since the start."""
        return self._given_up

    def submit(self, work: Callable[[], T]) -> Job[T]:
        """Hand work in. Raises RecognizerError when the pool is closed or too many of its threads hang."""
        job = Job(work)
        with self._lock:
            if self._closed:
                raise RecognizerError(f"{self._name} is closed")
            if self._hanging >= MOST_HANGING:
                raise RecognizerError(f"{self._hanging} threads of {self._name} hang: restart the program")
            if self._started < self._count:
                self._start()
            self._queue.put(job)
        return job

    async def wait(self, job: Job[T], timeout_s: float) -> T:
        """What the work gave or raised.

        Raises RecognizerError when it is not done in ``timeout_s``: work that has not begun is dropped, the
        thread of work that has is replaced. When the waiting is cancelled, the work goes on.
        """
        done = asyncio.wrap_future(job.future)
        done.add_done_callback(_seen)
        timer = asyncio.ensure_future(self._sleep(timeout_s))
        both: set[asyncio.Future[Any]] = {done, timer}
        try:
            await asyncio.wait(both, return_when=asyncio.FIRST_COMPLETED)
        finally:
            timer.cancel()
        if done.done():
            return done.result()
        if job.future.cancel():
            raise RecognizerError(f"{self._name} has too much to do: no thread was free for {timeout_s:g} s")
        self._replace(job)
        raise RecognizerError(f"{self._name} hangs: no answer for {timeout_s:g} s")

    async def run(self, work: Callable[[], T], timeout_s: float) -> T:
        """Hand work in and wait for it."""
        return await self.wait(self.submit(work), timeout_s)

    def close(self) -> None:
        """Let the threads end with what was handed in. Harmless to repeat."""
        with self._lock:
            self._closed = True
            for _ in range(self._started):
                self._queue.put(None)
            self._started = 0

    def _start(self) -> None:
        self._started += 1
        threading.Thread(target=self._serve, name=self._name, daemon=True).start()

    def _replace(self, job: Job[Any]) -> None:
        with self._lock:
            if job.future.done():  # it came back between the time-out and here
                return
            job.given_up = True
            self._hanging += 1
            self._given_up += 1
            if not self._closed:
                self._started -= 1
                self._start()

    def _serve(self) -> None:
        while (job := self._queue.get()) is not None:
            self._do(job)
            if job.given_up:
                return
            del job  # nothing is held on to while waiting

    def _do(self, job: Job[Any]) -> None:
        if not job.future.set_running_or_notify_cancel():
            return
        try:
            result, error = job.work(), None
        except Exception as caught:  # handed to whoever waits
            result, error = None, caught
        with self._lock:
            if job.given_up:
                self._hanging -= 1
            if error is None:
                job.future.set_result(result)
            else:
                job.future.set_exception(error)


def _seen(done: asyncio.Future[Any]) -> None:
    """Look at the error of work that nobody waits for any more: asyncio complains of errors not looked at."""
    if not done.cancelled():
        done.exception()
