"""What happens between an event and the next question."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from bot.dialogue.lint.events import Placed
from bot.dialogue.lint.knowledge import Names, bounded_in
from bot.dialogue.lint.state import Node, State

Loop = tuple[bool, Names, Names]

_BOUNDED = frozenset({"silences", "unclears"})
"""Counters of the engine's own, which every flow leads out of."""


@dataclass(frozen=True, slots=True)
class Trail:
    """The moves taken, what was said, and the steps passed through.

    ``bounded``: the customer can make the call take it a limited number of times only. ``counts`` are the
    counters it raises, ``guarded`` those that must be below a limit for it.
    """

    moves: tuple[Placed, ...] = ()
    said: tuple[str, ...] = ()
    through: tuple[str, ...] = ()
    bounded: bool = False
    counts: Names = frozenset()
    guarded: Names = frozenset()

    @property
    def loop(self) -> Loop:
        """All that tells whether it can be gone for ever."""
        return self.bounded, self.counts, self.guarded

    def then(self, other: Trail) -> Trail:
        """One after the other."""
        return Trail(
            self.moves + other.moves,
            self.said + other.said,
            self.through + other.through,
            self.bounded or other.bounded,
            self.counts | other.counts,
            self.guarded | other.guarded,
        )

    def taking(self, placed: Placed, state: State) -> Trail:
        """With a move whose guard has passed in ``state``."""
        bounds = bounded_in(state.known)
        # A wait is over with the silence that ends it, and has to be asked for again.
        bounded = self.bounded or not _BOUNDED.isdisjoint(bounds) or bool(state.knows("waiting"))
        counts = self.counts
        if placed.move.count is not None:
            counter = f"counts.{placed.move.count}"
            bounded = bounded or counter in bounds
            counts = counts | {counter}
        moves = (*self.moves, placed)
        return Trail(moves, self.said, self.through, bounded, counts, self.guarded | bounds)

    def saying(self, names: Sequence[str]) -> Trail:
        if not names:
            return self
        return Trail(self.moves, (*self.said, *names), self.through, *self.loop)

    def passing(self, step: str) -> Trail:
        return Trail(self.moves, self.said, (*self.through, step), *self.loop)

    def limited(self) -> Trail:
        return Trail(self.moves, self.said, self.through, True, self.counts, self.guarded)


@dataclass(frozen=True, slots=True, eq=False)
class Way:
    """A trail to its end. ``target`` is None where it leaves a detour, to wherever that was entered from."""

    target: Node | None
    trail: Trail


def distinct(ways: Iterable[Way]) -> tuple[Way, ...]:
    """One for each target and number of times it can be gone: one way there shows enough."""
    found: dict[tuple[Node | None, Loop], Way] = {}
    for way in ways:
        found.setdefault((way.target, way.trail.loop), way)
    return tuple(found.values())
