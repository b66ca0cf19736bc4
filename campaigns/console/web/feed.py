"""Live parts of pages for many viewers: looked at once for all, drawn once for all who see the same.

What has changed alone is sent, in the same bytes to everybody who had the same before. The script ``live.js``
puts it in place.
"""

from __future__ import annotations

import asyncio
import json
import logging
from collections import deque
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any, Final, TypeAlias

from anyio.to_thread import run_sync
from starlette.responses import StreamingResponse

from campaigns.console.lifetime import LIFETIME, Lifetime
from campaigns.console.visit import Visit, note_all_seen
from campaigns.console.web import streams
from campaigns.console.web.streams import event
from campaigns.errors import StoreError

log = logging.getLogger(__name__)

EVERY_S: Final = 0.5  # real time: people watch
BEAT_S: Final = 15.0
MOST_WAITING: Final = 20  # events that a viewer who does not read may leave; then they begin anew


@dataclass(frozen=True, slots=True)
class Picture:
    """A live part as it is. ``boxes``: html by name; ``lists``: html of each row by its id, in their order.

    ``subjects``: whose personal data it shows. ``over``: there will be no more of it.
    """

    boxes: Mapping[str, str] = field(default_factory=dict)
    lists: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    subjects: frozenset[str] = frozenset()
    over: bool = False


@dataclass(frozen=True, slots=True)
class Seat:
    """What somebody sees: ``topic`` names it; the rest is all that makes a difference to its drawing."""

    topic: str
    language: str
    actions: frozenset[str]


Paint: TypeAlias = Callable[[Mapping[Seat, Visit]], Mapping[Seat, Picture]]
"""Draws what is seen from each seat, for a visit that sits there. Runs on a thread. Raises StoreError."""


def seat_of(visit: Visit, topic: str) -> Seat:
    return Seat(topic, visit.language, visit.who.actions)


@dataclass(slots=True, eq=False)
class _Viewer:
    visit: Visit
    seat: Seat
    picture: Picture | None = None
    told: set[str] = field(default_factory=set)  # on record: they saw these
    waiting: deque[str] = field(default_factory=deque)
    wake: asyncio.Event = field(default_factory=asyncio.Event)
    over: bool = False


class Feed:
    """One kind of live part, of one process."""

    def __init__(self, paint: Paint, every_s: float = EVERY_S) -> None:
        self._paint, self._every_s = paint, every_s
        self._rounds: dict[asyncio.AbstractEventLoop, _Round] = {}

    def answer(self, visit: Visit, topic: str) -> StreamingResponse:
        """A stream of events: all of it first, then what changes."""
        return StreamingResponse(
            self._events(visit, topic, LIFETIME.get(None)),
            media_type="text/event-stream",
            headers={"Cache-Control": "no-store", "X-Accel-Buffering": "no"},
        )

    async def _events(self, visit: Visit, topic: str, lifetime: Lifetime | None) -> AsyncIterator[str]:
        loop = asyncio.get_running_loop()
        viewer = _Viewer(visit, seat_of(visit, topic))
        round_ = self._rounds.get(loop)
        if round_ is None:
            round_ = self._rounds[loop] = _Round(self._paint, self._every_s, lifetime)
        round_.join(viewer)
        until = loop.time() + streams.LONGEST_S  # then it is checked again who asks
        try:
            while True:
                with suppress(TimeoutError):
                    await asyncio.wait_for(viewer.wake.wait(), BEAT_S)
                viewer.wake.clear()
                yield "".join(viewer.waiting) or ": still here\n\n"
                viewer.waiting.clear()
                if viewer.over or loop.time() >= until:
                    return
        finally:
            if round_.leave(viewer):
                self._rounds.pop(loop, None)


class _Round:
    """All viewers on one event loop, and the task that looks for them."""

    def __init__(self, paint: Paint, every_s: float, lifetime: Lifetime | None) -> None:
        self._paint, self._every_s, self._lifetime = paint, every_s, lifetime
        self._viewers: set[_Viewer] = set()
        self._task: asyncio.Task[None] | None = None
        self._joined = asyncio.Event()

    def join(self, viewer: _Viewer) -> None:
        self._viewers.add(viewer)
        self._joined.set()
        if self._task is None or self._task.done():
            self._task = asyncio.create_task(self._go_round())

    def leave(self, viewer: _Viewer) -> bool:
        """Whether nobody is left."""
        self._viewers.discard(viewer)
        if not self._viewers and self._task is not None:
            self._task.cancel()
        return not self._viewers

    async def _go_round(self) -> None:
        while True:
            self._joined.clear()
            viewers = list(self._viewers)
            if self._lifetime is not None and self._lifetime.closing:
                self._end(viewers)
                return
            try:
                await self._look(viewers)
            except StoreError as error:
                log.warning("what is live cannot be shown now: %s", error)
                self._end(viewers)  # their browsers come again
            except Exception:
                self._end(viewers)
                raise
            with suppress(TimeoutError):  # who has just come is not kept waiting
                await asyncio.wait_for(self._joined.wait(), self._every_s)

    async def _look(self, viewers: list[_Viewer]) -> None:
        seats = {viewer.seat: viewer.visit for viewer in viewers}
        pictures = await run_sync(self._draw, seats, viewers)
        made: dict[tuple[int, int], str] = {}  # the same bytes for all who had the same picture
        for viewer in viewers:
            before, now = viewer.picture, pictures[viewer.seat]
            if len(viewer.waiting) >= MOST_WAITING:
                before = None
                viewer.waiting.clear()
            which = (id(before), id(now))
            if which not in made:
                made[which] = _event(before, now)
            viewer.picture = now
            if made[which]:
                viewer.waiting.append(made[which])
                viewer.wake.set()
            if now.over:
                viewer.over = True
                viewer.wake.set()

    def _draw(self, seats: Mapping[Seat, Visit], viewers: list[_Viewer]) -> dict[Seat, Picture]:
        """Look and draw; whom it shows to whom goes on record, all at once, before it is sent."""
        pictures = dict(self._paint(seats))
        new = [(viewer, pictures[viewer.seat].subjects - viewer.told) for viewer in viewers]
        note_all_seen([(viewer.visit, subjects) for viewer, subjects in new if subjects])
        for viewer, subjects in new:
            viewer.told |= subjects
        return pictures

    def _end(self, viewers: list[_Viewer]) -> None:
        for viewer in viewers:
            viewer.over = True
            viewer.wake.set()


def _event(before: Picture | None, now: Picture) -> str:
    """What has changed, as an event; empty when nothing has."""
    if now.over:
        return "event: over\ndata: .\n\n"
    old = before or Picture()
    boxes = {name: html for name, html in now.boxes.items() if old.boxes.get(name) != html}
    lists: dict[str, dict[str, Any]] = {}
    for name, rows in now.lists.items():
        had = old.lists.get(name, {})
        changed = {id_: html for id_, html in rows.items() if had.get(id_) != html}
        news: dict[str, Any] = {"rows": changed} if changed else {}
        if before is None or list(had) != list(rows):
            news["order"] = list(rows)
        if news:
            lists[name] = news
    if not boxes and not lists:
        return ""
    return event(json.dumps({"boxes": boxes, "lists": lists}, ensure_ascii=False, separators=(",", ":")))
