"""The author's desk: one conversation in text, with every step looked at, taken back and kept."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from bot.dialogue.brief import Brief
from bot.dialogue.conversation import Conversation
from bot.dialogue.state import DialogueState
from bot.dialogue.turn import Turn


@dataclass(frozen=True, slots=True)
class Exchange:
    """What was typed (None: silence or the opening) and what came back."""

    said: str | None
    turn: Turn


class Desk:
    """A conversation under an author's hands. ``make`` gives a fresh one; ``now`` the aware time."""

    def __init__(self, make: Callable[[], Conversation], now: Callable[[], datetime]) -> None:
        self._make = make
        self._now = now
        self._conversation = make()
        self.exchanges: list[Exchange] = []

    @property
    def conversation(self) -> Conversation:
        return self._conversation

    @property
    def brief(self) -> Brief:
        return self._conversation.brief

    @property
    def state(self) -> DialogueState:
        return self._conversation.state

    def open(self) -> Exchange:
        """The bot's first turn."""
        return self._keep(None, self._conversation.open(self._now()))

    def say(self, text: str) -> Exchange:
        """What the customer says; blank text is silence."""
        said = text.strip() or None
        return self._keep(said, self._conversation.hear(text, self._now()))

    def back(self) -> Exchange:
        """Take the last exchange back; the opening stays. Gives the one that stands now."""
        if len(self.exchanges) > 1:
            self.exchanges.pop()
            self._conversation.back()
        return self.exchanges[-1]

    def restart(self) -> Exchange:
        """Begin again with the same customer."""
        self._conversation = self._make()
        self.exchanges.clear()
        return self.open()

    def transcript(self) -> dict[str, Any]:
        """The conversation as data: what was said, what was understood, which prompts answered."""
        outcome = self._conversation.outcome
        return {
            "flow": self._conversation.flow.name,
            "flow_version": self._conversation.flow.version,
            "turns": [_exchange(exchange) for exchange in self.exchanges],
            "outcome": {"disposition": outcome.disposition, "right_party": outcome.right_party},
        }

    def _keep(self, said: str | None, turn: Turn) -> Exchange:
        exchange = Exchange(said, turn)
        self.exchanges.append(exchange)
        return exchange


def _exchange(exchange: Exchange) -> dict[str, Any]:
    turn = exchange.turn
    data: dict[str, Any] = {"user": exchange.said} if exchange.said is not None else {}
    if turn.heard is not None:
        data["intent"] = turn.heard.intent
    data["bot"] = [say.prompt for say in turn.says]
    data["text"] = turn.text
    data["step"] = turn.step
    return data
