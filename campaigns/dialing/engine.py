"""Durable turns, on DBOS Transact: a turn started here is worked off once, and known of after a crash.

DBOS remembers which turns are in progress, and in which worker; what has been done in them, our own ledger
knows. A turn is therefore one workflow without steps of its own, named by worker, member and turn: starting
it twice does nothing. The worker that holds the turn in the ledger starts it, and never queues it for
another: what a dead worker left is settled in the ledger, and its workflows are closed.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Collection, Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from dbos import DBOS, DBOSConfig, SetWorkflowID

from campaigns.errors import StoreError
from campaigns.store.database import Database, is_away
from campaigns.store.patience import wait_patiently

# Workflows are found only by their own version, so the version changes only when a turn's arguments do.
WORKFLOW_VERSION = "2"
THREADS = 4
FINISHED = ["SUCCESS", "ERROR", "CANCELLED", "MAX_RECOVERY_ATTEMPTS_EXCEEDED"]
UNFINISHED = ["PENDING", "ENQUEUED", "DELAYED"]
KEPT = timedelta(minutes=10)  # how long a finished turn is remembered: the ledger remembers it for good
BATCH = 1_000


@dataclass(frozen=True, slots=True)
class QueuedTurn:
    """One turn of a campaign member in the queue."""

    member_id: int
    turn: int


Handler = Callable[[QueuedTurn], Awaitable[None]]


class DurableTurns:
    """Turns in, handler calls out, on the running event loop. One per process: DBOS is a singleton.

    ``worker`` is this run's own and never used again: no turn of another ledger, which DBOS's tables may have
    outlived, is taken for one of this.
    """

    def __init__(self, handler: Handler, database: Database, worker: str) -> None:
        self._handler = handler
        self._database = database
        self._worker = worker

    async def launch(self) -> None:
        """Get ready to start turns; a database that is away is waited for. Raises StoreError."""
        await wait_patiently(self._launch)

    async def _launch(self) -> None:
        # What goes wrong in a turn the worker tells; a launch that fails is raised.
        logging.getLogger("dbos").setLevel(logging.CRITICAL)
        config: DBOSConfig = {
            "name": "xiaorong",
            "system_database_url": self._database.url.render_as_string(hide_password=False),
            "system_database_engine": self._database.engine,
            "executor_id": self._worker,
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
                f"{str(error).splitlines()[0]}",
                transient=is_away(error),
            ) from error

    async def start(self, turns: Iterable[QueuedTurn]) -> None:
        """Begin to work off turns; one that is in progress or done already is left as it is."""
        await asyncio.gather(*(self._start_one(turn) for turn in turns))

    async def _start_one(self, turn: QueuedTurn) -> None:
        with SetWorkflowID(f"{self._worker}-member-{turn.member_id}-turn-{turn.turn}"):
            await DBOS.start_workflow_async(self._workflow, turn.member_id, turn.turn)

    async def close_turns_of_the_dead(self, alive: Callable[[], Awaitable[Collection[str]]]) -> int:
        """Close what nobody alive works off: the ledger has settled it. How many turns there were."""
        left = await DBOS.list_workflows_async(
            status=UNFINISHED, name="turn", load_input=False, load_output=False, limit=BATCH
        )
        living = await alive()  # asked after: whoever began meanwhile is among them
        dead = [workflow.workflow_id for workflow in left if workflow.executor_id not in living]
        if dead:
            await DBOS.cancel_workflows_async(dead)
        return len(dead)

    async def forget_finished(self) -> int:
        """Drop turns that were finished a while ago; how many."""
        before = (datetime.now(UTC) - KEPT).isoformat()
        forgotten = 0
        while True:
            finished = await DBOS.list_workflows_async(
                status=FINISHED,
                name="turn",
                end_time=before,
                load_input=False,
                load_output=False,
                limit=BATCH,
            )
            if finished:
                await DBOS.delete_workflows_async([workflow.workflow_id for workflow in finished])
            forgotten += len(finished)
            if len(finished) < BATCH:
                return forgotten

    async def stop(self) -> None:
        """Let go of DBOS. Turns in progress stay on record as such, until they are closed."""
        await asyncio.to_thread(DBOS.destroy, destroy_registry=True)
        # DBOS made its own threads the loop's and has now closed them; leave the loop as it was found.
        asyncio.get_running_loop().set_default_executor(ThreadPoolExecutor())
