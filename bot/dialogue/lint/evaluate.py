"""Evaluating an expression over abstract values: every outcome it can have, and what each teaches."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import is_dataclass
from functools import lru_cache
from typing import get_type_hints

from jinja2 import Environment, nodes

from bot.dialogue.brief import Brief
from bot.dialogue.heard import Heard
from bot.dialogue.lint.state import State
from bot.dialogue.lint.values import NOTHING, SOMETHING, Literal, Nothing, Open, Value, is_nothing, literal
from bot.dialogue.lint.wording import wording
from bot.errors import FlowError

Outcome = tuple[Value, State]
Report = Callable[[str], None]

_TIED = {"relief_total": "offer"}
"""Facts that are None exactly when another is."""

_OBJECTS = frozenset({"today", "now", "debt", "party", "heard", "counts", "institution", "hotline"})
"""Names that always hold something."""

_ORDER = frozenset({"lt", "gt", "lteq", "gteq"})
_ENVIRONMENT = Environment(autoescape=True)


@lru_cache(maxsize=4096)
def parsed(source: str) -> nodes.Node:
    """The tree of an expression."""
    output = _ENVIRONMENT.parse("{{ (" + source + ") }}").find(nodes.Output)
    if output is None:
        raise FlowError(f"{source!r} is no expression")
    return output.nodes[0]


class Evaluator:
    """Evaluates in the states of one flow. ``report`` is told the name of what may be None where it must not.

    A state in which the expression would fail has no outcome beyond the report.
    """

    def __init__(self, slots: Iterable[str], report: Report) -> None:
        self._slots, self._report = frozenset(slots), report

    def truths(self, node: nodes.Node, state: State) -> Iterator[tuple[bool, State]]:
        """Whether it can be true, and false, each with what is known then."""
        for value, then in self.values(node, state):
            yield from self._truth(value, then)

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
                    for truth, after in self._truth(value, then):
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
                yield from self._compare(node, state)
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
        elif (fact := _TIED.get(name, name)) in optional_facts():
            for there, then in self._either(fact, state):
                yield (SOMETHING if there else NOTHING), then
        elif name in _OBJECTS:
            yield SOMETHING, state
        else:
            yield Open(name), state

    def _attribute(self, node: nodes.Getattr, state: State) -> Iterator[Outcome]:
        text = wording(node)
        base = node.node.name if isinstance(node.node, nodes.Name) else ""
        if base == "heard":
            truthy = _hints(Heard).get(node.attr) is bool
            for there, then in self._either(text, state):
                yield (Literal(there) if truthy else SOMETHING if there else NOTHING), then
            return
        for value, then in self.values(node.node, state):
            if is_nothing(value):
                self._report(wording(node.node))
            elif _is_optional(base, node.attr):
                for there, after in self._either(text, then):
                    yield (SOMETHING if there else NOTHING), after
            else:
                yield Open(text), then

    def _compare(self, node: nodes.Compare, state: State) -> Iterator[Outcome]:
        """A chain is the conjunction of its pairs; a pair is exact where its values are."""
        operands = [node.expr, *(operand.expr for operand in node.ops)]
        pairs = list(zip(operands, node.ops, operands[1:], strict=False))
        states = [state]
        for left, compared, right in pairs:
            still: list[State] = []
            for before in states:
                for truth, then in self._pair(left, compared.op, right, before):
                    if truth:
                        still.append(then)
                    else:
                        yield Literal(False), then
            states = still
        for then in states:
            yield Literal(True), then

    def _pair(
        self, left: nodes.Node, op: str, right: nodes.Node, state: State
    ) -> Iterator[tuple[bool, State]]:
        if op in ("in", "notin"):
            for truth, then in self._contained(left, right, state):
                yield truth is (op == "in"), then
            return
        for a, then in self.values(left, state):
            for b, after in self.values(right, then):
                if op in _ORDER and (is_nothing(a) or is_nothing(b)):
                    self._report(wording(left if is_nothing(a) else right))
                    continue
                exact = _exactly(a, op, b)
                texts = wording(left, after.alias), wording(right, after.alias)
                if exact is None and texts[0] == texts[1]:
                    exact = op in ("eq", "lteq", "gteq")
                if exact is not None:
                    yield exact, after
                else:
                    yield from self._either(f"{texts[0]} {op} {texts[1]}", after)

    def _contained(self, left: nodes.Node, right: nodes.Node, state: State) -> Iterator[tuple[bool, State]]:
        items = right.items if isinstance(right, nodes.List | nodes.Tuple) else None
        for value, then in self.values(left, state):
            if items is None:
                yield from self._either(f"{wording(left)} in {wording(right)}", then)
                continue
            for others, after in self._all(items, then):
                verdicts = [_exactly(value, "eq", other) for other in others]
                if True in verdicts:
                    yield True, after
                elif None not in verdicts:
                    yield False, after
                else:
                    yield from self._either(f"{wording(left)} in {wording(right)}", after)

    def _all(self, items: list[nodes.Expr], state: State) -> Iterator[tuple[list[Value], State]]:
        if not items:
            yield [], state
            return
        for value, then in self.values(items[0], state):
            for others, after in self._all(items[1:], then):
                yield [value, *others], after

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

    def _truth(self, value: Value, state: State) -> Iterator[tuple[bool, State]]:
        match value:
            case Nothing():
                yield False, state
            case Literal(known):
                yield bool(known), state
            case Open(text):
                yield from self._either(text, state)
            case _:
                yield True, state

    @staticmethod
    def _either(condition: str, state: State) -> Iterator[tuple[bool, State]]:
        known = state.knows(condition)
        for truth in (True, False) if known is None else (known,):
            yield truth, state if known is not None else state.learn(condition, truth)


def _exactly(a: Value, op: str, b: Value) -> bool | None:
    """The comparison where both values decide it; None where they do not."""
    if isinstance(a, Literal) and isinstance(b, Literal):
        if op in _ORDER:
            return _ordered(a.value, op, b.value)
        return (a.value == b.value) is (op == "eq")
    if op in ("eq", "ne") and (is_nothing(a) or is_nothing(b)):
        return (is_nothing(a) and is_nothing(b)) is (op == "eq")
    return None


def _ordered(a: object, op: str, b: object) -> bool | None:
    if not isinstance(a, int | float) or not isinstance(b, int | float):
        return None
    below, above = op.startswith("lt"), op.startswith("gt")
    return a < b if below and a != b else a > b if above and a != b else op.endswith("eq")


@lru_cache(maxsize=64)
def _hints(kind: type) -> dict[str, object]:
    return get_type_hints(kind)


@lru_cache(maxsize=1)
def optional_facts() -> frozenset[str]:
    """The facts of a brief that not every call has, by its own annotations."""
    return frozenset(name for name, hint in _hints(Brief).items() if _may_be_none(hint))


def _is_optional(base: str, attribute: str) -> bool:
    """Whether an attribute of a fact may be None, by the annotations of the brief."""
    hint = _hints(Brief).get(base)
    kinds = [kind for kind in (getattr(hint, "__args__", None) or (hint,)) if is_dataclass(kind)]
    return any(_may_be_none(_hints(kind).get(attribute)) for kind in kinds if isinstance(kind, type))


def _may_be_none(hint: object) -> bool:
    return type(None) in getattr(hint, "__args__", ())
