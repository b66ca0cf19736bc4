"""What people of the house want of a call that is going on, and what is made of it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

from bot.dialogue.conversation import Conversation


class Wish(StrEnum):
    """What can be wanted."""

    HAND_OVER = "hand_over"  # a person takes the call over now
    CALL_BACK = "call_back"  # no person can: the talk goes on, and a case is left for one
    END = "end"  # the bot says goodbye now


@dataclass(frozen=True, slots=True)
class Wanted:
    """``by``: the user name of who wants it. It stands in the log of the call."""

    wish: Wish
    by: str


class Staff(Protocol):
    """Who may want something of one call. Asked between the turns of the talk."""

    @property
    def look_every_s(self) -> float | None:
        """How often to ask while the bot listens; None: only when it has listened."""
        ...

    def wanted(self) -> Wanted | None:
        """What is wanted now and was not answered yet."""
        ...

    def granted(self, wanted: Wanted) -> None:
        """It is done with the bot's next words, or at once where it says nothing to it."""
        ...

    def declined(self, wanted: Wanted) -> None:
        """The bot does not leave this call: it stays with somebody in need."""
        ...


def take_up(staff: Staff, conversation: Conversation) -> Wanted | None:
    """What is to be done now, and nothing before the disclosures; who may not have it is told so."""
    if conversation.owing or (wanted := staff.wanted()) is None:
        return None
    if conversation.holding:
        staff.declined(wanted)
        return None
    staff.granted(wanted)
    return wanted
