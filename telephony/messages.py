"""The port of text messages: sent, receipts for them, and what people write back."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Protocol


class Delivery(StrEnum):
    """How far a text message has come. The last two are for good."""

    ACCEPTED = "accepted"
    SENT = "sent"
    DELIVERED = "delivered"
    FAILED = "failed"


class Wish(StrEnum):
    """What somebody asks for by a keyword."""

    STOP = "stop"  # no more messages
    START = "start"  # messages again
    HELP = "help"


@dataclass(frozen=True, slots=True)
class Receipt:
    """What became of the message ``id``. ``reason``: why it failed, and what to do."""

    id: str
    state: Delivery
    reason: str | None = None


@dataclass(frozen=True, slots=True)
class TextReceived:
    """A message to us. ``wish`` is what its keyword asks for; None when it is no keyword."""

    id: str
    number: str = field(repr=False)  # E.164
    text: str = field(repr=False)
    wish: Wish | None = None


class Messenger(Protocol):
    """Sends text messages. It sends what it is given: whether it may is decided elsewhere."""

    @property
    def name(self) -> str: ...

    @property
    def simulated(self) -> bool: ...

    async def send(self, number: str, text: str) -> Receipt:
        """Send ``text`` to ``number`` in E.164. FAILED at once when the number takes no messages.

        Raises NotDone when it was surely not sent; any other TrunkFault when it is not known whether it was:
        do not send it again then.
        """
        ...

    def events(self) -> AsyncIterator[Receipt | TextReceived]:
        """Receipts, each message's in order and each state once, and messages to us."""
        ...
