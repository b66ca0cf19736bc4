"""The shape of a flow file: steps with a question each, and moves that answers lead to."""

from __future__ import annotations

from typing import Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from bot.dialogue.dispositions import Disposition
from bot.dialogue.expression import ExpressionField
from bot.dialogue.manner import Wish

SILENCE, UNCLEAR, ANY = "silence", "unclear", "any"
EVENTS = frozenset({SILENCE, UNCLEAR, ANY})
"""What a move may wait for beside intents: nothing heard, nothing understood, anything heard."""

STAY, RETURN = "stay", "return"
"""Targets beside steps: remain without asking again; go back to the step left and ask its question again."""


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, arbitrary_types_allowed=True)


class HumanModel(_Strict):
    """``request_human: REASON``: a person must take over or call back."""

    request_human: str
    urgent: bool = False


Do = Literal["confirm_identity", "record_promise", "schedule_callback"] | HumanModel
"""The closed set of actions that a flow may take; the engine makes them into those of bot.dialogue.turn."""


class Move(_Strict):
    """Where an event leads.

    Taken when one of its intents or stop words, and of its entities, was heard and ``when`` holds.
    ``set`` gives slots new values, ``count`` raises a counter that guards read as ``counts.NAME``.
    """

    intents: list[str] = []
    stop_words: list[str] = []
    entities: list[str] = []
    when: ExpressionField | None = None
    set: dict[str, ExpressionField] = {}
    count: str | None = None
    do: list[Do] = []
    say: list[str] = []
    to: str
    hung_up_as: Disposition | None = None  # the result when the customer hangs up after this move
    wait_s: float | None = Field(default=None, gt=0)  # how long to listen now, in place of the usual time
    speak: Wish | None = None  # for the rest of the call

    @property
    def binds(self) -> bool:
        """Whether it takes the customer's word for something that cannot be unsaid."""
        return "confirm_identity" in self.do or "record_promise" in self.do


class Step(_Strict):
    """One state. With ``ask`` it waits for an answer; with ``end`` the call is over; else it goes on at once.

    ``say`` is said on entry, ``again`` (default: ``ask``) when the question is put once more. ``expects`` are
    the intents the question makes likely. A step that ``holds`` stays whatever is heard, stop words included,
    unless its own moves lead away, and no cap on a call ends it. ``reads_back`` marks the only question
    whose yes makes a promise. ``keys`` are what a pressed key means here, once the bot has offered keys
    because it did not understand.
    """

    say: list[str] = []
    ask: str | None = None
    again: str | None = None
    expects: list[str] = []
    moves: list[Move] = []
    end: Disposition | None = None
    holds: bool = False
    reads_back: bool = False
    keys: dict[str, str] = {}

    @property
    def expected(self) -> list[str]:
        """The intents to weight up while this step waits."""
        return self.expects or [
            intent for move in self.moves for intent in move.intents if intent not in EVENTS
        ]

    @model_validator(mode="after")
    def _has_one_kind(self) -> Self:
        if self.end is not None and (self.ask or self.moves):
            raise ValueError("an end step asks nothing and has no moves")
        if self.end is None and not self.moves:
            raise ValueError("a step needs moves, or an end")
        if self.ask is None and self.end is None:
            if any(move.intents or move.stop_words or move.entities for move in self.moves):
                raise ValueError("a step that does not ask cannot wait for intents, stop words or entities")
            if any(move.to == STAY for move in self.moves):
                raise ValueError("a step that does not ask cannot stay")
            if self.moves[-1].when is not None:
                raise ValueError("the last move of a step that does not ask must have no guard")
        if self.holds and any(
            m.to == RETURN or (m.to != STAY and m.intents != [SILENCE]) for m in self.moves
        ):
            raise ValueError("a step that holds may be left on silence only")
        return self


class SlotModel(_Strict):
    """A slot that moves may set. One that ``reveals`` the debt is out of reach before identity."""

    reveals: Literal["debt"] | None = None


class PartFile(_Strict):
    """Steps that several flows share. They may lead to steps that each of those flows has of its own."""

    slots: dict[str, SlotModel] = {}
    anywhere: list[Move] = []  # come before those of the common file
    steps: dict[str, Step] = {}


class CommonFile(_Strict):
    """What applies in every step of the flows that include it.

    ``most_digressions`` bounds how many answers in a row may lead back to the same question (``return``), and
    ``most_visits`` how often a question may be come to; the next time leads to ``digressed`` instead. So
    nothing can be asked, or gone round, for ever. ``together`` are the intents taken up when they come with
    another in one utterance; ``contradicts`` those beside which a yes is none, by the action it would take.
    """

    slots: dict[str, SlotModel] = {}
    most_digressions: int = Field(default=6, ge=1)
    most_visits: int = Field(default=6, ge=1)
    digressed: str  # the step for a call that turns round one question: it asks nothing
    together: list[str] = []
    contradicts: dict[Literal["confirm_identity", "record_promise"], list[str]] = {}
    closing: list[str] = []  # said at the end of every call, last
    wind_up: str  # the end step for a call that must stop now
    hand_over: str  # the end step after which a person takes the call over
    fault: str  # the prompt said when the bot itself fails
    stop_words: list[Move] = []
    anywhere: list[Move] = []
    steps: dict[str, Step] = {}


class FlowFile(_Strict):
    """One flow: its own steps, the shared ``parts`` it is built of, and what is common to all.

    A flow with ``debt: false`` never speaks of the debt, not even to the right party.
    """

    include: str = "common"
    parts: list[str] = []
    debt: bool = True
    start: str
    disclosures: list[str] = Field(min_length=1)
    slots: dict[str, SlotModel] = {}
    steps: dict[str, Step]
