"""A worker's heart: it beats in the database, and while it cannot the worker may not dial.

Two clocks keep calls of a worker and of the peer that takes over from it apart. A worker that could not write
a beat for ``FENCE_S`` by its own clock hangs up and dials no more; a peer takes over when the last beat is
``LAPSE_S`` old by the database's. The database stamps a beat after it was sent, so the fence falls first.
"""

from __future__ import annotations

import asyncio
import logging
import os
import platform
import time
import uuid
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import timedelta
from hashlib import blake2b
from pathlib import Path

from campaigns.errors import ConflictError, StoreError
from campaigns.store import workers
from campaigns.store.database import Database
from campaigns.store.exclusive import Place
from campaigns.store.workers import Identity, Peer

log = logging.getLogger(__name__)

BEAT_S = 1.0
FENCE_S = 6.0
LAPSE_S = 12.0
FENCE_TICK_S = 0.25


def uptime() -> float:
    """Seconds of a clock that nobody sets, and that goes on while the machine sleeps."""
    return time.clock_gettime(time.CLOCK_BOOTTIME) if hasattr(time, "CLOCK_BOOTTIME") else time.monotonic()


def identity(campaign_id: int | None = None) -> Identity:
    """This process as a worker, under an id that is new at every call."""
    host = platform.node()[:40]
    return Identity(f"{host}:{os.getpid()}:{uuid.uuid4().hex[:12]}", host, _place(), os.getpid(), campaign_id)


def _place() -> str:
    """Names this host since its start and, where there are containers, this one of them."""
    parts = [platform.node()]
    try:
        parts.append(Path("/proc/sys/kernel/random/boot_id").read_text().strip())
        parts.append(str(Path("/proc/self/ns/pid").readlink()))
    except OSError:
        parts.append(uuid.uuid4().hex)  # nothing is known of other processes here
    return blake2b("|".join(parts).encode(), digest_size=16).hexdigest()


def is_running(pid: int) -> bool:
    """Whether there is such a process here; one that only waits to be reaped does nothing any more."""
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except FileNotFoundError:
        return False
    except OSError:
        return True
    return state not in "ZX"


class Lease:
    """Leave to dial: for ``fence_s`` from when the last beat that was written was sent; None: without end."""

    def __init__(self, fence_s: float | None = FENCE_S, now: Callable[[], float] = uptime) -> None:
        self._fence_s = fence_s
        self._now = now
        self._until = now() + (fence_s or 0.0)
        self.ended = False

    def renew(self, sent_at: float) -> None:
        """A beat sent at ``sent_at`` has been written."""
        if self._fence_s is not None:
            self._until = max(self._until, sent_at + self._fence_s)

    def end(self) -> None:
        """The ledger says that this worker is no more: nothing renews the lease."""
        self.ended = True

    @property
    def holds(self) -> bool:
        return not self.ended and (self._fence_s is None or self._now() < self._until)


@dataclass(frozen=True, slots=True)
class Gone:
    """A peer to take over from. ``silent``: how long it must have been so by then; None: gone for sure."""

    id: str
    silent: timedelta | None


class Vigil:
    """Finds peers to take over from: gone without doubt, or silent for too long.

    Silence counts only for a watcher whose own beats have come through for as long: after the database was
    away everybody has been silent.
    """

    def __init__(
        self,
        place: str,
        now: Callable[[], float] = uptime,
        running: Callable[[int], bool] = is_running,
        lapse_s: float = LAPSE_S,
    ) -> None:
        self._place = place
        self._now = now
        self._running = running
        self._lapse_s = lapse_s
        self._steady_since: float | None = None
        self._last: float | None = None

    def beaten(self, sent_at: float) -> None:
        """A beat of our own was sent then, and has been written by now."""
        late = self._last is not None and self._now() - self._last > FENCE_S / 2
        if self._steady_since is None or late:
            self._steady_since = self._now()
        self._last = sent_at

    def gone(self, peers: Sequence[Peer]) -> list[Gone]:
        """Whom to take over from."""
        lapse = timedelta(seconds=self._lapse_s)
        steady = self._steady_since is not None and self._now() - self._steady_since >= self._lapse_s
        found: list[Gone] = []
        for peer in peers:
            if peer.place == self._place and not self._running(peer.pid):
                found.append(Gone(peer.id, None))
            elif steady and peer.silent_for >= lapse:
                found.append(Gone(peer.id, lapse))
        return found


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
