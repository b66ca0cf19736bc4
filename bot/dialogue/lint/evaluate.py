"""Evaluating an expression over abstract values: every outcome it can have, and what each teaches."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

from jinja2 import nodes

from bot.dialogue.lint.comparing import compared
from bot.dialogue.lint.facts import OBJECTS, TIED, is_yes_or_no, may_lack, optional_facts
from bot.dialogue.lint.state import State
from bot.dialogue.lint.values import NOTHING, SOMETHING, Literal, Nothing, Open, Value, is_nothing, literal
from bot.dialogue.lint.wording import wording

Outcome = tuple[Value, State]
Report = Callable[[str], None]


class Evaluator:
    """Evaluates in the states of one flow. ``report`` is told the name of what may be None where it must not.

    A state in which the expression would fail has no outcome beyond the report.
    """

    def __init__(self, slots: Iterable[str], report: Report) -> None:
        self._slots, self._report = frozenset(slots), report

    def truths(self, node: nodes.Node, state: State) -> Iterator[tuple[bool, State]]:
        """Whether it can be true, and false, each with what is known then."""
        for value, then in self.values(node, state):
            yield from _truth(value, then)

    def values(self, node: nodes.Node, state: State) -> Iterator[Outcome]:
        """All values it can have."""
        match node:
            case nodes.Const():
                yield literal(node.value), state
            case nodes.Name():
                yield from self._name(node.name, state)
            case nodes.Getattr():
                yield from self._attribute(node, state)
            case nodes.Not():
                for truth, then in self.truths(node.node, state):
                    yield Literal(not truth), then
            case nodes.And() | nodes.Or():
                wanted = isinstance(node, nodes.And)
                for value, then in self.values(node.left, state):
                    for truth, after in _truth(value, then):
                        if truth is wanted:
                            yield from self.values(node.right, after)
                        else:
                            yield value, after
            case nodes.CondExpr():
                for truth, then in self.truths(node.test, state):
                    branch = node.expr1 if truth else node.expr2
                    if branch is None:
                        yield NOTHING, then
                    else:
                        yield from self.values(branch, then)
            case nodes.Compare():
                for truth, then in compared(node, state, self.values, self._report):
                    yield Literal(truth), then
            case nodes.Test() if node.name == "none":
                for value, then in self.values(node.node, state):
                    yield Literal(is_nothing(value)), then
            case nodes.Filter() if node.name in ("default", "d"):
                yield SOMETHING, state
            case nodes.Filter() | nodes.BinExpr() | nodes.UnaryExpr() | nodes.Getitem() | nodes.Call():
                yield from self._demand(node, list(node.iter_child_nodes()), state)
            case _:
                yield SOMETHING, state

    def _name(self, name: str, state: State) -> Iterator[Outcome]:
        if name in self._slots:
            yield state.slot(name), state
        elif name == "identity_confirmed":
            yield Literal(state.node.confirmed), state
        elif name == "intent":
            yield (Open("intent") if state.intent is None else Literal(state.intent)), state
        elif (fact := TIED.get(name, name)) in optional_facts():
            for there, then in state.either(fact):
                yield (SOMETHING if there else NOTHING), then
        elif name in OBJECTS:
            yield SOMETHING, state
        else:
            yield Open(name), state

    def _attribute(self, node: nodes.Getattr, state: State) -> Iterator[Outcome]:
        text = wording(node)
        base = node.node.name if isinstance(node.node, nodes.Name) else ""
        if base == "heard":
            for there, then in state.either(text):
                known = Literal(there) if is_yes_or_no(node.attr) else SOMETHING if there else NOTHING
                yield known, then
            return
        for value, then in self.values(node.node, state):
            if is_nothing(value):
                self._report(wording(node.node))
            elif may_lack(base, node.attr):
                for there, after in then.either(text):
                    yield (SOMETHING if there else NOTHING), after
            else:
                yield Open(text), then

    def _demand(self, node: nodes.Node, parts: list[nodes.Node], state: State) -> Iterator[Outcome]:
        """An operation none of whose parts may be None."""
        if not parts:
            yield Open(wording(node)), state
            return
        for value, then in self.values(parts[0], state):
            if is_nothing(value) and not isinstance(parts[0], nodes.Const):
                self._report(wording(parts[0]))
            else:
                yield from self._demand(node, parts[1:], then)


def _truth(value: Value, state: State) -> Iterator[tuple[bool, State]]:
    match value:
        case Nothing():
            yield False, state
        case Literal(known):
            yield bool(known), state
        case Open(text):
            yield from state.either(text)
        case _:
            yield True, state
