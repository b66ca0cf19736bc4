"""The interpreter port: text heard in, an understanding out."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Protocol, runtime_checkable

OUT_OF_SCOPE = "out_of_scope"
"""The intent of an utterance that fits none, or fits none well enough: the bot asks, it does not guess."""

EntityValue = date | datetime | time | int | str


@dataclass(frozen=True, slots=True)
class Entity:
    """Something named in the utterance.

    ``kind`` and its value: ``date`` a date, ``datetime`` an aware datetime, ``amount`` minor units, ``share``
    hundredths of the amount due (50 for half), ``keyword_amount`` one of ``full``, ``minimum``, ``digits`` a
    string of digits, ``vague_date`` one of ``payday``, ``holiday``, ``some_days`` (过几天): a day
    that has to be asked for.
    """

    kind: str
    value: EntityValue
    text: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Understanding:
    """What one utterance is taken to mean.

    ``ranking`` holds (intent, probability) pairs, best first, after re-weighting by what the state expects;
    ``intent`` is the best, or ``out_of_scope`` below the threshold. ``stop_words`` are ids of stop-word rules
    hit, gravest first: they act whatever the intent is.

    Some intents are narrower cases of another (``falls_back_to`` in ``understanding.yml``), so that a flow
    need not know them all:

    - Where the state waits for the wider one and not for the narrower, ``intent`` is the wider one, and
      ``narrower`` says what it was more exactly. A step that wants ``will_pay_unspecified`` by itself
      lists it next to ``promise_pay``; one that lists only ``promise_pay`` gets that.
    - Otherwise ``intent`` is the narrower one, and ``broader`` holds the wider ones, nearest first: a policy
      that has no move for ``intent`` tries these before it takes the utterance for not understood.

    ``also`` holds further intents said in the same breath, in the order they were said, without ``intent``
    itself: "我就是,不过我现在在开车,明天下午再打吧" is ``confirm_identity`` and ``driving``. Which of the
    two is ``intent`` is no matter of order: a policy looks at both. Empty for most utterances.

    ``stand_in`` names the model that answered because the one that is set did not; None when all was well.
    """

    text: str
    intent: str
    confidence: float
    ranking: tuple[tuple[str, float], ...] = ()
    entities: tuple[Entity, ...] = ()
    stop_words: tuple[str, ...] = ()
    also: tuple[str, ...] = ()
    broader: tuple[str, ...] = ()
    narrower: str | None = None
    stand_in: str | None = None

    def entity(self, *kinds: str) -> Entity | None:
        """The first entity of one of these kinds, in the order of the utterance."""
        return next((entity for entity in self.entities if entity.kind in kinds), None)


class Interpreter(Protocol):
    """Understands one utterance. Implementations are safe to share between conversations."""

    def parse(self, text: str, *, now: datetime, expected: Collection[str] = ()) -> Understanding:
        """Parse ``text``; ``now`` (aware) anchors dates, ``expected`` are the intents the state waits for."""
        ...


@runtime_checkable
class AsksAhead(Protocol):
    """An interpreter that has to ask a server, and never lets ``parse`` wait for it.

    A call tells it beforehand what will be parsed. What has not been answered by then is understood by a
    model that stands in.
    """

    async def prepare(self, texts: Sequence[str]) -> None:
        """Ask about ``texts``, for so long as a caller may be kept waiting. Never raises."""
        ...
