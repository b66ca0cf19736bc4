"""The worker: gives due members their turn, keeps the lines busy, and stops without losing anything."""

from __future__ import annotations

import asyncio
import logging
from datetime import datetime
from enum import StrEnum
from typing import cast

from campaigns.clock import Clock, Release
from campaigns.dialing.engine import DurableQueue, QueuedTurn
from campaigns.dialing.turns import TurnTaker
from campaigns.errors import StoreError
from campaigns.store import campaigns as store_campaigns
from campaigns.store.campaigns import CampaignView
from campaigns.store.database import Database
from campaigns.store.threads import StoreThreads

log = logging.getLogger(__name__)

REAL_TICK_S = 0.5  # how soon a pause is seen
VIRTUAL_TICK_S = (
    10.0  # turns are handed out in batches: each hand-out waits for the queue's poll in real time
)
REAL_POLL_S = 0.1
VIRTUAL_POLL_S = 0.02


class RunEnd(StrEnum):
    """Why a run came to its end."""

    FINISHED = "finished"
    PAUSED = "paused"
    STOPPED = "stopped"


class Worker:
    """Runs one campaign in this process until it is finished, paused or told to stop."""

    def __init__(
        self,
        campaign: CampaignView,
        turns: TurnTaker,
        store: StoreThreads,
        queue_database: Database,
        clock: Clock,
    ) -> None:
        self._campaign = campaign
        self._turns = turns
        self._store = store
        self._clock = clock
        self._queue = DurableQueue(self._work_off, queue_database)
        self._in_flight: dict[QueuedTurn, Release] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        self._stopping = False
        self._failure: Exception | None = None

    def stop(self) -> None:
        """Hand out no more turns; ``run`` returns when the calls in progress have ended."""
        self._stopping = True

    @property
    def live(self) -> int:
        """Turns handed out and not yet worked off."""
        return len(self._in_flight)

    async def run(self) -> RunEnd:
        """Work until there is nothing left to do here. Raises StoreError when the database stays away."""
        virtual = self._clock.virtual
        await self._store.run(store_campaigns.start_campaign, self._campaign.id, self._clock.now())
        with self._clock.busy():
            await self._queue.start(
                concurrency=self._campaign.concurrency, poll_s=VIRTUAL_POLL_S if virtual else REAL_POLL_S
            )
            try:
                await self._pick_up()
                end = await self._hand_out()
                await self._drain()
            finally:
                await self._leave()
        if self._failure is not None:
            raise self._failure
        return end

    async def _pick_up(self) -> None:
        """After a crash: wait for turns that the queue recovers, and settle those it has lost sight of."""
        unfinished = await self._queue.unfinished()
        lost: list[int] = []
        for turn in await self._store.run(store_campaigns.queued_turns, self._campaign.id):
            queued = QueuedTurn(turn.member_id, turn.turn)
            if queued.workflow_id in unfinished:
                self._in_flight[queued] = self._clock.hold()
            else:
                lost.append(turn.member_id)
        for member_id in lost:
            await self._turns.recover(member_id)

    async def _hand_out(self) -> RunEnd:
        """Give turns to due members as lines come free."""
        campaign = self._campaign
        while True:
            state = await self._store.run(store_campaigns.campaign_state, campaign.id)
            if self._stopping or self._failure is not None:
                return RunEnd.STOPPED
            if state != "running":
                return RunEnd.PAUSED
            room = campaign.concurrency - self.live
            given = await self._give_turns(room) if room > 0 else 0
            if given == 0 and self.live == 0:
                due = await self._store.run(store_campaigns.next_due_at, campaign.id)
                if due is None:
                    if await self._store.run(store_campaigns.finish_campaign, campaign.id, self._clock.now()):
                        return RunEnd.FINISHED
                    await self._pick_up()
                await self._wait(due)
            else:
                await self._wait(None)

    async def _give_turns(self, room: int) -> int:
        now = self._clock.now()
        claimed = await self._store.run(store_campaigns.claim_due, self._campaign.id, now, room)
        turns = [QueuedTurn(turn.member_id, turn.turn) for turn in claimed]
        if turns:
            await self._turns.check_numbers([turn.customer_id for turn in claimed])
            # A mark for each turn holds virtual time until the queue has started it.
            self._in_flight.update((turn, self._clock.hold()) for turn in turns)
            await self._queue.enqueue(turns)
        return len(turns)

    async def _wait(self, due: datetime | None) -> None:
        if not self._clock.virtual:
            await self._clock.sleep(REAL_TICK_S)
        elif due is None:
            await self._clock.sleep(VIRTUAL_TICK_S)
        else:
            await self._clock.sleep((due - self._clock.now()).total_seconds())

    async def _drain(self) -> None:
        """Let the turns in progress come to their end."""
        while self.live:
            await self._wait(None)

    async def _leave(self) -> None:
        """Hang up what is still going on, if anything, and let go of the queue and of the clock.

        What is cut short here is found in the ledger at the next start, as after a crash.
        """
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await self._queue.stop()
        for release in self._in_flight.values():
            release()

    async def _work_off(self, turn: QueuedTurn) -> None:
        """What the queue calls for each turn. The work holds the clock; whatever happens, it lets go."""
        release = self._in_flight.get(turn) or self._clock.hold()
        self._in_flight[turn] = release
        task = cast(asyncio.Task[None], asyncio.current_task())
        self._tasks.add(task)
        try:
            await self._turns.take(turn.member_id, turn.turn)
        except StoreError as error:
            # The turn stays queued in the ledger and is picked up at the next start.
            self._failure = self._failure or error
        except Exception as error:
            log.exception("turn of member %d failed: %s", turn.member_id, type(error).__name__)
            await self._turns.recover(turn.member_id)
        finally:
            self._tasks.discard(task)
            self._in_flight.pop(turn, None)
            release()
