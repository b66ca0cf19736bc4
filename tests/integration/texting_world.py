"""A sender over a messenger that does as it is told, for tests of messages in the store."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session

from campaigns.clock import VirtualClock
from campaigns.compliance.effective import EffectivePack, load_effective
from campaigns.outcomes.messages import RenderedMessage, load_messages
from campaigns.outcomes.sending import Lender, Sender
from campaigns.outcomes.sending_rules import SendingRules, shipped_sending_rules
from campaigns.outcomes.weighing import Line, Scales
from campaigns.store.database import Database
from campaigns.store.messages import queue_message
from campaigns.store.models import Message, PhoneNumber
from campaigns.store.threads import StoreThreads
from telephony.mailbox import Mailbox
from telephony.messages import Delivery, Receipt, TextReceived, Wish
from tests.integration.store.rows import AT, add_customer

ZONE = ZoneInfo("Asia/Shanghai")
NEUTRAL = RenderedMessage("please_call_back", "您好")
BOOK = load_messages()
LENDER = Lender("长河", "4008")


class ScriptedMessenger:
    """Does what ``script`` says for each send: a receipt, or a fault; then accepts everything."""

    simulated = True

    def __init__(self, script: Iterable[Receipt | Exception] = (), name: str = "simulated") -> None:
        self.name = name
        self._script = list(script)
        self.sent: list[tuple[str, str]] = []
        self.queue: asyncio.Queue[Receipt | TextReceived] = asyncio.Queue()

    async def send(self, number: str, text: str) -> Receipt:
        self.sent.append((number, text))
        step: Receipt | Exception = (
            self._script.pop(0) if self._script else Receipt(f"m{len(self.sent)}", Delivery.ACCEPTED)
        )
        if isinstance(step, Exception):
            raise step
        return step

    async def events(self) -> AsyncIterator[Receipt | TextReceived]:
        while True:
            yield await self.queue.get()

    def write(self, number: str, text: str, wish: Wish | None, id_: str = "in1") -> None:
        self.queue.put_nowait(TextReceived(id_, number, text, wish))


class Bench:
    """A database with a sender on it, in virtual time from AT on (a Monday, 10:00 in Shanghai)."""

    def __init__(
        self,
        database: Database,
        messenger: ScriptedMessenger,
        pack: EffectivePack | None = None,
        rules: SendingRules | None = None,
        *,
        store: StoreThreads | None = None,
        mailbox: Mailbox | None = None,
    ) -> None:
        self.database, self.messenger = database, messenger
        self.clock = VirtualClock(AT)
        self._store = store or StoreThreads(database)
        line = Line(messenger.name, messenger.simulated, self.clock.virtual)
        scales = Scales(pack or load_effective("cn-mainland"), rules or shipped_sending_rules(), line, ZONE)
        self.scales = scales
        self.sender = Sender(self._store, messenger, self.clock, scales, BOOK, LENDER, mailbox)

    def pass_time(self, **how_long: float) -> datetime:
        self.clock.set(self.clock.now() + timedelta(**how_long))
        return self.clock.now()

    @asynccontextmanager
    async def listening(self) -> AsyncIterator[Sender]:
        async with self.sender.listening():
            yield self.sender

    async def send(self) -> None:
        """One round, with all that came in."""
        async with self.sender.listening():
            await asyncio.sleep(0)
            await self.sender.round()

    def messages(self) -> list[tuple[str, str | None]]:
        with self.database.transaction() as session:
            return [(m.state, m.reason) for m in session.scalars(select(Message).order_by(Message.id))]

    def close(self) -> None:
        self._store.close()


def queued(session: Session, message: RenderedMessage = NEUTRAL) -> tuple[int, str]:
    """A new customer with a queued message; their id and number."""
    customer = add_customer(session)
    queue_message(session, customer.id, message, AT)
    number = session.scalars(select(PhoneNumber.e164).where(PhoneNumber.customer_id == customer.id)).one()
    return customer.id, number
