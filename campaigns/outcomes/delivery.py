"""The states of a message, and which follows which. Pure."""

from __future__ import annotations

from enum import StrEnum
from typing import Final

from telephony.messages import Delivery


class MessageState(StrEnum):
    """How far a message has come. Values are on record and never change."""

    QUEUED = "queued"  # waits for its time, or to be tried again
    SENDING = "sending"  # a process is about to send it, or died over it
    ACCEPTED = "accepted"  # the line has it
    SENT = "sent"
    DELIVERED = "delivered"
    FAILED = "failed"  # surely not delivered
    REFUSED = "refused"  # the rules forbid it
    UNSURE = "unsure"  # it may have gone or not: never sent again, a person looks


GONE: Final = (
    MessageState.SENDING,
    MessageState.ACCEPTED,
    MessageState.SENT,
    MessageState.DELIVERED,
    MessageState.UNSURE,
)
"""States in which a message went, or may have gone: it counts against the caps."""

_OF_RECEIPT: Final = {
    Delivery.ACCEPTED: MessageState.ACCEPTED,
    Delivery.SENT: MessageState.SENT,
    Delivery.DELIVERED: MessageState.DELIVERED,
    Delivery.FAILED: MessageState.FAILED,
}
_RANK: Final = {
    MessageState.UNSURE: 0,
    MessageState.SENDING: 0,
    MessageState.ACCEPTED: 1,
    MessageState.SENT: 2,
    MessageState.DELIVERED: 3,
    MessageState.FAILED: 3,
}


def after_receipt(state: MessageState, told: Delivery) -> MessageState | None:
    """The state that a receipt leads to; None when it tells nothing new.

    Receipts come twice and in any order; what was delivered or failed stays so.
    """
    to = _OF_RECEIPT[told]
    if state not in _RANK or _RANK[to] <= _RANK[state]:
        return None
    return to
