"""Running the web server, with a worker beside it, from the first request to the last call."""

from __future__ import annotations

import asyncio
import logging
import signal
import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from math import inf

import uvicorn

from campaigns.console.job import Jobs
from campaigns.console.lifetime import Lifetime
from campaigns.dialing.background import BackgroundWorker
from campaigns.errors import StoreError

log = logging.getLogger(__name__)

LOOK_EVERY_S = 0.1
SETTLE_S = 15.0  # how long a worker that was told to leave at once may take to put that on record


class QuietServer(uvicorn.Server):
    """Signals belong to the attendant."""

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


class Attendant:
    """Serves until told to leave: then calls in progress and jobs may end, and the server closes last.

    Carriers still come in while calls end. ``worker``: the one beside the server, if any.
    """

    def __init__(
        self,
        server: uvicorn.Server,
        lifetime: Lifetime,
        jobs: Jobs,
        worker: BackgroundWorker | None,
        leave_s: float,
        tell: Callable[[str], None] = log.info,
    ) -> None:
        self._server = server
        self._lifetime = lifetime
        self._jobs = jobs
        self._worker = worker
        self._leave_s = leave_s
        self._tell = tell
        self._asked = 0

    @property
    def cut_short(self) -> bool:
        """A second signal came, and calls or jobs were not waited for."""
        return self._asked > 1

    async def run(self, listener: socket.socket) -> None:
        """From the start to the end. Raises what stopped the worker."""
        loop = asyncio.get_running_loop()
        for signum in (signal.SIGINT, signal.SIGTERM):
            loop.add_signal_handler(signum, self.ask)
        serving = asyncio.ensure_future(self._server.serve([listener]))
        try:
            await self._wait_until(lambda: self._server.started or serving.done())
            if self._asked:
                self._worker = None  # told to leave before it began
            if self._worker is not None:
                self._worker.start()
            await self._wait_until(lambda: self._asked > 0 or serving.done() or self._worker_over)
            await self._leave()
            self._lifetime.closing = True
            self._server.should_exit = True
            await serving
        finally:
            for signum in (signal.SIGINT, signal.SIGTERM):
                loop.remove_signal_handler(signum)
        if self._worker is not None and self._worker.failure is not None:
            raise self._worker.failure

    def ask(self) -> None:
        """Leave; asked again, at once."""
        self._asked += 1
        if self._asked == 1:
            self._tell("Stopping: calls in progress may end first. Once more leaves at once.")
        else:
            self._hurry()

    @property
    def _worker_over(self) -> bool:
        return self._worker is not None and self._worker.over

    async def _leave(self) -> None:
        self._lifetime.leaving = True
        if self._worker is not None:
            self._worker.stop()
        try:
            await asyncio.to_thread(self._jobs.stop)
        except StoreError as error:
            log.warning("jobs could not be asked to stop: %s", error)
        if not await self._wait_until(self._quiet, self._leave_s) and not self._lifetime.hurried:
            live = 0 if self._worker is None else self._worker.live
            log.warning("%d calls did not end within %.0f s, and are cut off", live, self._leave_s)
            self._hurry()
        if self._worker is not None:
            await self._wait_until(lambda: self._worker_over, SETTLE_S)

    def _hurry(self) -> None:
        self._lifetime.hurried = True
        self._server.force_exit = self.cut_short
        if self._worker is not None:
            self._worker.leave()

    def _quiet(self) -> bool:
        return self._lifetime.hurried or (self._jobs.idle and (self._worker is None or self._worker.over))

    async def _wait_until(self, true: Callable[[], bool], longest_s: float = inf) -> bool:
        """Whether it became true in time. Threads and the server tell nobody, so it is looked after."""
        loop = asyncio.get_running_loop()
        ends_at = loop.time() + longest_s
        while loop.time() < ends_at:
            if true():
                return True
            await asyncio.sleep(LOOK_EVERY_S)
        return true()
