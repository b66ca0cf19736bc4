"""The durable queue, on DBOS Transact: a turn enqueued here is worked off once, or again after a crash.

DBOS remembers which turns are queued or in progress; what has been done in them, our own ledger knows. A turn
is therefore one workflow without steps of its own, named by member and turn: enqueuing it twice does nothing.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

from dbos import DBOS, DBOSConfig, SetWorkflowID

from campaigns.errors import StoreError
from campaigns.store.database import Database

QUEUE = "turns"
# Recovery finds only workflows of its own version, so the version changes only when a turn's arguments do.
WORKFLOW_VERSION = "1"
# The worker is alone on its database: whatever it finds unfinished at its start, a dead worker left.
EXECUTOR = "worker"
THREADS = 8


@dataclass(frozen=True, slots=True)
class QueuedTurn:
    """One turn of a campaign member in the queue."""

    member_id: int
    turn: int


Handler = Callable[[QueuedTurn], Awaitable[None]]


class DurableQueue:
    """Turns in, handler calls out, on the running event loop. One per process: DBOS is a singleton.

    ``ledger`` names the ledger that the turns are of: a queue that outlived it knows nothing of a new one.
    """

    def __init__(self, handler: Handler, database: Database, ledger: str) -> None:
        self._handler = handler
        self._database = database
        self._ledger = ledger

    async def start(self, *, concurrency: int, poll_s: float) -> None:
        """Recover what this worker left unfinished and begin to work off the queue."""
        # What goes wrong in a turn the worker tells; a launch that fails is raised.
        logging.getLogger("dbos").setLevel(logging.CRITICAL)
        config: DBOSConfig = {
            "name": "xiaorong",
            "system_database_url": self._database.url.render_as_string(hide_password=False),
            "system_database_engine": self._database.engine,
            "executor_id": EXECUTOR,
            "application_version": WORKFLOW_VERSION,
            "log_level": "CRITICAL",
            "max_executor_threads": THREADS,
            "use_listen_notify": False,
        }
        DBOS(config=config)
        handler = self._handler

        @DBOS.workflow(name="turn")
        async def turn(member_id: int, number: int) -> None:
            await handler(QueuedTurn(member_id, number))

        self._workflow = turn
        try:
            DBOS.launch()
        except Exception as error:  # of DBOS, of SQLAlchemy or of the disk
            DBOS.destroy(destroy_registry=True)
            raise StoreError(
                f"the queue {self._database.url.render_as_string(hide_password=True)} cannot be used: "
                f"{str(error).splitlines()[0]}"
            ) from error
        self._queue = await DBOS.register_queue_async(
            QUEUE, worker_concurrency=concurrency, polling_interval_sec=poll_s, on_conflict="always_update"
        )

    async def enqueue(self, turns: Iterable[QueuedTurn]) -> None:
        """Put turns in the queue; one that is there, running or done already, is left as it is."""
        await asyncio.gather(*(self._enqueue_one(turn) for turn in turns))

    async def _enqueue_one(self, turn: QueuedTurn) -> None:
        with SetWorkflowID(f"{self._ledger}-member-{turn.member_id}-turn-{turn.turn}"):
            await self._queue.enqueue_async(self._workflow, turn.member_id, turn.turn)

    async def stop(self) -> None:
        """Stop taking turns; those in progress are found again at the next start."""
        await asyncio.to_thread(DBOS.destroy, destroy_registry=True)
        # DBOS made its own threads the loop's and has now closed them; leave the loop as it was found.
        asyncio.get_running_loop().set_default_executor(ThreadPoolExecutor())
