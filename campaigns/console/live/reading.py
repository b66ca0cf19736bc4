"""What Live shows, read once for all who look."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from campaigns.console.foresight import local_now
from campaigns.console.launching import connected
from campaigns.console.services import Services
from campaigns.console.visit import Visit
from campaigns.dialing.lease import FENCE_S
from campaigns.private import Private, PrivateKind
from campaigns.store import live as told
from campaigns.store.console import live as store
from campaigns.store.console.live import LiveCall, LiveCounts
from campaigns.store.console.live_spans import Queue, Span, queue, spans
from campaigns.store.lines import LineView, line_view
from campaigns.store.live import SaidLine
from campaigns.store.live_key import BOARD, LiveKey
from campaigns.store.workers import WorkerView, list_workers

RECENT_S: Final = 0.4
SPANS_S: Final = 5.0  # a day is counted less often than a moment, and behind the page
ENDED_WITHIN: Final = timedelta(hours=1)
NOBODY: Final = Queue(0, 0, 0)  # until it is counted


@dataclass(frozen=True, slots=True)
class WorkerNow:
    """A worker, without what changes at every look."""

    host: str
    pid: int
    campaign: str | None
    started_at: datetime
    live: int
    silent: bool


@dataclass(frozen=True, slots=True)
class Board:
    """All that the board shows. ``at``: to the minute."""

    calls: tuple[LiveCall, ...]
    ended: tuple[LiveCall, ...]
    counts: LiveCounts
    line: LineView
    workers: tuple[WorkerNow, ...]
    spans: tuple[Span, ...]
    queue: Queue
    at: datetime


@dataclass(frozen=True, slots=True)
class Talk:
    """One call and what was said in it so far."""

    call: LiveCall
    lines: tuple[tuple[SaidLine, Private], ...]


def read_board(visit: Visit) -> Board:
    """As of now, or a moment ago. Raises StoreError."""
    keep_watching(visit, [BOARD])
    services, settings = visit.services, visit.services.settings
    counted = services.behind.get("live spans", SPANS_S, lambda: _spans(services))
    coming, waiting = ((), NOBODY) if counted is None else counted.value

    def read() -> Board:
        with visit.reading() as session:
            now = local_now(visit, session)
            workers = tuple(_worker(each) for each in list_workers(session))
            return Board(
                tuple(store.calls_in_progress(session)),
                tuple(store.calls_just_ended(session, now - ENDED_WITHIN)),
                store.live_counts(session),
                line_view(session, settings.line, settings.callers, now, settings.pacing),
                workers,
                coming,
                waiting,
                now.replace(second=0, microsecond=0),
            )

    return services.recent.get("live", RECENT_S, read)


def read_talks(visit: Visit, keys: Collection[LiveKey]) -> Mapping[LiveKey, Talk]:
    """These calls, as far as they are there. Raises StoreError."""
    with visit.reading() as session:
        calls = store.calls_of(session, keys)
        lines = told.lines_of(session, [str(key) for key in calls])
    going_on = [str(key) for key, call in calls.items() if call.in_progress]
    if going_on:
        keep_watching(visit, [BOARD, *going_on])
    return {
        key: Talk(
            call,
            tuple((line, Private(PrivateKind.TEXT, line.text, call.key)) for line in lines.get(str(key), ())),
        )
        for key, call in calls.items()
    }


def keep_watching(visit: Visit, keys: Collection[str]) -> None:
    """Workers tell only what is watched. Said again now and then, once for all. Raises StoreError."""

    def say() -> None:
        with visit.reading() as session:
            ending = told.watch_ending(session, keys)
        if ending:
            with visit.changing() as session:
                told.watch(session, ending)

    visit.services.recent.get(("watch", tuple(sorted(keys))), SPANS_S, say)


def _spans(services: Services) -> tuple[tuple[Span, ...], Queue]:
    with services.database.reading() as session:
        now = services.local_now(session)
        return tuple(spans(session, now, connected())), queue(session, now)


def _worker(view: WorkerView) -> WorkerNow:
    silent = view.silent_for.total_seconds() >= FENCE_S
    return WorkerNow(view.host, view.pid, view.campaign, view.started_at, view.live, silent)
