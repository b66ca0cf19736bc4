"""One of many workers, in a process of its own, to be killed, stopped and left without its database.

``python -m tests.integration.dialing.workers_drill HOME [PACE] [elsewhere]``: at a pace of the drill's line,
and as if on another host.
"""

from __future__ import annotations

import asyncio
import os
import sys
from pathlib import Path

from campaigns.dialing import process
from campaigns.dialing.assembly import open_worker
from campaigns.dialing.worker import Duty, RunEnd
from campaigns.settings import load_settings
from campaigns.store.database import Database
from telephony import registry
from tests.integration.dialing.shared_clock import SharedClock

CLOCK = "clock"
# The trunk faults of the drill are there for what becomes of their attempts: they are not to slow it down.
UNHURRIED = '{"calls_per_second": 1000, "floor_calls_per_second": 1000, "concurrent_calls": 1000}'


def main(home: Path, pace: str = "usual", where: str = "") -> None:
    os.environ |= {"XIAORONG_HOME": str(home), "DRILL_PACE": pace, "XIAORONG_PACING": UNHURRIED}
    if where:
        process._place = lambda: where
    registry._CARRIERS["simulated"] = "tests.integration.dialing.drill_line:build"
    settings = load_settings(home)
    database = Database(settings.store_url)
    clock = SharedClock(home / CLOCK)
    end = RunEnd.FENCED
    while end is RunEnd.FENCED:
        with open_worker(settings, database, None, clock, duty=Duty(until_idle=True)) as worker:
            end = asyncio.run(worker.run())
        print(end.value, flush=True)


if __name__ == "__main__":
    main(Path(sys.argv[1]), *sys.argv[2:])
