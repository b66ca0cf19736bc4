"""What a worker does beside its calls: it beats, takes over from peers that are gone, and tidies up."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Coroutine, Sequence
from contextlib import AsyncExitStack, suppress
from typing import Any

from campaigns.dialing.engine import DurableTurns
from campaigns.dialing.heart import Heart
from campaigns.dialing.takeover import end_and_settle, join, start_alone
from campaigns.dialing.turns import TurnTaker
from campaigns.dialing.vigil import Gone
from campaigns.errors import StoreError
from campaigns.store import tallies, workers
from campaigns.store.database import Database, Session
from campaigns.store.exclusive import Place
from campaigns.store.freeing import freeing
from campaigns.store.workers import DEAD, LEFT, Identity

log = logging.getLogger(__name__)

TIDY_EVERY_S = 60.0
LEAVE_S = 10.0  # how long a database that is away is waited for when a worker leaves


class Upkeep:
    """Keeps one worker on record, from ``begin`` to ``end``."""

    def __init__(
        self, who: Identity, place: Place, turns: TurnTaker, database: Database, live: Callable[[], int]
    ) -> None:
        self._who = who
        self._place = place
        self._turns = turns
        self._store = turns.tools.store
        self._clock = turns.tools.clock
        self._house = turns.tools.house
        self._heart = Heart(
            who,
            database,
            place,
            turns.tools.lease,
            live=live,
            fence=self._fence,
            take_over=self._take_over,
        )
        self._database = database
        self._beside = AsyncExitStack()
        self._tasks: set[asyncio.Task[None]] = set()
        self._taking: set[str] = set()

    def servers(self, campaign_id: int) -> int:
        """How many workers serve a campaign, this one among them."""
        return 1 + sum(peer.campaign_id in (None, campaign_id) for peer in self._heart.peers)

    async def begin(self) -> None:
        """Go on record as alive, settle what nobody alive works on, and beat from now on."""
        await self._beside.enter_async_context(freeing(self._database))  # it may be in the way of the rest
        enter = start_alone if self._place.alone else join
        await self._settle(lambda session: enter(session, self._who, self._clock.now(), self._house))
        self._on_the_side(self._heart.run())

    def tidy(self, durable: DurableTurns) -> None:
        """Keep DBOS's tables and the list of workers short from now on."""
        self._on_the_side(self._tidy(durable))

    async def end(self) -> None:
        """Leave the record, and settle what was cut short as lost.

        When the database is away, whoever finds it does that.
        """
        me = self._who.id
        leaving = self._settle(
            lambda session: end_and_settle(session, me, LEFT, me, self._clock.now(), self._house)
        )
        with suppress(StoreError, TimeoutError):
            await asyncio.wait_for(leaving, LEAVE_S)
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await self._beside.aclose()

    async def _settle(self, settle: Callable[[Session], list[int]]) -> None:
        """Have what workers left settled, and tell of what was lost by it."""
        lost = await self._store.run(settle)
        self._turns.tell_lost(lost)

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
            await self._heart.cut_off(peer)
            await self._settle(
                lambda session: end_and_settle(
                    session, peer.id, DEAD, me, self._clock.now(), self._house, silent=peer.silent
                )
            )
        finally:
            self._taking.discard(peer.id)

    async def _tidy(self, durable: DurableTurns) -> None:
        while True:
            try:
                await durable.close_turns_of_the_dead(lambda: self._store.run(workers.alive_ids))
                await durable.forget_finished()
                await self._store.run(workers.forget_the_gone)
                await self._store.run(tallies.fold)
            except Exception as error:  # of DBOS or of the database: the next time will do
                log.warning("not tidied: %s", type(error).__name__)
            await asyncio.sleep(TIDY_EVERY_S)

    def _on_the_side(self, duty: Coroutine[Any, Any, None]) -> None:
        task = asyncio.ensure_future(duty)
        self._tasks.add(task)
        task.add_done_callback(self._done_on_the_side)

    def _done_on_the_side(self, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        if not task.cancelled() and task.exception() is not None:
            log.error("a duty of the worker failed: %s", type(task.exception()).__name__)
