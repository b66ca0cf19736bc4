"""Text messages over Twilio: sending, receipts in order, and what people write back."""

from __future__ import annotations

import asyncio
import logging
from collections import OrderedDict
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from typing import Final

from telephony.mailbox import Mailbox
from telephony.messages import Delivery, Receipt, TextReceived, Wish
from telephony.numbers import is_e164
from telephony.opt_out import wish_of
from telephony.twilio.api import Refused, TwilioApi
from telephony.twilio.faults import Kind, fault_of
from telephony.twilio.settings import TwilioSettings
from telephony.wording import worded

_log = logging.getLogger(__name__)

REMEMBERED: Final = 10_000
"""Messages whose state is remembered, so that a receipt that comes again is known."""

_STATES: Final = {
    "accepted": Delivery.ACCEPTED,
    "scheduled": Delivery.ACCEPTED,
    "queued": Delivery.ACCEPTED,
    "sending": Delivery.ACCEPTED,
    "sent": Delivery.SENT,
    "delivered": Delivery.DELIVERED,
    "read": Delivery.DELIVERED,
    "undelivered": Delivery.FAILED,
    "failed": Delivery.FAILED,
    "canceled": Delivery.FAILED,
}
_RANK: Final = {Delivery.ACCEPTED: 0, Delivery.SENT: 1, Delivery.DELIVERED: 2, Delivery.FAILED: 2}
_OPT_OUT_TYPES: Final = {"STOP": Wish.STOP, "START": Wish.START, "HELP": Wish.HELP}


class SmsDesk:
    """What Twilio tells of messages, each thing once, for whoever asks.

    With a ``mailbox`` it is on the disk before Twilio is answered, and what is left there from before comes
    first: Twilio does not ask again.
    """

    def __init__(self, mailbox: Mailbox | None = None) -> None:
        self._mailbox = mailbox
        self._events: asyncio.Queue[Receipt | TextReceived] = asyncio.Queue()
        for event in mailbox.left if mailbox is not None else ():
            self._events.put_nowait(event)
        self._states: OrderedDict[str, Delivery] = OrderedDict()
        self._received: OrderedDict[str, None] = OrderedDict()

    async def receipt(self, form: Mapping[str, str]) -> None:
        """A delivery receipt; one that comes again, or behind a later state, changes nothing."""
        sid = form.get("MessageSid", "")
        state = _STATES.get(form.get("MessageStatus", ""))
        if not sid or state is None:
            _log.warning("a receipt that says nothing was left out")
            return
        if self.know(sid, state):
            code = form.get("ErrorCode", "")
            await self._tell(_receipt(sid, state, int(code) if code.isdecimal() else None))

    def know(self, sid: str, state: Delivery) -> bool:
        """Remember that message ``sid`` has come so far; whether that is news."""
        known = self._states.get(sid)
        if known is not None and _RANK[state] <= _RANK[known]:
            return False
        self._states[sid] = state
        _shorten(self._states)
        return True

    async def received(self, form: Mapping[str, str]) -> None:
        """A message to us; Twilio may bring it twice."""
        sid, number, text = (
            form.get("MessageSid", ""),
            form.get("From", ""),
            form.get("Body", "").replace("\0", ""),
        )
        if not sid or not is_e164(number):
            _log.warning("a text message without a number was left out")
            return
        if sid in self._received:
            return
        self._received[sid] = None
        _shorten(self._received)
        # Twilio has handled its own keywords already, by words that its console may have been given.
        wish = _OPT_OUT_TYPES.get(form.get("OptOutType", "")) or wish_of(text)
        await self._tell(TextReceived(sid, number, text, wish))

    async def _tell(self, event: Receipt | TextReceived) -> None:
        if self._mailbox is not None:
            await asyncio.to_thread(self._mailbox.put, event)  # calls go on while the disk writes
        self._events.put_nowait(event)

    async def events(self) -> AsyncIterator[Receipt | TextReceived]:
        """Each thing once, as it comes."""
        while True:
            yield await self._events.get()


class TwilioMessenger:
    """A ``Messenger`` (``telephony.messages``). ``opened`` waits until receipts can reach us."""

    name = "twilio"
    simulated = False

    def __init__(
        self, settings: TwilioSettings, api: TwilioApi, desk: SmsDesk, opened: Callable[[], Awaitable[None]]
    ) -> None:
        self._settings = settings
        self._api = api
        self._desk = desk
        self._opened = opened

    async def send(self, number: str, text: str) -> Receipt:
        """Send ``text``. Raises TrunkFault; of its kind ``Unsure`` when it may have been sent."""
        await self._opened()
        try:
            sent = await self._api.ask(
                lambda client: client.messages.create_async(
                    to=number,
                    from_=self._settings.caller_number,
                    body=text,
                    status_callback=self._settings.webhook("sms/status"),
                )
            )
        except Refused as refused:
            if refused.fault.kind is not Kind.NUMBER:
                raise
            return Receipt("", Delivery.FAILED, str(refused))
        state = _STATES.get(str(sent.status), Delivery.ACCEPTED)
        self._desk.know(sent.sid, state)
        return _receipt(sent.sid, state, sent.error_code)

    async def events(self) -> AsyncIterator[Receipt | TextReceived]:
        """Receipts and messages to us."""
        await self._opened()
        async for event in self._desk.events():
            yield event


def _receipt(sid: str, state: Delivery, code: int | None) -> Receipt:
    if state is not Delivery.FAILED:
        return Receipt(sid, state)
    return Receipt(sid, state, _why(code))


def _shorten(memory: OrderedDict[str, Delivery] | OrderedDict[str, None]) -> None:
    while len(memory) > REMEMBERED:
        memory.popitem(last=False)


def _why(code: int | None) -> str:
    if not code:
        return worded("twilio_no_reason")
    return worded("twilio_fault", code=code, says=fault_of(code).says)
