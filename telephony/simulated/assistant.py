"""A phone assistant or a mailbox: greets, then records in silence."""

from __future__ import annotations

from telephony.far_end import FarReply


class PhoneAssistant:
    """The far end of a call that a machine picked up."""

    def __init__(self, greeting: str) -> None:
        self._greeting = greeting

    def greet(self) -> FarReply:
        return FarReply(self._greeting, delay_s=0.3)

    def cuts_in(self, text: str) -> None:  # noqa: ARG002 - it records whatever is said
        return None

    def hear(self, text: str) -> None:  # noqa: ARG002
        return None
