"""What stands in the store, told when somebody looks; counted once in a few seconds, whoever looks."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator, Mapping
from datetime import datetime, timedelta
from typing import Final

from prometheus_client import Metric
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.registry import Collector

from campaigns.dialing.breaker import Circuit
from campaigns.errors import StoreError
from campaigns.outcomes.delivery import MessageState
from campaigns.store.database import Database, Session
from campaigns.store.figures import Standing, standing_of

KEPT_S: Final = 5.0
MESSAGES_SINCE: Final = timedelta(hours=24)


class StoreFigures(Collector):
    """A collector for a registry. ``now``: the ledger's time, in a session."""

    def __init__(
        self,
        database: Database,
        now: Callable[[Session], datetime],
        uptime: Callable[[], float] = time.monotonic,
    ) -> None:
        self._database = database
        self._now = now
        self._uptime = uptime
        self._lock = threading.Lock()
        self._made: tuple[float, Standing | None, datetime | None] | None = None

    def describe(self) -> list[Metric]:
        """Empty: the store is not asked before somebody looks."""
        return []

    def collect(self) -> Iterator[Metric]:
        """The families. When the store is away, that it is, and nothing old."""
        standing, now = self._latest()
        yield GaugeMetricFamily(
            "xiaorong_store_up", "Whether the database answers", 0 if standing is None else 1
        )
        if standing is None or now is None:
            return
        for name, says, value in (
            ("xiaorong_campaigns_running", "Campaigns that run", standing.running),
            ("xiaorong_queue_due", "Members of running campaigns whose time has come", standing.due),
            ("xiaorong_queue_in_hand", "Members whose turn a worker has in hand", standing.queued),
            ("xiaorong_workers_alive", "Workers alive on record", standing.workers),
            ("xiaorong_worker_calls", "Turns in hand of all workers at their last beat", standing.calls),
        ):
            yield GaugeMetricFamily(name, says, value)
        yield _states(
            "xiaorong_messages", "Messages made in the last 24 hours", standing.messages, tuple(MessageState)
        )
        yield _states("xiaorong_webhook_deliveries", "Events to deliver, or given up", standing.outbox)
        oldest = standing.oldest_event_at
        waits = 0.0 if oldest is None else max(0.0, (now - oldest).total_seconds())
        yield GaugeMetricFamily("xiaorong_webhook_oldest_seconds", "How long the oldest event waits", waits)
        circuits = GaugeMetricFamily(
            "xiaorong_line_circuit", "1 for the state of a line", labels=["line", "state"]
        )
        for line, circuit in standing.circuits.items():
            for state in Circuit:
                circuits.add_metric([line, state.value], float(state.value == circuit))
        yield circuits

    def _latest(self) -> tuple[Standing | None, datetime | None]:
        with self._lock:
            if self._made is None or self._uptime() - self._made[0] >= KEPT_S:
                standing, now = None, None
                try:
                    with self._database.reading() as session:
                        now = self._now(session)
                        standing = standing_of(session, now, MESSAGES_SINCE)
                except StoreError:
                    standing = None
                self._made = (self._uptime(), standing, now)
            return self._made[1], self._made[2]


def _states(
    name: str, says: str, counts: Mapping[str, int], states: tuple[str, ...] = ()
) -> GaugeMetricFamily:
    family = GaugeMetricFamily(name, says, labels=["state"])
    for state in dict.fromkeys((*(str(one) for one in states), *counts)):
        family.add_metric([state], counts.get(state, 0))
    return family
