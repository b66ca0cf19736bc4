"""What a conversation gives back for each thing heard: sentences to say and actions to take."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING

from bot.dialogue.manner import USUAL, Manner

if TYPE_CHECKING:
    from bot.nlu.interpreter import Understanding


@dataclass(frozen=True, slots=True)
class Say:
    """One rendered prompt. One that is not interruptible is a disclosure: it is repeated if talked over."""

    prompt: str
    text: str
    interruptible: bool = True
    manner: Manner = USUAL


@dataclass(frozen=True, slots=True)
class ConfirmIdentity:
    """The right party is confirmed; from now on the debt may be spoken of."""


@dataclass(frozen=True, slots=True)
class RecordPromise:
    """The customer said a clear yes to an amount (minor units) and date read back to them."""

    amount: int
    due: date
    offer_id: str | None = None  # the relief accepted with it
    rest_due: date | None = None  # the day they named for the rest, after a part payment
    plan_id: str | None = None  # the instalment plan accepted, of which this is the first payment


@dataclass(frozen=True, slots=True)
class ScheduleCallback:
    """The customer asked to be called later; ``at`` is None when they named no time."""

    at: datetime | None


@dataclass(frozen=True, slots=True)
class RequestHuman:
    """A person must take over; ``reason`` is a code, never the customer's words."""

    reason: str
    urgent: bool = False


@dataclass(frozen=True, slots=True)
class StopWordHit:
    """A stop word was heard. What follows beyond this call is the rule pack's to say, by ``rule``."""

    rule: str


@dataclass(frozen=True, slots=True)
class EndCall:
    """Hang up after the sentences of this turn; ``disposition`` is a code of the dispositions file."""

    disposition: str


Action = ConfirmIdentity | RecordPromise | ScheduleCallback | RequestHuman | StopWordHit | EndCall


@dataclass(frozen=True, slots=True)
class Turn:
    """The bot's answer to one event. ``step`` is where the flow stands after it.

    ``wait_s`` is how long to listen now, when the customer asked for a moment; None for the usual time.
    """

    says: tuple[Say, ...]
    actions: tuple[Action, ...]
    step: str
    heard: Understanding | None = None  # None for the opening and silence
    wait_s: float | None = None

    @property
    def ended(self) -> bool:
        return any(isinstance(action, EndCall) for action in self.actions)

    @property
    def text(self) -> str:
        return "".join(say.text for say in self.says)
