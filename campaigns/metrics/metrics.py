"""The counters and latencies of one process."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Final

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram
from prometheus_client.process_collector import ProcessCollector

from campaigns.dialing.events import (
    CameIn,
    Decided,
    Dialled,
    Ended,
    EndedIn,
    ReceptionEvent,
    WorkerEvent,
)
from campaigns.metrics.codes import Codes

SPEECH_BUCKETS: Final = (0.005, 0.01, 0.025, 0.05, 0.1, 0.2, 0.3, 0.5, 0.8, 1.2, 2.0, 5.0)
"""Seconds. A caller notices a pause from about 0.3 s on, and takes 0.8 s for none who listens."""

WEB_BUCKETS: Final = (0.01, 0.025, 0.05, 0.1, 0.2, 0.3, 0.5, 1.0, 2.5, 5.0, 10.0)
METHODS: Final = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})


class Metrics:
    """Counts what it is told of; a registry of its own, so that two in one process do not meet."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        ProcessCollector(registry=self.registry)
        self._verdicts, self._endings, self._endings_in = Codes(), Codes(), Codes()
        new = self.registry
        self.decisions = Counter(
            "xiaorong_decisions", "Decisions to call or not", ["verdict", "reason"], registry=new
        )
        self.dials = Counter("xiaorong_dials", "Dials that the line was given", registry=new)
        self.connects = Counter("xiaorong_connects", "Dials that somebody answered", registry=new)
        self.right_parties = Counter(
            "xiaorong_right_parties", "Calls in which the customer was confirmed", ["direction"], registry=new
        )
        self.promises = Counter("xiaorong_promises", "Promises to pay", ["direction"], registry=new)
        self.endings = Counter("xiaorong_attempts_ended", "How attempts ended", ["disposition"], registry=new)
        self.calls_in = Counter("xiaorong_calls_in", "Calls to us that were answered", registry=new)
        self.endings_in = Counter(
            "xiaorong_calls_in_ended", "How calls to us ended", ["disposition"], registry=new
        )
        self.live = Gauge("xiaorong_calls_live", "Calls in progress in this process", registry=new)
        self.speech = Histogram(
            "xiaorong_speech_seconds",
            "How long hearing out, understanding and preparing to speak took",
            ["part"],
            buckets=SPEECH_BUCKETS,
            registry=new,
        )
        self.requests = Histogram(
            "xiaorong_http_request_seconds",
            "Until the head of an answer",
            ["method", "route", "status"],
            buckets=WEB_BUCKETS,
            registry=new,
        )

    def hear(self, event: WorkerEvent) -> None:
        """A worker's listener."""
        match event:
            case Decided(verdict=verdict, reason=reason):
                self.decisions.labels(self._verdicts(verdict), self._verdicts(reason)).inc()
            case Dialled():
                self.dials.inc()
            case Ended():
                self.endings.labels(self._endings(event.disposition)).inc()
                self.connects.inc(event.answered)
                self.right_parties.labels("out").inc(event.right_party)
                self.promises.labels("out").inc(event.promised is not None)
            case _:
                pass

    def hear_in(self, event: ReceptionEvent) -> None:
        """A reception's listener."""
        match event:
            case CameIn():
                self.calls_in.inc()
            case EndedIn():
                self.endings_in.labels(self._endings_in(event.disposition)).inc()
                self.right_parties.labels("in").inc(event.right_party)
                self.promises.labels("in").inc(event.promised is not None)
            case _:
                pass

    def watch_live(self, live: Callable[[], int]) -> None:
        """Ask ``live`` for the calls in progress whenever somebody looks."""
        self.live.set_function(live)

    @contextmanager
    def timing(self, part: str) -> Iterator[None]:
        """Time a block that hears (recognise), understands (understand) or speaks (synthesise)."""
        begun = time.perf_counter()
        try:
            yield
        finally:
            self.speech.labels(part).observe(time.perf_counter() - begun)

    def answered(self, method: str, route: str, status: int, seconds: float) -> None:
        """A request was answered. ``route``: its template, never its address."""
        method = method if method in METHODS else "other"
        self.requests.labels(method, route, f"{status // 100}xx").observe(seconds)
