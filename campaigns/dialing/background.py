"""A worker on a thread and an event loop of its own, beside whatever else its process does."""

from __future__ import annotations

import asyncio
import logging
import threading
from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import TypeAlias

from campaigns.dialing.switchboard import Switchboard
from campaigns.dialing.worker import RunEnd, Worker

log = logging.getLogger(__name__)

Open: TypeAlias = Callable[[], AbstractContextManager[Worker | Switchboard]]


class BackgroundWorker:
    """Runs what ``opened`` opens, and opens it anew when a peer had to take over.

    All methods may be called from any thread.
    """

    def __init__(self, opened: Open) -> None:
        self._opened = opened
        self._thread = threading.Thread(target=self._work, name="worker", daemon=True)
        self._lock = threading.Lock()
        self._worker: Worker | Switchboard | None = None
        self._loop: asyncio.AbstractEventLoop | None = None
        self._run: asyncio.Task[RunEnd] | None = None
        self._stopping = self._leaving = False
        self.end: RunEnd | None = None  # once it is over, unless by a failure
        self.failure: Exception | None = None

    def start(self) -> None:
        """Begin to work."""
        self._thread.start()

    @property
    def over(self) -> bool:
        """It was started, and works no more."""
        return self._thread.ident is not None and not self._thread.is_alive()

    @property
    def live(self) -> int:
        """Calls in progress."""
        worker = self._worker
        return 0 if worker is None else worker.live

    def stop(self) -> None:
        """Dial no more and take no more calls; it is over when those in progress have ended."""
        with self._lock:
            self._stopping = True
            if self._loop is not None and self._worker is not None:
                self._loop.call_soon_threadsafe(self._worker.stop)

    def leave(self) -> None:
        """Go at once: calls in progress are cut off, and settled as lost."""
        with self._lock:
            self._stopping = self._leaving = True
            if self._loop is not None and self._run is not None:
                self._loop.call_soon_threadsafe(self._run.cancel)

    def join(self, timeout_s: float | None = None) -> bool:
        """Wait until it is over; whether it is."""
        if self._thread.ident is not None:
            self._thread.join(timeout_s)
        return not self._thread.is_alive()

    def _work(self) -> None:
        try:
            end = RunEnd.FENCED
            while end is RunEnd.FENCED and not self._stopping:
                with self._opened() as worker:
                    end = asyncio.run(self._supervise(worker))
                if end is RunEnd.FENCED:
                    log.warning("another worker has taken over what was going on here; starting again")
            self.end = RunEnd.STOPPED if end is RunEnd.FENCED else end
        except Exception as error:  # whoever started the thread raises it
            self.failure = error

    async def _supervise(self, worker: Worker | Switchboard) -> RunEnd:
        run = asyncio.ensure_future(worker.run())
        with self._lock:
            self._worker, self._loop, self._run = worker, asyncio.get_running_loop(), run
            if self._stopping:
                worker.stop()
            if self._leaving:
                run.cancel()
        try:
            await asyncio.wait({run})
            return RunEnd.LEFT if run.cancelled() else run.result()
        finally:
            with self._lock:
                self._worker = self._loop = self._run = None
