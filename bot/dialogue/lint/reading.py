"""Reading facts in a state: guards and what slots are set to, each evaluated once for all that it sees."""

from __future__ import annotations

from collections.abc import Iterator

from bot.dialogue.context import DEBT_NAMES
from bot.dialogue.expression import Expression
from bot.dialogue.flow import Flow
from bot.dialogue.lint.evaluate import Evaluator
from bot.dialogue.lint.events import Placed
from bot.dialogue.lint.knowledge import Known
from bot.dialogue.lint.state import State
from bot.dialogue.lint.trees import parsed, reads_of_expression
from bot.dialogue.lint.values import Value
from bot.dialogue.lint.views import View, seen, view_of
from bot.dialogue.lint.witness import Witness
from bot.dialogue.prompts import ACCOUNT, PUBLIC

_Key = tuple[Placed, str, View]


class Reader:
    """Evaluates expressions of one flow, and tells of what is read that is not known or may be None."""

    def __init__(self, flow: Flow, witness: Witness) -> None:
        self._slots = frozenset(flow.slots)
        revealing = {name for name, slot in flow.slots.items() if slot.reveals}
        self._private = DEBT_NAMES | (ACCOUNT - PUBLIC) | revealing
        self._witness = witness
        self._truths: dict[_Key, tuple[tuple[bool, Known], ...]] = {}
        self._values: dict[_Key, tuple[tuple[Value, Known], ...]] = {}

    def truths(self, guard: Expression, state: State, placed: Placed) -> Iterator[tuple[bool, State]]:
        """Whether the guard of a move can hold, and not, each with what is known then."""
        if not self._readable(guard, state, placed):
            return
        key = placed, guard.source, view_of(state, reads_of_expression(guard.source))
        if key not in self._truths:
            found = self._evaluator(state, placed).truths(parsed(guard.source), seen(key[2]))
            self._truths[key] = tuple((truth, then.known) for truth, then in found)
        for truth, known in self._truths[key]:
            yield truth, state.knowing(state.known | known)

    def values(self, value: Expression, state: State, placed: Placed) -> Iterator[tuple[Value, State]]:
        """All values that a slot may be given, each with what is known then."""
        if not self._readable(value, state, placed):
            return
        key = placed, value.source, view_of(state, reads_of_expression(value.source))
        if key not in self._values:
            found = self._evaluator(state, placed).values(parsed(value.source), seen(key[2]))
            self._values[key] = tuple((outcome, then.known) for outcome, then in found)
        for outcome, known in self._values[key]:
            yield outcome, state.knowing(state.known | known)

    def _readable(self, expression: Expression, state: State, placed: Placed) -> bool:
        if state.node.confirmed or self._private.isdisjoint(expression.names):
            return True
        for name in sorted(expression.names & self._private):
            self._witness.tell("unknown", state.node.step, name, placed=placed)
        return False

    def _evaluator(self, state: State, placed: Placed) -> Evaluator:
        step = state.node.step
        return Evaluator(self._slots, lambda name: self._witness.tell("unset", step, name, placed=placed))
