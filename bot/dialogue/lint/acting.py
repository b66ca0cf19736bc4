"""What a move does once it is taken: slots, counters, identity and promises."""

from __future__ import annotations

from collections.abc import Iterator

from bot.dialogue.lint.events import Placed
from bot.dialogue.lint.ground import Ground
from bot.dialogue.lint.reading import Reader
from bot.dialogue.lint.state import State
from bot.dialogue.lint.trail import Trail
from bot.dialogue.lint.trees import parsed
from bot.dialogue.lint.values import Value
from bot.dialogue.lint.wording import wording


class Actor:
    """Acts in the states of one flow."""

    def __init__(self, ground: Ground, reader: Reader) -> None:
        self._flow, self._taken, self._witness = ground.flow, ground.graph.taken, ground.witness
        self._reader = reader
        self._equal: dict[Placed, dict[str, str]] = {}

    def act(self, placed: Placed, state: State, trail: Trail) -> Iterator[tuple[State, Trail]]:
        """Every state that the move can lead to, before anything is said."""
        move = placed.move
        self._taken.add(placed)
        trail = trail.taking(placed, state)
        for then in self._set(placed, state):
            if move.count is not None:
                then = then.forget(f"counts.{move.count}")
            if "confirm_identity" in move.do:
                then = then.confirmed()
            if "record_promise" in move.do:
                self._check_promise(placed, state, then)
            yield then, trail

    def _set(self, placed: Placed, state: State) -> Iterator[State]:
        if not placed.move.set:
            yield state
            return
        options: list[tuple[dict[str, Value], State]] = [({}, state)]
        for name, expression in placed.move.set.items():
            options = [
                ({**values, name: value}, after)
                for values, before in options
                for value, after in self._reader.values(expression, before, placed)
            ]
        for values, then in options:
            yield then.with_slots(values, self._aliases(placed))

    def _aliases(self, placed: Placed) -> dict[str, str]:
        """The slots that are set to what has a name of its own."""
        if placed not in self._equal:
            texts = {name: wording(parsed(value.source)) for name, value in placed.move.set.items()}
            self._equal[placed] = {k: v for k, v in texts.items() if v.replace(".", "").isidentifier()}
        return self._equal[placed]

    def _check_promise(self, placed: Placed, before: State, after: State) -> None:
        for wrong, is_so in (
            ("before identity", not after.node.confirmed),
            ("changes what was read back", before.node.slots != after.node.slots),
            ("outside of a step that reads_back", not self._flow.steps[placed.step].reads_back),
        ):
            if is_so:
                self._witness.tell("promise", placed.step, wrong, placed=placed)
