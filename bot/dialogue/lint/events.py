"""What can happen while a step waits, and which moves answer it, in the order they are tried."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from bot.dialogue.flow import Flow
from bot.dialogue.lint.vocabulary import Vocabulary
from bot.dialogue.model import ANY, RETURN, SILENCE, STAY, UNCLEAR, Move, Step
from bot.nlu.interpreter import OUT_OF_SCOPE


@dataclass(frozen=True, slots=True, eq=False)
class Placed:
    """A move and where it stands. Equal only to itself: two moves of the same words are two moves."""

    move: Move
    section: str  # steps, anywhere or stop_words
    index: int
    step: str = ""


@dataclass(frozen=True, slots=True, eq=False)
class Event:
    """One kind of thing heard, or several that meet the same moves.

    ``kind`` is intent, stop_word, silence or unclear. ``intent`` is known only where it is the one.
    """

    kind: str
    names: tuple[str, ...]
    moves: tuple[Placed, ...]
    intent: str | None = None

    @property
    def label(self) -> str:
        return "|".join(self.names)

    @property
    def is_understood(self) -> bool:
        return self.kind in ("intent", "stop_word")


class Events:
    """The events of every step of one flow."""

    def __init__(self, flow: Flow, vocabulary: Vocabulary) -> None:
        self._vocabulary = vocabulary
        self.own = {
            name: tuple(Placed(move, "steps", i, name) for i, move in enumerate(step.moves))
            for name, step in flow.steps.items()
        }
        self.anywhere = tuple(Placed(move, "anywhere", i) for i, move in enumerate(flow.anywhere))
        self.stop_words = tuple(Placed(move, "stop_words", i) for i, move in enumerate(flow.stop_words))
        self._of = {name: tuple(self._all(name, step)) for name, step in flow.steps.items() if step.ask}
        self._both = {name: tuple(self._together(name, flow)) for name in self._of}

    def of(self, step: str) -> tuple[Event, ...]:
        """Everything that can happen at a step that asks."""
        return self._of[step]

    def both(self, step: str) -> tuple[Event, ...]:
        """The answer that confirms identity, each with what leads away and is taken up beside it."""
        return self._both[step]

    def unclear(self, step: Step, name: str) -> Event:
        """What follows when nothing else answers."""
        return Event(UNCLEAR, (UNCLEAR,), self._waiting(self._here(step, name), UNCLEAR))

    def placed(self) -> Iterator[Placed]:
        """Every move of the flow."""
        for moves in self.own.values():
            yield from moves
        yield from self.anywhere
        yield from self.stop_words

    def _together(self, step: str, flow: Flow) -> Iterator[Event]:
        for placed in self.own[step]:
            if "confirm_identity" not in placed.move.do:
                continue
            for away in (*self.anywhere, *self.stop_words):
                if away.move.to not in (RETURN, STAY) and flow.together.intersection(away.move.intents):
                    yield Event("intent", (*placed.move.intents, *away.move.intents), (placed, away))

    def _here(self, step: Step, name: str) -> tuple[Placed, ...]:
        return self.own[name] if step.holds else (*self.own[name], *self.anywhere, *self.stop_words)

    def _all(self, name: str, step: Step) -> Iterator[Event]:
        here = self._here(step, name)
        for rule in self._vocabulary.stop_words:
            moves = tuple(
                p for p in (self.own[name] if step.holds else self.stop_words) if rule in p.move.stop_words
            )
            if moves:
                yield Event("stop_word", (rule,), moves)
        groups: dict[tuple[Placed, ...], list[str]] = {}
        for intent in self._vocabulary.intents:
            moves = self._answers(here, intent)
            if any("intent" in (p.move.when.names if p.move.when else ()) for p in moves):
                yield Event("intent", (intent,), moves, intent)
            else:
                groups.setdefault(moves, []).append(intent)
        for moves, intents in groups.items():
            yield Event("intent", tuple(intents), moves, intents[0] if len(intents) == 1 else None)
        yield Event("intent", (OUT_OF_SCOPE,), self._waiting(here, ANY), OUT_OF_SCOPE)
        yield Event(SILENCE, (SILENCE,), self._waiting(here, SILENCE))
        yield self.unclear(step, name)

    def _answers(self, here: tuple[Placed, ...], intent: str) -> tuple[Placed, ...]:
        """The moves for an intent, then those for the wider ones it is a case of."""
        found = list(self._waiting(here, intent, ANY))
        for wider in self._vocabulary.wider.get(intent, ()):
            if wider != OUT_OF_SCOPE:
                found += [p for p in self._waiting(here, wider, ANY) if p not in found]
        return tuple(found)

    @staticmethod
    def _waiting(here: tuple[Placed, ...], *events: str) -> tuple[Placed, ...]:
        return tuple(p for p in here if any(event in p.move.intents for event in events))
