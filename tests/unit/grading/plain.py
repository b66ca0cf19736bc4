"""Conditions and grades worked out in plain Python, apart from the product's own parser and from ibis."""

from __future__ import annotations

import ast
import operator
from collections.abc import Callable, Mapping
from fractions import Fraction
from typing import Any

from campaigns.grading.result import GradeResult
from campaigns.grading.rules import GRADES, Grade, GradingRules, WeakRule

Row = Mapping[str, int | str | None]

_COMPARE: dict[type[ast.cmpop], Callable[[Any, Any], bool]] = {
    ast.Lt: operator.lt,
    ast.LtE: operator.le,
    ast.Gt: operator.gt,
    ast.GtE: operator.ge,
    ast.Eq: operator.eq,
    ast.NotEq: operator.ne,
    ast.In: lambda item, options: item in options,
    ast.NotIn: lambda item, options: item not in options,
}
_COMPUTE: dict[type[ast.operator], Callable[[Any, Any], Any]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.FloorDiv: lambda left, right: left // right if right else None,
}


def fires(text: str, row: Row) -> bool:
    """Whether the condition ``text`` holds for ``row``; unknown is no."""
    return _evaluate(ast.parse(text, mode="eval").body, row) is True


def _evaluate(node: ast.expr, row: Row) -> Any:
    match node:
        case ast.BoolOp(op=op, values=values):
            found = [_evaluate(value, row) for value in values]
            decisive = isinstance(op, ast.Or)
            if decisive in found:
                return decisive
            return None if None in found else not decisive
        case ast.UnaryOp(op=ast.Not(), operand=operand):
            found = _evaluate(operand, row)
            return None if found is None else not found
        case ast.Compare(left=left, ops=ops, comparators=comparators):
            terms = [_evaluate(term, row) for term in (left, *comparators)]
            answers = [
                None if a is None or b is None else _COMPARE[type(op)](a, b)
                for op, a, b in zip(ops, terms, terms[1:], strict=False)
            ]
            if False in answers:
                return False
            return None if None in answers else True
        case ast.BinOp(op=op, left=left, right=right):
            a, b = _evaluate(left, row), _evaluate(right, row)
            return None if a is None or b is None else _COMPUTE[type(op)](a, b)
        case ast.UnaryOp(op=ast.USub(), operand=operand):
            found = _evaluate(operand, row)
            return None if found is None else -found
        case ast.List(elts=elements):
            return [_evaluate(element, row) for element in elements]
        case ast.Name(id=name):
            return row[name]
        case ast.Constant(value=value):
            return value
    raise AssertionError(ast.dump(node))


def grade(row: Row, rules: GradingRules) -> GradeResult:
    """The grade of one customer."""
    points = 0
    strong = [rule for rule in rules.strong if fires(rule.when, row)]
    reasons = [f"{rule.id}={rule.grade}" if rule.grade else f"{rule.id}>={rule.at_least}" for rule in strong]
    contributions = [(rule.id, _left(rule, row)) for rule in rules.weak if fires(rule.when, row)]
    for part in rules.scorecard:
        value = row[part.of]
        assert not isinstance(value, str)
        given = part.missing
        for each in part.bins:
            if (
                value is not None
                and (each.start is None or each.start <= value)
                and (each.end is None or value <= each.end)
            ):
                given = each.points
        contributions.append((part.id, given))
    for rule_id, given in contributions:
        points += given
        if given:
            reasons.append(f"{rule_id}{given:+d}")
    customer_id = row["customer_id"]
    assert isinstance(customer_id, int)
    letter = _letter(points, [(rule.grade, rule.at_least, rule.final) for rule in strong], rules)
    return GradeResult(customer_id, letter, points, tuple(reasons))


def _left(rule: WeakRule, row: Row) -> int:
    """The points of a hit after it has faded."""
    if rule.fades is None:
        return rule.points
    age, over = row[rule.fades.by], rule.fades.over
    if age is None:
        return 0
    assert isinstance(age, int)
    return int(Fraction(rule.points * (over - min(max(age, 0), over)), over))


def _letter(points: int, hits: list[tuple[Grade | None, Grade | None, bool]], rules: GradingRules) -> Grade:
    for grade, _, final in hits:
        if final and grade:
            return grade
    cutoffs = rules.cutoffs
    limits: list[tuple[int, Grade]] = [(cutoffs.A, "A"), (cutoffs.B, "B"), (cutoffs.C, "C")]
    by_points: Grade = next((letter for limit, letter in limits if points <= limit), "D")
    letter = max((grade for grade, _, _ in hits if grade), default=by_points, key=GRADES.index)
    return max(letter, *(floor for _, floor, _ in hits if floor), letter, key=GRADES.index)
