"""The worker: serves campaigns until there is nothing left to do, and stops without losing anything."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from contextlib import AbstractAsyncContextManager, nullcontext, suppress
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from campaigns.dialing.dispatch import Dispatcher
from campaigns.dialing.talk import Script
from campaigns.dialing.turns import TurnTaker
from campaigns.dialing.upkeep import Upkeep
from campaigns.store import campaigns as store_campaigns
from campaigns.store.database import Database
from campaigns.store.exclusive import Place
from campaigns.store.workers import Identity

REAL_TICK_S = 0.5  # how soon a pause is seen
IDLE_TICK_S = 1.0  # how soon a launch is
LEAST_TICK_S = 0.05
VIRTUAL_TICK_S = 10.0  # turns are handed out in batches


class RunEnd(StrEnum):
    """Why a run came to its end."""

    FINISHED = "finished"
    PAUSED = "paused"
    STOPPED = "stopped"
    IDLE = "idle"  # no campaign runs
    FENCED = "fenced"  # a peer took over: what can go on, goes on under another id
    LEFT = "left"  # at once, in mid-call


@dataclass(frozen=True, slots=True)
class Duty:
    """What a worker is to do. ``only``: serve this campaign, to its end; None: all that run.

    ``calls``: at most so many at once, whatever the campaigns would allow. ``until_idle``: come to an end
    when no campaign runs.
    """

    only: int | None = None
    calls: int = 1_000
    until_idle: bool = False


class Worker:
    """Serves campaigns in this process until there is nothing left to do here, or it is told to stop."""

    def __init__(
        self,
        who: Identity,
        place: Place,
        duty: Duty,
        turns: TurnTaker,
        scripts: Mapping[str, Script],
        heart_database: Database,
        queue_database: Database,
        beside: Callable[[Callable[[], None]], AbstractAsyncContextManager[object]] = nullcontext,
    ) -> None:
        self._duty = duty
        self._turns = turns
        self._store = turns.tools.store
        self._clock = turns.tools.clock
        self._lease = turns.tools.lease
        self._upkeep = Upkeep(who, place, turns, heart_database, lambda: self.live)
        self._dispatcher = Dispatcher(
            who.id,
            turns,
            scripts,
            queue_database,
            only=duty.only,
            calls=duty.calls,
            servers=self._upkeep.servers,
        )
        # What goes on while turns are handed out, such as messages: it calls ``stop`` when it fails, and
        # raises the error when it is left.
        self._beside = beside
        self._stopping = False
        self._failure: Exception | None = None  # of handing out
        self.waiting_until: datetime | None = None  # the next member's time, while idle

    def stop(self) -> None:
        """Dial no more; ``run`` returns when the calls in progress have ended."""
        self._stopping = True
        self._turns.stopped = True

    @property
    def live(self) -> int:
        """Turns handed out and not yet worked off."""
        return self._dispatcher.live

    async def run(self) -> RunEnd:
        """Work until there is nothing left to do here. Raises StoreError when the database stays away."""
        async with self._turns.tools.connections:
            return await self._run()

    async def _run(self) -> RunEnd:
        if self._duty.only is not None:
            await self._store.run(store_campaigns.start_campaign, self._duty.only, self._clock.now())
        dispatcher = self._dispatcher
        with self._clock.busy():
            await self._upkeep.begin()
            try:
                await dispatcher.durable.launch()
                self._upkeep.tidy(dispatcher.durable)
                try:
                    # Within the run: who sleeps on a virtual clock must not be alone with a mark on it.
                    async with self._beside(self.stop):
                        end = await self._serve()
                except Exception as error:  # whatever it is, calls in progress are not cut off for it
                    self._failure = error
                    self.stop()
                await self._drain()
            finally:
                await dispatcher.cut_off()
                await dispatcher.durable.stop()
                await self._upkeep.end()
                dispatcher.let_go()
        failure = dispatcher.failure or self._failure
        if failure is not None:
            raise failure
        return end

    async def _serve(self) -> RunEnd:
        """Give turns to due members as lines come free."""
        dispatcher = self._dispatcher
        while True:
            running = await dispatcher.running()
            if self._stopping or dispatcher.failure is not None:
                return RunEnd.STOPPED
            if self._lease.ended:
                return RunEnd.FENCED
            if not running and self._duty.only is not None:
                return await self._end_of(self._duty.only)
            if not running and self._duty.until_idle and self.live == 0:
                return RunEnd.IDLE
            self.waiting_until = None
            if self._lease.holds and await dispatcher.give_turns(running) == 0:
                idle = dispatcher.idle(running)
                if await dispatcher.finish(idle):
                    continue
                if self.live == 0:
                    self.waiting_until = await dispatcher.next_due(idle)
            await self._wait(bool(running))

    async def _end_of(self, campaign_id: int) -> RunEnd:
        """How a campaign that does not run any more ended."""
        state = await self._store.run(store_campaigns.campaign_state, campaign_id)
        return RunEnd.FINISHED if state == "finished" else RunEnd.PAUSED

    async def _wait(self, running: bool) -> None:
        due_s = (
            None if self.waiting_until is None else (self.waiting_until - self._clock.now()).total_seconds()
        )
        if self._clock.virtual:
            if not running and not self.live:
                await asyncio.sleep(IDLE_TICK_S)  # real time: somebody may launch a campaign
            else:
                # Somebody is due and there is no slot: without a wait time would stand still.
                await self._clock.sleep(due_s if due_s is not None and due_s > 0 else VIRTUAL_TICK_S)
        elif self.live:
            self._dispatcher.freed.clear()
            await asyncio.sleep(LEAST_TICK_S)
            with suppress(TimeoutError):
                await asyncio.wait_for(self._dispatcher.freed.wait(), REAL_TICK_S)
        else:
            await asyncio.sleep(IDLE_TICK_S if due_s is None else min(max(due_s, LEAST_TICK_S), IDLE_TICK_S))

    async def _drain(self) -> None:
        """Let the turns in progress come to their end."""
        self.waiting_until = None
        while self.live:
            await self._wait(running=True)
