"""Handing turns out: of every running campaign, as lines come free, and having them worked off."""

from __future__ import annotations

import asyncio
import logging
import traceback
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from math import ceil
from typing import cast

from bot.errors import BotError
from campaigns.clock import Release
from campaigns.dialing.engine import DurableTurns, QueuedTurn
from campaigns.dialing.lease import uptime
from campaigns.dialing.serving import Served, serve
from campaigns.dialing.talk import Script
from campaigns.dialing.turns import TurnTaker
from campaigns.store import campaigns as store_campaigns
from campaigns.store import handout
from campaigns.store.changes import pause_by_system
from campaigns.store.database import Database
from campaigns.store.handout import RunningCampaign

log = logging.getLogger(__name__)

STRAYS_EVERY_S = 10.0
PAUSE_REASON_CHARS = 255


class Dispatcher:
    """The turns in hand of the worker ``worker``: of all campaigns, or ``only`` of one.

    ``calls``: at most so many at once. ``servers`` tells how many workers serve a campaign now.
    """

    def __init__(
        self,
        worker: str,
        turns: TurnTaker,
        scripts: Mapping[str, Script],
        queue_database: Database,
        *,
        only: int | None,
        calls: int,
        servers: Callable[[int], int],
    ) -> None:
        self._worker = worker
        self._turns = turns
        self._scripts = scripts
        self._only = only
        self._calls = calls
        self._servers = servers
        self._store = turns.tools.store
        self._clock = turns.tools.clock
        self.durable = DurableTurns(self._work_off, queue_database, worker)
        self._serving: dict[int, Served] = {}
        self._in_flight: dict[QueuedTurn, tuple[Served, Release]] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        self._strays_at = uptime() + STRAYS_EVERY_S
        self.freed = asyncio.Event()  # a turn has been worked off
        self.failure: Exception | None = None  # of the first turn that failed

    @property
    def live(self) -> int:
        """Turns handed out and not yet worked off."""
        return len(self._in_flight)

    async def running(self) -> list[RunningCampaign]:
        """The campaigns to serve now; one that cannot be served is paused with the reason."""
        servable = []
        for campaign in await self._store.run(handout.running_campaigns):
            if self._only not in (None, campaign.id):
                continue
            try:
                if campaign.id not in self._serving:
                    self._serving[campaign.id] = serve(campaign, self._scripts)
                servable.append(campaign)
            except BotError as error:
                if self._only is not None:
                    raise
                log.error("campaign %s is paused: %s", campaign.name, error)
                reason = str(error)[:PAUSE_REASON_CHARS]
                await self._store.run(pause_by_system, campaign.id, reason, self._clock.now())
        return servable

    async def give_turns(self, running: Sequence[RunningCampaign]) -> int:
        """Give due members of these campaigns their turns, as far as there is room; how many."""
        await self._give_back_strays()
        return sum([await self._give_turns_of(campaign) for campaign in running])

    async def _give_turns_of(self, campaign: RunningCampaign) -> int:
        room = min(self._calls - self.live, await self._turns.room(campaign.id))
        if room <= 0:
            return 0
        claimed = await self._store.run(
            handout.hand_out,
            self._worker,
            campaign.id,
            self._clock.now(),
            share=ceil(campaign.concurrency / self._servers(campaign.id)),
            most=room,
        )
        turns = [QueuedTurn(turn.member_id, turn.turn) for turn in claimed]
        if turns:
            try:
                await self._turns.check_numbers([turn.customer_id for turn in claimed])
            except Exception:
                await self._turns.give_back([turn.member_id for turn in claimed])
                raise
            # A mark for each turn holds virtual time until it is started.
            served = self._serving[campaign.id]
            self._in_flight.update((turn, (served, self._clock.hold())) for turn in turns)
            await self.durable.start(turns)
        return len(turns)

    async def _give_back_strays(self) -> None:
        """Give back turns that are ours on record and unknown here: the database's answer was lost."""
        if uptime() < self._strays_at:
            return
        self._strays_at = uptime() + STRAYS_EVERY_S
        held = await self._store.run(handout.held_by, self._worker)
        strays = [turn for turn in held if QueuedTurn(turn.member_id, turn.turn) not in self._in_flight]
        if strays:
            await self._turns.give_back([turn.member_id for turn in strays])

    def idle(self, running: Sequence[RunningCampaign]) -> list[int]:
        """The campaigns of which no turn is in hand here."""
        busy = {served.id for served, _ in self._in_flight.values()}
        return [campaign.id for campaign in running if campaign.id not in busy]

    async def finish(self, campaign_ids: Sequence[int]) -> bool:
        """Finish the campaigns whose members are all done; whether there were any."""
        now = self._clock.now()
        return any([await self._store.run(store_campaigns.finish_campaign, one, now) for one in campaign_ids])

    async def next_due(self, campaign_ids: Sequence[int]) -> datetime | None:
        """When the first member of these campaigns is due; None when none waits."""
        due = [await self._store.run(handout.next_due_at, one) for one in campaign_ids]
        return min((at for at in due if at is not None), default=None)

    async def cut_off(self) -> None:
        """Cancel what is still going on. Its turns stay in hand on record."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    def let_go(self) -> None:
        """Let the clock go on without the turns that were cut off."""
        for _, release in self._in_flight.values():
            release()

    async def _work_off(self, turn: QueuedTurn) -> None:
        """What DBOS calls for each turn. The work holds the clock; whatever happens, it lets go."""
        if turn not in self._in_flight:
            return  # not handed out by this run: the ledger has settled it
        served, release = self._in_flight[turn]
        task = cast(asyncio.Task[None], asyncio.current_task())
        self._tasks.add(task)
        try:
            await self._turns.take(served, turn.member_id, turn.turn)
        except Exception as error:
            # Only the class: a message may hold what a customer said. The turn is settled when we leave.
            where = traceback.extract_tb(error.__traceback__)[-1]
            log.error("a turn failed: %s at %s:%s", type(error).__name__, where.name, where.lineno)
            self.failure = self.failure or error
        finally:
            self._tasks.discard(task)
            self._in_flight.pop(turn, None)
            self.freed.set()
            release()
