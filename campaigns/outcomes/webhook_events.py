"""What the lender's systems can be told of. Values are in the lender's code too: they never change."""

from __future__ import annotations

from enum import StrEnum


class EventType(StrEnum):
    """The kinds of events, in the form of the Standard Webhooks scheme."""

    CALL_ENDED = "call.ended"
    PROMISE_MADE = "promise.made"
    PROMISE_KEPT = "promise.kept"
    PROMISE_BROKEN = "promise.broken"
    RELIEF_BOOKED = "relief.booked"
    RELIEF_REVERSED = "relief.reversed"
    CUSTOMER_SUPPRESSED = "customer.suppressed"
    FOLLOW_UP_OPENED = "follow_up.opened"
    CAMPAIGN_PAUSED = "campaign.paused"
    CAMPAIGN_FINISHED = "campaign.finished"
    MESSAGE_FAILED = "message.failed"
    TEST = "webhook.test"
