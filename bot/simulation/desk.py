"""The author's desk: one conversation in text, to go back and forth in, on a clock that can be moved."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random

from bot.dialogue.brief import Brief
from bot.dialogue.conversation import Conversation
from bot.dialogue.state import DialogueState
from bot.dialogue.turn import Turn
from bot.simulation.noise import NoiseChannel
from bot.simulation.scenario_file import Happening
from bot.simulation.scenario_run import TURN_TAKES


@dataclass(frozen=True, slots=True)
class Exchange:
    """What was ``typed`` (None: the opening) and ``heard``, when, the answer, and the states around it."""

    typed: str | None
    heard: Happening | None
    at: datetime
    turn: Turn
    before: DialogueState | None
    after: DialogueState


class Desk:
    """A conversation under an author's hands, on a pinned clock.

    ``make`` gives a fresh conversation of the present script; it begins at ``start``, and each exchange takes
    as long as in a dialogue test, so that what is saved as a test runs at the same times. What was typed is
    kept when one goes back, until something else is typed there.
    """

    def __init__(
        self,
        make: Callable[[], Conversation],
        start: datetime,
        noise: NoiseChannel | None = None,
        seed: int = 1,
    ) -> None:
        self._make, self._start, self._noise, self._seed = make, start, noise, seed
        self._conversation = make()
        self._typed: list[tuple[str, Happening]] = []  # all that was typed, what lies ahead included
        self.exchanges: list[Exchange] = []
        self.noise_level = 0.0

    @property
    def conversation(self) -> Conversation:
        return self._conversation

    @property
    def brief(self) -> Brief:
        return self._conversation.brief

    @property
    def state(self) -> DialogueState:
        return self._conversation.state

    @property
    def start(self) -> datetime:
        return self._start

    @property
    def now(self) -> datetime:
        """The time of the last exchange."""
        return self._start + TURN_TAKES * max(len(self.exchanges) - 1, 0)

    @property
    def position(self) -> int:
        """How many things were said up to here; 0 is the opening."""
        return len(self.exchanges) - 1

    @property
    def length(self) -> int:
        """How many things were said in all, those ahead included."""
        return len(self._typed)

    def open(self) -> Exchange:
        """The bot's first turn."""
        turn = self._conversation.open(self._start)
        self.exchanges = [Exchange(None, None, self._start, turn, None, self.state)]
        return self.exchanges[0]

    def say(self, text: str) -> Exchange:
        """What the customer says, through the noise; blank text is silence. What lay ahead is forgotten.

        Raises FlowError when the call is over.
        """
        heard = (
            Happening("silence") if not text.strip() else Happening("user", self._through_noise(text.strip()))
        )
        return self._put_new(text.strip(), heard if heard.text.strip() else Happening("silence"))

    def press(self, keys: str) -> Exchange:
        """Keys of the telephone. Raises FlowError when the call is over."""
        return self._put_new(keys, Happening("pressed", keys))

    def goto(self, position: int) -> Exchange:
        """Stand where ``position`` things were said; beyond the ends is at the ends."""
        self._run(max(0, min(position, self.length)))
        return self.exchanges[-1]

    def back(self, count: int = 1) -> Exchange:
        """Take the last exchanges back; the opening stays."""
        return self.goto(self.position - count)

    def forward(self, count: int = 1) -> Exchange:
        """Say again what was taken back."""
        return self.goto(self.position + count)

    def restart(self) -> Exchange:
        """Begin again with the same customer."""
        self._typed.clear()
        return self.goto(0)

    def shift(self, by: timedelta) -> Exchange:
        """Move the clock: the conversation so far is held again at the other time."""
        self._start += by
        return self.goto(self.position)

    def remake(self, make: Callable[[], Conversation]) -> list[int]:
        """Hold the conversation again with another script; gives the exchanges that now go otherwise."""
        before, self._make = self.exchanges, make
        self._run(self.position)
        return [
            number
            for number, exchange in enumerate(before)
            if number >= len(self.exchanges) or exchange.turn != self.exchanges[number].turn
        ]

    def happenings(self) -> list[Happening]:
        """All that happened up to here, as a dialogue test holds it."""
        return [exchange.heard for exchange in self.exchanges if exchange.heard is not None]

    def fresh(self) -> Conversation:
        """A conversation of the present script that nobody has opened yet."""
        return self._make()

    def _through_noise(self, text: str) -> str:
        if self._noise is None or not self.noise_level:
            return text
        return self._noise.garble(text, self.noise_level, Random(f"{self._seed}|{len(self._typed)}|{text}"))

    def _put_new(self, typed: str, heard: Happening) -> Exchange:
        exchange = self._put(typed, heard)
        self._typed[len(self.exchanges) - 2 :] = [(typed, heard)]
        return exchange

    def _put(self, typed: str, heard: Happening) -> Exchange:
        before, at = self.state, self.now + TURN_TAKES
        turn = heard.put_to(self._conversation, at)
        exchange = Exchange(typed, heard, at, turn, before, self.state)
        self.exchanges.append(exchange)
        return exchange

    def _run(self, position: int) -> None:
        """Hold the conversation afresh up to ``position``, or to where it now ends."""
        self._conversation = self._make()
        self.open()
        for typed, heard in self._typed[:position]:
            if self._conversation.ended:
                return
            self._put(typed, heard)
