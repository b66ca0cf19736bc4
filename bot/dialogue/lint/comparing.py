"""Comparisons of abstract values: exact where the values decide it, else both ways."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from jinja2 import nodes

from bot.dialogue.lint.state import State
from bot.dialogue.lint.values import Literal, Value, is_nothing
from bot.dialogue.lint.wording import wording

Values = Callable[[nodes.Node, State], Iterator[tuple[Value, State]]]
Report = Callable[[str], None]
Truth = tuple[bool, State]

_ORDER = frozenset({"lt", "gt", "lteq", "gteq"})


def compared(node: nodes.Compare, state: State, values: Values, report: Report) -> Iterator[Truth]:
    """A chain is the conjunction of its pairs.

    ``values`` evaluates an operand; ``report`` is told of one that may be None where it must not.
    """
    operands = [node.expr, *(operand.expr for operand in node.ops)]
    states = [state]
    for left, operand, right in zip(operands, node.ops, operands[1:], strict=False):
        still: list[State] = []
        for before in states:
            for truth, then in _pair(left, operand.op, right, before, values, report):
                if truth:
                    still.append(then)
                else:
                    yield False, then
        states = still
    for then in states:
        yield True, then


def _pair(
    left: nodes.Node, op: str, right: nodes.Node, state: State, values: Values, report: Report
) -> Iterator[Truth]:
    if op in ("in", "notin"):
        for truth, then in _contained(left, right, state, values):
            yield truth is (op == "in"), then
        return
    for a, then in values(left, state):
        for b, after in values(right, then):
            if op in _ORDER and (is_nothing(a) or is_nothing(b)):
                report(wording(left if is_nothing(a) else right))
                continue
            exact = _exactly(a, op, b)
            texts = wording(left, after.alias), wording(right, after.alias)
            if exact is None and texts[0] == texts[1]:
                exact = op in ("eq", "lteq", "gteq")
            if exact is not None:
                yield exact, after
            else:
                yield from after.either(f"{texts[0]} {op} {texts[1]}")


def _contained(left: nodes.Node, right: nodes.Node, state: State, values: Values) -> Iterator[Truth]:
    items = right.items if isinstance(right, nodes.List | nodes.Tuple) else None
    for value, then in values(left, state):
        if items is None:
            yield from then.either(f"{wording(left)} in {wording(right)}")
            continue
        for others, after in _all(items, then, values):
            verdicts = [_exactly(value, "eq", other) for other in others]
            if True in verdicts:
                yield True, after
            elif None not in verdicts:
                yield False, after
            else:
                yield from after.either(f"{wording(left)} in {wording(right)}")


def _all(items: Sequence[nodes.Expr], state: State, values: Values) -> Iterator[tuple[list[Value], State]]:
    if not items:
        yield [], state
        return
    for value, then in values(items[0], state):
        for others, after in _all(items[1:], then, values):
            yield [value, *others], after


def _exactly(a: Value, op: str, b: Value) -> bool | None:
    """None where the values do not decide it."""
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
