"""Whether a move answers: what must be heard for it, and its guard."""

from __future__ import annotations

from collections.abc import Iterator

from bot.dialogue.lint.events import Placed
from bot.dialogue.lint.reading import Reader
from bot.dialogue.lint.state import State
from bot.dialogue.model import ANY, Move

Verdict = tuple[bool, State]


def verdicts(placed: Placed, state: State, reader: Reader) -> Iterator[Verdict]:
    """Every way in which the move is taken, or left to those after it, with what is known then."""
    move = placed.move
    for heard, then in _hears(move, state):
        if not heard:
            yield False, then
            continue
        if move.binds and ANY not in move.intents:
            yield False, then  # not said surely enough
        if move.when is None:
            yield True, then
        else:
            yield from reader.truths(move.when, then, placed)


def _hears(move: Move, state: State) -> Iterator[Verdict]:
    """Whether one of the move's entities was heard."""
    if not move.entities:
        yield True, state
        return
    absent = state
    for kind in move.entities:
        known = absent.knows(f"heard.{kind}")
        if known is not False:
            yield True, absent.learn(f"heard.{kind}", True)
        if known is True:
            return
        absent = absent.learn(f"heard.{kind}", False)
    yield False, absent
