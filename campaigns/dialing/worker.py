"""The worker: gives due members their turn, keeps the lines busy, and stops without losing anything."""

from __future__ import annotations

import asyncio
import logging
import traceback
from datetime import datetime
from enum import StrEnum
from typing import cast

from campaigns.clock import Clock, Release
from campaigns.dialing.engine import DurableQueue, QueuedTurn
from campaigns.dialing.turns import TurnTaker
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
    LEFT = "left"  # at once, in mid-call


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
        self._queue = DurableQueue(
            self._work_off, queue_database, f"{campaign.created_at:%Y%m%d%H%M%S%f}-{campaign.id}"
        )
        self._in_flight: dict[QueuedTurn, Release] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        self._stopping = False
        self.waiting_until: datetime | None = None  # the next member's time, while idle
        self._failure: Exception | None = None

    def stop(self) -> None:
        """Dial no more; ``run`` returns when the calls in progress have ended."""
        self._stopping = True
        self._turns.stopped = True

    @property
    def live(self) -> int:
        """Turns handed out and not yet worked off."""
        return len(self._in_flight)

    async def run(self) -> RunEnd:
        """Work until there is nothing left to do here. Raises StoreError when the database stays away."""
        virtual = self._clock.virtual
        await self._store.run(store_campaigns.start_campaign, self._campaign.id, self._clock.now())
        with self._clock.busy():
            # The worker is alone, so what is unfinished in the ledger was a dead one's.
            await self._turns.settle_left_behind()
            await self._queue.start(
                concurrency=self._campaign.concurrency, poll_s=VIRTUAL_POLL_S if virtual else REAL_POLL_S
            )
            try:
                try:
                    end = await self._hand_out()
                except Exception as error:  # whatever it is, calls in progress are not cut off for it
                    self._failure = self._failure or error
                    self.stop()
                await self._drain()
            finally:
                await self._leave()
        if self._failure is not None:
            raise self._failure
        return end

    async def _hand_out(self) -> RunEnd:
        """Give turns to due members as lines come free."""
        campaign = self._campaign
        while True:
            state = await self._store.run(store_campaigns.campaign_state, campaign.id)
            if self._stopping or self._failure is not None:
                return RunEnd.STOPPED
            if state != "running":
                return RunEnd.PAUSED
            room = min(campaign.concurrency - self.live, self._turns.room())
            given = await self._give_turns(room) if room > 0 else 0
            due = None
            if given == 0 and self.live == 0:
                due = await self._store.run(store_campaigns.next_due_at, campaign.id)
                now = self._clock.now()
                if due is None and await self._store.run(store_campaigns.finish_campaign, campaign.id, now):
                    return RunEnd.FINISHED
            self.waiting_until = due
            await self._wait(due)

    async def _give_turns(self, room: int) -> int:
        now = self._clock.now()
        claimed = await self._store.run(store_campaigns.claim_due, self._campaign.id, now, room)
        turns = [QueuedTurn(turn.member_id, turn.turn) for turn in claimed]
        if turns:
            try:
                await self._turns.check_numbers([turn.customer_id for turn in claimed])
            except Exception:
                await self._turns.give_back([turn.member_id for turn in claimed])
                raise
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
        release = self._in_flight.get(turn)
        if release is None:
            return  # a dead worker's turn, which the queue remembers: the ledger has settled it
        task = cast(asyncio.Task[None], asyncio.current_task())
        self._tasks.add(task)
        try:
            await self._turns.take(turn.member_id, turn.turn)
        except Exception as error:
            # Only the class: a message may hold what a customer said. The next start settles the turn.
            where = traceback.extract_tb(error.__traceback__)[-1]
            log.error("a turn failed: %s at %s:%s", type(error).__name__, where.name, where.lineno)
            self._failure = self._failure or error
        finally:
            self._tasks.discard(task)
            self._in_flight.pop(turn, None)
            release()
