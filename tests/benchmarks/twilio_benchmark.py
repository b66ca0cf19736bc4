"""Many calls to us at once over Twilio's protocols, the whole way: webhook, stream, voice, record and back.

::

    python -m tests.benchmarks.twilio_benchmark --calls 30 --seconds 20

In real time, in one process with the fake account and its phones, whose processor time is in the figure.
Hearing costs nothing here (``voice_benchmark`` has its cost). Tells how many frames were lost, how often a
phone ran out of sound within a sentence, and the processor time of a call-minute.
"""

from __future__ import annotations

import argparse
import asyncio
import tempfile
import time
from datetime import datetime
from pathlib import Path

import pytest

from campaigns.clock import SystemClock
from tests.integration.dialing.campaigning import MONDAY_MORNING
from tests.integration.twilio.load import Figures, hold
from tests.integration.twilio.world import World


class MondayClock(SystemClock):
    """Real time, counted from the morning on which the made-up portfolio is due."""

    def __init__(self) -> None:
        self._began = super().now()

    def now(self) -> datetime:
        return MONDAY_MORNING + (super().now() - self._began)


def tell(figures: Figures, seconds: float, used_s: float) -> None:
    print(f"calls at once                  {figures.calls:8}")
    print(f"calls on record                {figures.on_record:8}")
    print(f"frames said by the phones      {figures.said:8}")
    print(f"frames lost on the way to us   {figures.lost:8}")
    print(f"frames heard by the phones     {figures.heard:8}")
    print(f"phones ran dry in a sentence   {figures.dry:8} times")
    print(f"processor time                 {used_s / (figures.calls * seconds / 60):8.3f} s a call-minute")


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--calls", type=int, default=30)
    parser.add_argument("--seconds", type=float, default=20.0)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder, pytest.MonkeyPatch.context() as patch:
        home, cache = Path(folder) / "home", Path(folder) / "cache"
        home.mkdir()
        cache.mkdir()
        world = World(home, cache, patch, MondayClock())
        began = time.process_time()
        figures = asyncio.run(hold(world, given.calls, given.seconds))
        tell(figures, given.seconds, time.process_time() - began)
        world.database.close()


if __name__ == "__main__":
    main()
