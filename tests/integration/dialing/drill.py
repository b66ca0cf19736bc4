"""A worker in a process of its own, to be killed: each dial that reaches the carrier is written down at once.

``python -m tests.integration.dialing.drill HOME``
"""

from __future__ import annotations

import asyncio
import os
import sys
from pathlib import Path

from campaigns.clock import VirtualClock
from campaigns.dialing.assembly import open_worker
from campaigns.settings import load_settings
from campaigns.store.database import Database
from campaigns.store.facts import latest_event_at
from telephony import registry
from telephony.carrier import Carrier, LineSetup
from telephony.line import Call, DialOrder
from telephony.permits import PermitClaims
from telephony.simulated.carrier import build as build_simulated
from tests.integration.dialing.campaigning import MONDAY_MORNING, campaign

DIALS = "dials.log"


class WrittenDown:
    """The simulated carrier, with a line in a file for each dial before anything else happens."""

    name = "simulated"
    simulated = True

    def __init__(self, carrier: Carrier, path: Path) -> None:
        self._carrier = carrier
        self._file = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND)

    async def place(self, order: DialOrder, permit: PermitClaims) -> Call:
        os.write(self._file, f"{permit.attempt_id} {order.number}\n".encode())
        return await self._carrier.place(order, permit)


def build(setup: LineSetup) -> WrittenDown:
    return WrittenDown(build_simulated(setup), Path(os.environ["XIAORONG_HOME"]) / DIALS)


def main(home: Path) -> None:
    os.environ["XIAORONG_HOME"] = str(home)
    registry._CARRIERS["simulated"] = f"{__name__}:build" if __name__ != "__main__" else "__main__:build"
    settings = load_settings(home)
    database = Database(settings.store_url)
    with database.transaction() as session:
        ledger_time = latest_event_at(session)
    clock = VirtualClock(max(MONDAY_MORNING, ledger_time or MONDAY_MORNING))
    with open_worker(settings, database, campaign(database), clock) as worker:
        print("running", flush=True)
        print(asyncio.run(worker.run()).value, flush=True)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
