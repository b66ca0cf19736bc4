"""One process of the Live benchmark: the command line, on the clock of a morning on which calls are made.

``python -m tests.benchmarks.live_process SHIFT_S FIGURES COMMAND`` runs ``xiaorong COMMAND`` and appends to
the file FIGURES, one JSON a line: what a call did and when, and each second the lag of the event loops.
Moments are those of CLOCK_MONOTONIC, which all processes of a machine share.
"""

from __future__ import annotations

import asyncio
import gc
import json
import sys
import threading
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Final

from campaigns import clock
from campaigns.cli import attending
from campaigns.cli.main import app
from campaigns.dialing.events import Dialled, Ended, Spoken, WorkerEvent
from campaigns.dialing.in_hand import SPOKEN
from campaigns.dialing.live import LiveCalls
from campaigns.dialing.worker import RunEnd, Worker

TICK_S: Final = 0.02  # a frame of a call


class Figures:
    """A file that several threads write to."""

    def __init__(self, path: Path) -> None:
        self._stream = path.open("a", encoding="utf-8", buffering=1)
        self._lock = threading.Lock()
        self._said: dict[int, int] = {}

    def write(self, **what: Any) -> None:
        with self._lock:
            self._stream.write(json.dumps({"at": time.monotonic(), **what}) + "\n")

    def hear(self, event: WorkerEvent) -> None:
        match event:
            case Dialled(attempt_id):
                self._said[attempt_id] = 0
                self.write(what="dialled", call=attempt_id)
            case Spoken(attempt_id, entry) if entry.speaker in SPOKEN and entry.text:
                seq = self._said.get(attempt_id, 0)
                self._said[attempt_id] = seq + 1
                self.write(what="spoken", call=attempt_id, seq=seq)
            case Ended(attempt_id):
                self.write(what="ended", call=attempt_id)
            case _:
                pass

    async def watch_lag(self, loop: str) -> None:
        """How much later than it was due a task goes on that sleeps for a frame."""
        lags: list[float] = []
        told = time.monotonic()
        while True:
            due = time.monotonic() + TICK_S
            await asyncio.sleep(TICK_S)
            lags.append(time.monotonic() - due)
            if time.monotonic() - told >= 1.0:
                self.write(what="lag", loop=loop, lags=[round(lag * 1000, 2) for lag in lags])
                lags, told = [], time.monotonic()


def watch_collector(figures: Figures) -> None:
    """The garbage collector stops everything: how long, where it is felt."""
    begun = 0.0

    def told(phase: str, _info: dict[str, int]) -> None:
        nonlocal begun
        if phase == "start":
            begun = time.monotonic()
        elif (lasted := time.monotonic() - begun) > 0.02:
            figures.write(what="collected", ms=round(lasted * 1000))

    gc.callbacks.append(told)


def main() -> None:
    shift, path, *command = sys.argv[1:]
    figures, offset = Figures(Path(path)), timedelta(seconds=float(shift))
    clock.SystemClock.now = lambda self: datetime.now(UTC) + offset  # type: ignore[method-assign]
    watch_collector(figures)
    told, run, attend = LiveCalls.__call__, Worker.run, attending.Attendant.run

    def hear(self: LiveCalls, event: WorkerEvent) -> None:
        figures.hear(event)
        told(self, event)

    async def work(self: Worker) -> RunEnd:
        watching = asyncio.create_task(figures.watch_lag("worker"))
        try:
            return await run(self)
        finally:
            watching.cancel()

    async def serve(self: attending.Attendant, listener: Any) -> None:
        watching = asyncio.create_task(figures.watch_lag("console"))
        try:
            await attend(self, listener)
        finally:
            watching.cancel()

    LiveCalls.__call__ = hear  # type: ignore[method-assign]
    Worker.run = work  # type: ignore[method-assign]
    attending.Attendant.run = serve  # type: ignore[method-assign]
    sys.argv = ["xiaorong", *command]
    app()


if __name__ == "__main__":
    main()
