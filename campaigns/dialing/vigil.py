"""Which peers are gone: told by their silence, or by the process that is no more."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta

from campaigns.dialing.lease import FENCE_S, uptime
from campaigns.dialing.process import is_running
from campaigns.store.workers import Peer

LAPSE_S = 12.0


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
