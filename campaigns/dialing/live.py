"""Calls in progress for those who watch them: kept in memory, written to the store only while they are.

Who watches says so in the store, wherever they are; the worker looks once a second. What was said before
somebody began to watch is told too, as far as it is kept.
"""

from __future__ import annotations

import asyncio
import logging
from collections import deque
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

from bot.transcript import Entry
from campaigns.dialing.events import Dialled, Ended, Listener, Spoken, WorkerEvent
from campaigns.errors import StoreError
from campaigns.store import live
from campaigns.store.database import Session
from campaigns.store.live import MOST_LINES, SaidLine, Watched
from campaigns.store.threads import StoreThreads

LOOK_EVERY_S: Final = 1.0  # real time: a person watches
MOST_CALLS: Final = 2_000
SPOKEN: Final = ("bot", "customer")

log = logging.getLogger(__name__)


@dataclass(slots=True)
class _InHand:
    """One call. ``told``: the lines up to this number are in the store."""

    answered_at: datetime | None = None
    lines: deque[SaidLine] = field(default_factory=lambda: deque(maxlen=MOST_LINES))
    next_seq: int = 0
    told: int = 0


class LiveCalls:
    """What the calls of one worker are at. Also a listener: ``also`` hears everything after it."""

    def __init__(self, worker: str, store: StoreThreads, also: Listener) -> None:
        self._worker = worker
        self._store = store
        self._also = also
        self._calls: dict[int, _InHand] = {}
        self._board: list[tuple[int, str | None]] | None = None  # as it was last told
        self._written = False

    def __call__(self, event: WorkerEvent) -> None:
        match event:
            case Dialled(attempt_id) if len(self._calls) < MOST_CALLS:
                self._calls[attempt_id] = _InHand()
            case Spoken(attempt_id, entry):
                self._hear(attempt_id, entry)
            case Ended(attempt_id):
                self._calls.pop(attempt_id, None)
            case _:
                pass
        self._also(event)

    def _hear(self, attempt_id: int, entry: Entry) -> None:
        call = self._calls.get(attempt_id)
        if call is None:
            return
        call.answered_at = call.answered_at or entry.at
        if entry.speaker in SPOKEN and entry.text:
            line = SaidLine(call.next_seq, entry.at, entry.speaker, entry.text, entry.intent)
            call.lines.append(line)
            call.next_seq += 1

    @asynccontextmanager
    async def at_work(self) -> AsyncIterator[None]:
        """Look who watches, beside the block."""
        looking = asyncio.create_task(self._look_on())
        try:
            yield
        finally:
            looking.cancel()
            await asyncio.gather(looking, return_exceptions=True)
            if self._written:
                await self._try(self._leave)

    async def _look_on(self) -> None:
        while True:
            await asyncio.sleep(LOOK_EVERY_S)
            await self._try(self.look)

    async def _try(self, work: Callable[[], Awaitable[None]]) -> None:
        """Watching is a comfort: what goes wrong with it stops no call."""
        try:
            await work()
        except StoreError as error:
            log.warning("calls cannot be watched now: %s", error)

    async def look(self) -> None:
        """Tell those who watch what is new; take back what was told when nobody does any more."""
        watched = await self._store.run(live.watched)
        if watched.attempts:
            self._written = True
            await self._tell(watched)
        elif self._written:
            await self._leave()
            self._written, self._board = False, None
            for call in self._calls.values():
                call.told = 0

    async def _tell(self, watched: Watched) -> None:
        board = [(attempt_id, _iso(call.answered_at)) for attempt_id, call in self._calls.items()]
        new: dict[int, list[SaidLine]] = {}
        for attempt_id in watched.attempts & self._calls.keys():
            call = self._calls[attempt_id]
            lines = [line for line in call.lines if line.seq >= call.told]
            if lines:
                new[attempt_id] = lines
        changed = watched.board and board != self._board
        await self._store.run(_write, self._worker, board if changed else None, new)
        if changed:
            self._board = board
        for attempt_id, lines in new.items():
            if attempt_id in self._calls:
                self._calls[attempt_id].told = lines[-1].seq + 1

    async def _leave(self) -> None:
        await self._store.run(live.forget_worker, self._worker, list(self._calls))


def _iso(moment: datetime | None) -> str | None:
    return None if moment is None else moment.isoformat()


def _write(
    session: Session,
    worker: str,
    board: list[tuple[int, str | None]] | None,
    lines: dict[int, list[SaidLine]],
) -> None:
    live.forget_over(session)
    if board is not None:
        live.put_board(session, worker, board)
    if lines:
        live.put_lines(session, lines)
