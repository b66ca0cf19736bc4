"""Sends what is queued over a messenger, and takes its receipts and what people write back."""

from __future__ import annotations

import asyncio
from collections import Counter, OrderedDict, deque
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from bot.tracing import span
from campaigns.clock import Clock
from campaigns.compliance.texting import Occasion
from campaigns.compliance.verdict import Defer
from campaigns.outcomes.messages import MessageBook
from campaigns.outcomes.weighing import Held, Scales, weigh_message
from campaigns.store import messages as store
from campaigns.store.database import Session
from campaigns.store.messages import Outgoing
from campaigns.store.texts import take_text
from campaigns.store.threads import StoreThreads
from telephony.errors import LineConfigError, NotDone, TrunkFault
from telephony.mailbox import Mailbox
from telephony.messages import Messenger, Receipt, TextReceived, Wish

CHUNK: Final = 200
EARLY: Final = 1000
"""Receipts kept of messages whose sending is not on record yet."""


@dataclass(frozen=True, slots=True)
class Lender:
    """Who writes."""

    institution: str
    hotline: str


class Sender:
    """Sends over one messenger. Within ``listening`` receipts and answers are taken too.

    ``counts``: what was done so far: sent, deferred, refused, not_sent, unsure, receipts, received.
    What came in is let go, here and in the ``mailbox``, once it is on record: a database that stays away for
    long, or a crash, loses none of it.
    """

    def __init__(
        self,
        store_threads: StoreThreads,
        messenger: Messenger,
        clock: Clock,
        scales: Scales,
        book: MessageBook,
        lender: Lender,
        mailbox: Mailbox | None = None,
    ) -> None:
        self._store, self._messenger, self._clock = store_threads, messenger, clock
        self._scales, self._book, self._lender = scales, book, lender
        self._mailbox = mailbox
        self._inbox: deque[Receipt | TextReceived] = deque()
        self._came = asyncio.Event()
        self._taking = asyncio.Lock()
        self._early: OrderedDict[str, list[Receipt]] = OrderedDict()
        self.counts: Counter[str] = Counter()
        self.stopping = False
        """Set it, and a round ends with the message in hand: one that is cut short is unsure for good."""

    @asynccontextmanager
    async def listening(self) -> AsyncIterator[asyncio.Task[None]]:
        """Hear what the messenger tells; ``take_events`` puts it on record, also once more at the end.

        Gives what listens, so that a long block can see it fail; its error is raised at the end.
        """
        task = asyncio.create_task(self._listen())
        try:
            yield task
            await asyncio.sleep(0)  # what is there already comes into the inbox
            await self.take_events()
        finally:
            task.cancel()
            with suppress(asyncio.CancelledError):
                await task

    async def round(self) -> None:
        """Put what came in on record, then send everything that is due. Raises StoreError."""
        await self.take_events()
        await self._take_early()
        patience = timedelta(minutes=self._scales.rules.unsure_after_min)
        self.counts["unsure"] += await self._store.run(store.sweep, self._clock.now(), patience)
        last = 0
        while due := await self._store.run(store.due_messages, self._clock.now(), CHUNK, last):
            for message_id in due:
                if self.stopping:
                    return
                await self._send(message_id)
                # A STOP that came meanwhile holds for the very next message.
                await asyncio.sleep(0)
                await self.take_events()
            last = due[-1]

    async def take_events(self) -> None:
        """Put on record what the messenger has told so far; what cannot be is kept. Raises StoreError."""
        async with self._taking:
            while self._inbox:
                event = self._inbox[0]
                if isinstance(event, Receipt):
                    await self._take_receipt(event)
                else:
                    await self._store.run(self._take_text, event)
                    self._let_go(event)
                self._inbox.popleft()

    async def hear(self, seconds: float) -> None:
        """Wait so long, in real time, and put on record what comes in meanwhile. Raises StoreError."""
        loop = asyncio.get_running_loop()
        end = loop.time() + seconds
        while (left := end - loop.time()) > 0:
            self._came.clear()
            await self.take_events()
            with suppress(TimeoutError):
                await asyncio.wait_for(self._came.wait(), left)
        await self.take_events()

    def _let_go(self, event: Receipt | TextReceived) -> None:
        if self._mailbox is not None:
            self._mailbox.done(event)

    async def _listen(self) -> None:
        async for event in self._messenger.events():
            self._inbox.append(event)
            self._came.set()

    async def _send(self, message_id: int) -> None:
        outgoing = await self._store.run(weigh_message, message_id, self._scales, self._clock.now())
        if isinstance(outgoing, Held):
            self.counts["deferred" if isinstance(outgoing.verdict, Defer) else "refused"] += 1
        elif outgoing is not None:
            await self._deliver(outgoing)

    async def _deliver(self, outgoing: Outgoing) -> None:
        """The message is reserved: from here on it is sent once or never."""
        try:
            with span("message", message=outgoing.id):
                receipt = await self._messenger.send(outgoing.e164, outgoing.body)
        except NotDone as fault:
            self.counts["not_sent"] += 1
            now = self._clock.now()
            after = self._scales.rules.again_after(outgoing.tries)
            again_at = None if after is None else now + after
            await self._store.run(store.not_sent, outgoing, str(fault), again_at, now)
        except LineConfigError as error:
            # The line could not even be opened: the message keeps its place, and the operator is told.
            now = self._clock.now()
            await self._store.run(store.not_sent, outgoing, str(error), now, now)
            raise
        except TrunkFault as fault:
            self.counts["unsure"] += 1
            await self._store.run(store.unsure, outgoing.id, str(fault), self._clock.now())
        else:
            self.counts["sent"] += 1
            await self._store.run(store.conclude, outgoing, receipt, self._clock.now())
            await self._take_early_of(receipt.id)

    async def _take_early(self) -> None:
        """Try receipts that were kept again, in turn: another worker may have put the sending on record."""
        for receipt_id in list(self._early)[:CHUNK]:
            await self._take_early_of(receipt_id)
            if receipt_id in self._early:
                self._early.move_to_end(receipt_id)

    async def _take_early_of(self, receipt_id: str) -> None:
        waiting = self._early.get(receipt_id, [])
        while waiting and await self._known(waiting[0]):
            waiting.pop(0)
        if not waiting:
            self._early.pop(receipt_id, None)

    async def _known(self, receipt: Receipt) -> bool:
        known = await self._store.run(store.take_receipt, self._messenger.name, receipt, self._clock.now())
        if known:
            self._let_go(receipt)
        return known

    async def _take_receipt(self, receipt: Receipt) -> None:
        known = await self._known(receipt)
        self.counts["receipts"] += 1
        if known:
            return
        # It may have been quicker than the answer to our own request.
        self._early.setdefault(receipt.id, []).append(receipt)
        while len(self._early) > EARLY:
            _, strangers = self._early.popitem(last=False)
            for stranger in strangers:  # of no message of ours
                self._let_go(stranger)

    def _take_text(self, session: Session, received: TextReceived) -> None:
        texts = self._scales.pack.rules.texts
        now = self._clock.now()
        taken = take_text(
            session,
            self._messenger.name,
            received,
            now,
            stop_bars_calls=texts is None or texts.stop_bars_calls,
        )
        if taken is None:
            return
        self.counts["received"] += 1
        if taken.wish is Wish.HELP and taken.customers and self._book.help is not None:
            answer = self._book.neutral(self._book.help, self._lender.institution, self._lender.hotline)
            store.queue_message(
                session,
                taken.customers[0],
                answer,
                now,
                e164=received.number,
                occasion=Occasion.REPLY,
                key=f"help/{self._messenger.name}/{received.id}"[:96],
            )
