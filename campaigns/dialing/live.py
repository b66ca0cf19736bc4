"""Calls in progress for those who watch them: kept in memory, written to the store only while they are.

Who watches says so in the store, wherever they are; the worker looks once a second, and sooner when something
happens. What was said before somebody began to watch is told too, as far as it is kept. What people want of a
call comes the same way.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from typing import Final

from campaigns.dialing.events import Ended, GoneIn, Listener, ReceptionEvent, WorkerEvent
from campaigns.dialing.in_hand import CallsInHand
from campaigns.dialing.staffing import StaffDesk
from campaigns.errors import StoreError
from campaigns.store import live
from campaigns.store.database import Session
from campaigns.store.live import Looked, SaidLine
from campaigns.store.live_incoming import IncomingNow, keep_incoming, put_incoming
from campaigns.store.live_key import live_key
from campaigns.store.live_orders import OrderChange, OrderView, change_orders
from campaigns.store.threads import StoreThreads

LOOK_EVERY_S: Final = 1.0  # real time: a person watches
LEAST_S: Final = 0.25  # between two looks, whatever happens
TIDY_EVERY: Final = 5  # looks with something to do

log = logging.getLogger(__name__)

Board = list[tuple[int, str | None]]


class LiveCalls:
    """What the calls of one worker or reception are at. Also a listener: ``also`` hears all of it too."""

    def __init__(
        self,
        teller: str,
        store: StoreThreads,
        staff: StaffDesk,
        also: Listener,
        also_in: Callable[[ReceptionEvent], None] = lambda _event: None,
    ) -> None:
        self._teller, self._store, self.staff = teller, store, staff
        self._also, self._also_in = also, also_in
        self._calls = CallsInHand()
        self._board: Board | None = None  # as it was last told
        self._written = False
        self._looks = 0
        self._untidy = False  # something is there of a call that is over
        self._news = asyncio.Event()
        staff.told = self._news.set

    def __call__(self, event: WorkerEvent) -> None:
        self._calls.hear(event)
        self._untidy = self._untidy or isinstance(event, Ended)
        self._wake()
        self._also(event)

    def hear_in(self, event: ReceptionEvent) -> None:
        """A reception's listener."""
        self._calls.hear_in(event)
        self._untidy = self._untidy or isinstance(event, GoneIn)
        self._wake()
        self._also_in(event)

    def _wake(self) -> None:
        if self._written:  # somebody watches
            self._news.set()

    @asynccontextmanager
    async def at_work(self) -> AsyncIterator[None]:
        """Look who watches, beside the block."""
        looking = asyncio.create_task(self._look_on())
        try:
            yield
        finally:
            looking.cancel()
            await asyncio.gather(looking, return_exceptions=True)
            await self._try(self._leave)

    async def _look_on(self) -> None:
        while True:
            await asyncio.sleep(LEAST_S)
            with suppress(TimeoutError):
                await asyncio.wait_for(self._news.wait(), LOOK_EVERY_S - LEAST_S)
            self._news.clear()
            await self._try(self.look)

    async def _try(self, work: Callable[[], Awaitable[None]]) -> None:
        """Watching is a comfort: what goes wrong with it stops no call."""
        try:
            await work()
        except StoreError as error:
            log.warning("calls cannot be watched now: %s", error)

    async def look(self) -> None:
        """Do what is wanted, and tell those who watch what is new; take it back when nobody does any more."""
        looked = await self._store.run(live.look)
        self._pass_on(looked.orders)
        if looked.watched:
            self._written = True
            await self._tell(looked)
        elif self._written:
            await self._take_back()
        else:
            await self._write(None, [], {}, tidy=bool(looked.orders))

    def _pass_on(self, orders: tuple[OrderView, ...]) -> None:
        for order in orders:
            key = live_key(order.call)
            handle = None if key is None else self._calls.handle(key)
            if handle is not None:
                self.staff.give(handle, order)

    async def _tell(self, looked: Looked) -> None:
        board: Board = self._calls.board()
        changed = looked.board and board != self._board
        incoming = self._calls.incoming_to_tell() if looked.board else []
        lines = self._calls.new_lines(looked.watched)
        self._looks += 1
        tidy, self._untidy = self._untidy or self._looks % TIDY_EVERY == 1, False
        ids = await self._write(board if changed else None, incoming, lines, tidy=tidy)
        if changed:
            self._board = board
        self._calls.told(lines, incoming, ids)

    async def _take_back(self) -> None:
        ended = self._calls.incoming_to_tell(only_known=True)
        ids = await self._write(None, ended, {}, tidy=True)
        await self._store.run(live.forget_worker, self._teller, self._calls.keys())
        self._written, self._board = False, None
        self._calls.told({}, ended, ids)
        self._calls.forget_told()

    async def _write(
        self,
        board: Board | None,
        incoming: list[IncomingNow],
        lines: dict[str, list[SaidLine]],
        *,
        tidy: bool,
    ) -> dict[str, int]:
        """What is new of calls and orders, in one transaction; the ids of calls to us by their names."""
        changes = self.staff.take_changes()
        if not (tidy or incoming or lines or changes) and board is None:
            return {}
        try:
            return await self._store.run(_write, self._teller, board, incoming, lines, changes, tidy)
        except BaseException:
            self.staff.put_back(changes)
            raise

    async def _leave(self) -> None:
        if self._written:
            await self._take_back()
        else:
            await self._write(None, [], {}, tidy=False)


def _write(
    session: Session,
    teller: str,
    board: Board | None,
    incoming: list[IncomingNow],
    lines: dict[str, list[SaidLine]],
    changes: list[OrderChange],
    tidy: bool,
) -> dict[str, int]:
    change_orders(session, changes)
    ids = put_incoming(session, teller, incoming) if incoming else {}
    if tidy:
        keep_incoming(session, teller)
        live.forget_over(session)
    if board is not None:
        live.put_board(session, teller, board)
    if lines:
        live.put_lines(session, lines)
    return ids
