"""A worker's heart: it beats in the database, and while it cannot the worker may not dial.

Two clocks keep calls of a worker and of the peer that takes over from it apart. A worker that could not write
a beat for ``lease.FENCE_S`` by its own clock hangs up and dials no more; a peer takes over when the last beat
is ``vigil.LAPSE_S`` old by the database's. The database stamps a beat after it was sent, so the fence falls
first.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

from campaigns.dialing.lease import FENCE_S, Lease, uptime
from campaigns.dialing.vigil import Gone, Vigil
from campaigns.errors import ConflictError, StoreError
from campaigns.store import worker_sessions, workers
from campaigns.store.database import Database
from campaigns.store.exclusive import Place
from campaigns.store.workers import Identity, Peer

log = logging.getLogger(__name__)

BEAT_S = 1.0
FENCE_TICK_S = 0.25


class Heart:
    """Beats in real time, on a connection and a thread of its own, whatever the worker is busy with.

    ``live`` tells the turns in hand. ``fence`` is called when the lease is over, again after each renewal;
    ``take_over`` with peers that are gone.
    """

    def __init__(
        self,
        who: Identity,
        database: Database,
        place: Place,
        lease: Lease,
        *,
        live: Callable[[], int],
        fence: Callable[[], None],
        take_over: Callable[[Sequence[Gone]], None],
        vigil: Vigil | None = None,
    ) -> None:
        self._who = who
        self._database = database
        self._place = place
        self._lease = lease
        self._live = live
        self._fence = fence
        self._take_over = take_over
        self._vigil = vigil or Vigil(who.place)
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="heart")
        self.peers: tuple[Peer, ...] = ()

    async def run(self) -> None:
        """Beat until cancelled, or until the ledger says that this worker is no more."""
        watch = asyncio.ensure_future(self._watch())
        try:
            while not self._lease.ended:
                await self._beat()
                await asyncio.sleep(BEAT_S)
        finally:
            watch.cancel()
            await asyncio.gather(watch, return_exceptions=True)
            self._thread.shutdown(wait=False)

    async def cut_off(self, peer: Gone) -> None:
        """End what a peer that stands still left open in the database, for its locks would hold up everybody.

        Here, for the threads of the store may all be waiting for one of them.
        """
        if peer.silent is None:
            return  # its sessions ended with its process
        try:
            ended = await asyncio.get_running_loop().run_in_executor(
                self._thread, self._end_sessions, peer.id, peer.silent
            )
        except StoreError as error:
            log.warning("the sessions of worker %s were not ended: %s", peer.id, error)
        else:
            log.info("%d sessions of worker %s ended", ended, peer.id)

    def _end_sessions(self, worker: str, silent: timedelta) -> int:
        with self._database.transaction() as session:
            return worker_sessions.end_sessions(session, worker, silent)

    async def _beat(self) -> None:
        sent_at = uptime()
        try:
            alive, peers = await asyncio.get_running_loop().run_in_executor(
                self._thread, self._pulse, self._live()
            )
        except ConflictError as error:
            log.error("%s", error)
            alive, peers = False, []
        except (
            Exception
        ) as error:  # whatever it is, the next beat may come through; without one the lease ends
            log.warning("no beat: %s", error if isinstance(error, StoreError) else type(error).__name__)
            return
        if not alive:
            self._lease.end()
            self._fence()
            return
        self._lease.renew(sent_at)
        self._vigil.beaten(sent_at)
        self.peers = tuple(peers)
        gone = self._vigil.gone(peers)
        if gone:
            self._take_over(gone)

    def _pulse(self, live: int) -> tuple[bool, list[Peer]]:
        self._place.keep()
        with self._database.transaction() as session:
            alive = workers.beat(session, self._who.id, live)
        if not alive or self._place.alone:
            return alive, []
        with self._database.transaction() as session:
            return alive, workers.peers_of(session, self._who.id)

    async def _watch(self) -> None:
        """Fence when the lease runs out, also while a beat is stuck."""
        held = True
        while True:
            await asyncio.sleep(FENCE_TICK_S)
            holds = self._lease.holds
            if held and not holds:
                log.error("no beat for %s s: hanging up, and dialling no more until one is written", FENCE_S)
                self._fence()
            held = holds
