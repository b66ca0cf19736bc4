"""The worker: gives due members their turn, keeps the lines busy, and stops without losing anything."""

from __future__ import annotations

import asyncio
import logging
import traceback
from collections.abc import Callable, Coroutine, Mapping, Sequence
from contextlib import AbstractAsyncContextManager, nullcontext, suppress
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from math import ceil
from typing import Any, cast

from bot.errors import BotError
from campaigns.clock import Release
from campaigns.dialing.engine import DurableTurns, QueuedTurn
from campaigns.dialing.heart import Gone, Heart, uptime
from campaigns.dialing.serving import Served, serve
from campaigns.dialing.takeover import end_and_settle, join, start_alone
from campaigns.dialing.talk import Script
from campaigns.dialing.turns import TurnTaker
from campaigns.errors import StoreError
from campaigns.store import campaigns as store_campaigns
from campaigns.store import handout, workers
from campaigns.store.database import Database, Session
from campaigns.store.exclusive import Place
from campaigns.store.handout import RunningCampaign
from campaigns.store.workers import DEAD, LEFT, Identity

log = logging.getLogger(__name__)

REAL_TICK_S = 0.5  # how soon a pause is seen
IDLE_TICK_S = 1.0  # how soon a launch is
LEAST_TICK_S = 0.05
VIRTUAL_TICK_S = 10.0  # turns are handed out in batches
TIDY_EVERY_S = 60.0
STRAYS_EVERY_S = 10.0
PAUSE_REASON_CHARS = 255


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
        beside: Callable[[], AbstractAsyncContextManager[None]] = nullcontext,
    ) -> None:
        self._who = who
        self._place = place
        self._duty = duty
        self._turns = turns
        self._scripts = scripts
        self._store = turns.tools.store
        self._clock = turns.tools.clock
        self._lease = turns.tools.lease
        self._house = turns.tools.house
        self._beside = beside  # what goes on while turns are handed out, such as messages
        self._durable = DurableTurns(self._work_off, queue_database, who.id)
        self._heart = Heart(
            who,
            heart_database,
            place,
            self._lease,
            live=lambda: self.live,
            fence=self._fence,
            take_over=self._take_over,
        )
        self._serving: dict[int, Served] = {}
        self._in_flight: dict[QueuedTurn, tuple[Served, Release]] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        self._duties: set[asyncio.Task[None]] = set()  # beside the calls: takeovers, trimming
        self._taking: set[str] = set()
        self._freed = asyncio.Event()
        self._strays_at = uptime() + STRAYS_EVERY_S
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
        async with self._turns.tools.connections:
            return await self._run()

    async def _run(self) -> RunEnd:
        if self._duty.only is not None:
            await self._store.run(store_campaigns.start_campaign, self._duty.only, self._clock.now())
        with self._clock.busy():
            await self._begin()
            background = [asyncio.ensure_future(self._heart.run())]
            try:
                await self._durable.launch()
                background.append(asyncio.ensure_future(self._tidy()))
                try:
                    # Within the run: who sleeps on a virtual clock must not be alone with a mark on it.
                    async with self._beside():
                        end = await self._hand_out()
                except Exception as error:  # whatever it is, calls in progress are not cut off for it
                    self._failure = self._failure or error
                    self.stop()
                await self._drain()
            finally:
                await self._leave(*background)
        if self._failure is not None:
            raise self._failure
        return end

    async def _begin(self) -> None:
        """Go on record as alive, and settle what nobody alive works on."""
        join_as = start_alone if self._place.alone else join
        await self._settle(lambda session: join_as(session, self._who, self._clock.now(), self._house))

    async def _settle(self, settle: Callable[[Session], list[int]]) -> None:
        """Have what workers left settled, and tell of what was lost by it."""
        lost = await self._store.run(settle)
        self._turns.tell_lost(lost)

    async def _hand_out(self) -> RunEnd:
        """Give turns to due members as lines come free."""
        while True:
            running = await self._running()
            if self._stopping or self._failure is not None:
                return RunEnd.STOPPED
            if self._lease.ended:
                return RunEnd.FENCED
            if not running and self._duty.only is not None:
                return await self._end_of(self._duty.only)
            if not running and self._duty.until_idle and self.live == 0:
                return RunEnd.IDLE
            self.waiting_until = None
            if self._lease.holds:
                await self._give_back_strays()
                if sum([await self._give_turns(campaign) for campaign in running]) == 0:
                    idle = self._idle(running)
                    if await self._finish(idle):
                        continue
                    if self.live == 0:
                        self.waiting_until = await self._next_due(idle)
            await self._wait(bool(running))

    async def _running(self) -> list[RunningCampaign]:
        """The campaigns to serve now; one that cannot be served is paused with the reason."""
        servable = []
        for campaign in await self._store.run(handout.running_campaigns):
            if self._duty.only not in (None, campaign.id):
                continue
            try:
                if campaign.id not in self._serving:
                    self._serving[campaign.id] = serve(campaign, self._scripts)
                servable.append(campaign)
            except BotError as error:
                if self._duty.only is not None:
                    raise
                log.error("campaign %s is paused: %s", campaign.name, error)
                reason = str(error)[:PAUSE_REASON_CHARS]
                await self._store.run(store_campaigns.pause_campaign, campaign.id, reason)
        return servable

    async def _end_of(self, campaign_id: int) -> RunEnd:
        """How a campaign that does not run any more ended."""
        state = await self._store.run(store_campaigns.campaign_state, campaign_id)
        return RunEnd.FINISHED if state == "finished" else RunEnd.PAUSED

    async def _give_back_strays(self) -> None:
        """Give back turns that are ours on record and unknown here: the database's answer was lost."""
        if uptime() < self._strays_at:
            return
        self._strays_at = uptime() + STRAYS_EVERY_S
        held = await self._store.run(handout.held_by, self._who.id)
        strays = [turn for turn in held if QueuedTurn(turn.member_id, turn.turn) not in self._in_flight]
        if strays:
            await self._turns.give_back([turn.member_id for turn in strays])

    def _idle(self, running: Sequence[RunningCampaign]) -> list[int]:
        """The campaigns of which no turn is in hand here."""
        busy = {served.id for served, _ in self._in_flight.values()}
        return [campaign.id for campaign in running if campaign.id not in busy]

    async def _finish(self, campaign_ids: Sequence[int]) -> bool:
        """Finish the campaigns whose members are all done; whether there were any."""
        now = self._clock.now()
        return any([await self._store.run(store_campaigns.finish_campaign, one, now) for one in campaign_ids])

    async def _next_due(self, campaign_ids: Sequence[int]) -> datetime | None:
        due = [await self._store.run(handout.next_due_at, one) for one in campaign_ids]
        return min((at for at in due if at is not None), default=None)

    async def _give_turns(self, campaign: RunningCampaign) -> int:
        room = min(self._duty.calls - self.live, await self._turns.room(campaign.id))
        if room <= 0:
            return 0
        claimed = await self._store.run(
            handout.hand_out,
            self._who.id,
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
            await self._durable.start(turns)
        return len(turns)

    def _servers(self, campaign_id: int) -> int:
        """How many workers serve a campaign, this one among them."""
        return 1 + sum(peer.campaign_id in (None, campaign_id) for peer in self._heart.peers)

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
            self._freed.clear()
            await asyncio.sleep(LEAST_TICK_S)
            with suppress(TimeoutError):
                await asyncio.wait_for(self._freed.wait(), REAL_TICK_S)
        else:
            await asyncio.sleep(IDLE_TICK_S if due_s is None else min(max(due_s, LEAST_TICK_S), IDLE_TICK_S))

    async def _drain(self) -> None:
        """Let the turns in progress come to their end."""
        self.waiting_until = None
        while self.live:
            await self._wait(running=True)

    def _fence(self) -> None:
        """Without a lease nobody may be on the line: a peer may call the same customers soon."""
        self._on_the_side(self._turns.hang_up_all())

    def _take_over(self, gone: Sequence[Gone]) -> None:
        for peer in gone:
            if peer.id not in self._taking:
                self._taking.add(peer.id)
                self._on_the_side(self._bury(peer))

    async def _bury(self, peer: Gone) -> None:
        """Settle what a peer left that is gone; only one worker gets to do it."""
        me = self._who.id
        log.warning("worker %s is gone: taking over", peer.id)
        try:
            await self._settle(
                lambda session: end_and_settle(
                    session, peer.id, DEAD, me, self._clock.now(), self._house, silent=peer.silent
                )
            )
        finally:
            self._taking.discard(peer.id)

    async def _tidy(self) -> None:
        """Keep DBOS's tables and the list of workers short."""
        while True:
            try:
                await self._durable.close_turns_of_the_dead(lambda: self._store.run(workers.alive_ids))
                await self._durable.forget_finished()
                await self._store.run(workers.forget_the_gone)
            except (StoreError, Exception) as error:
                log.warning("not tidied: %s", type(error).__name__)
            await asyncio.sleep(TIDY_EVERY_S)

    def _on_the_side(self, duty: Coroutine[Any, Any, None]) -> None:
        task = asyncio.ensure_future(duty)
        self._duties.add(task)
        task.add_done_callback(self._done_on_the_side)

    def _done_on_the_side(self, task: asyncio.Task[None]) -> None:
        self._duties.discard(task)
        if not task.cancelled() and task.exception() is not None:
            log.error("a duty of the worker failed: %s", type(task.exception()).__name__)

    async def _leave(self, *background: asyncio.Task[None]) -> None:
        """Hang up what is still going on, if anything, and let go of DBOS, of the record and of the clock.

        What is cut short here is settled as lost, now or, when the database is away, by whoever finds it.
        """
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, *self._duties, return_exceptions=True)
        await self._durable.stop()
        me = self._who.id
        with suppress(StoreError):
            await self._settle(
                lambda session: end_and_settle(session, me, LEFT, me, self._clock.now(), self._house)
            )
        for duty in background:
            duty.cancel()
        await asyncio.gather(*background, return_exceptions=True)
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
            self._failure = self._failure or error
        finally:
            self._tasks.discard(task)
            self._in_flight.pop(turn, None)
            self._freed.set()
            release()
