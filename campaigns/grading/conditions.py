"""Conditions of grading rules: short Python-like expressions, parsed by a whitelist.

``days_past_due >= 30 and not 0 <= utilisation < 50``, ``product in ['card', 'cash_loan']``,
``balance * 100 // credit_limit > 80``. Allowed are features, whole numbers, texts, ``+ - * //``, comparisons
(chained: between), ``in`` and ``not in`` a list, ``and``, ``or``, ``not`` and brackets; nothing else.

An unknown: a comparison with one is neither true nor false, ``and``, ``or`` and ``not`` treat it as SQL does,
and a condition that ends unknown counts as **false**. So ``not days_past_due > 30`` does not fire for a
customer without that fact either.

Integers stay exact on every engine: features are taken to lie within ``FEATURE_BOUND``, and a condition whose
arithmetic could leave the range in which a double counts every integer (2**53) is refused.
"""

from __future__ import annotations

import ast
from collections.abc import Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from itertools import pairwise
from typing import Final
from typing import Literal as OneOf

from campaigns.grading.features import Kind
from campaigns.grading.nodes import (
    Arithmetic,
    Comparison,
    FeatureRef,
    Junction,
    Literal,
    Membership,
    Negation,
    Truth,
    Value,
)

FEATURE_BOUND: Final = 10**13  # in minor units: a hundred thousand million yuan
EXACT_BOUND: Final = 2**53
MAX_LENGTH: Final = 500
MAX_DEPTH: Final = 24
TOO_DEEP: Final = "nested too deeply; make it several rules"

_ARITHMETIC: Final[Mapping[type[ast.operator], OneOf["+", "-", "*", "//"]]] = {
    ast.Add: "+",
    ast.Sub: "-",
    ast.Mult: "*",
    ast.FloorDiv: "//",
}
_COMPARISONS: Final[Mapping[type[ast.cmpop], OneOf["<", "<=", ">", ">=", "==", "!="]]] = {
    ast.Lt: "<",
    ast.LtE: "<=",
    ast.Gt: ">",
    ast.GtE: ">=",
    ast.Eq: "==",
    ast.NotEq: "!=",
}


class ConditionError(ValueError):
    """The condition cannot be understood, or would not mean the same everywhere."""


@dataclass(frozen=True, slots=True)
class Condition:
    """A condition that was checked, and the features that it names."""

    tree: Truth
    features: frozenset[str]


def parse_condition(text: str, features: Mapping[str, Kind]) -> Condition:
    """Read ``text``, which may name ``features``. Raises ConditionError."""
    if len(text) > MAX_LENGTH:
        raise ConditionError(f"longer than {MAX_LENGTH} characters; make it several rules")
    parser = _Parser(features)
    try:
        truth = parser.truth(ast.parse(text.replace("\n", " ").strip(), mode="eval").body, 0)
    except SyntaxError as error:
        raise ConditionError(f"{text!r} cannot be read: {error.msg}") from error
    except (RecursionError, MemoryError) as error:  # Python's own limits, met while reading
        raise ConditionError(TOO_DEEP) from error
    if not parser.named:
        raise ConditionError(f"{text!r} names no feature, so it is the same for everybody")
    return Condition(truth, frozenset(parser.named))


class _Parser:
    def __init__(self, features: Mapping[str, Kind]) -> None:
        self._features = features
        self.named: set[str] = set()

    def truth(self, node: ast.expr, depth: int) -> Truth:
        self._check_depth(depth)
        match node:
            case ast.BoolOp(op=operator, values=values):
                parts = tuple(self.truth(value, depth + 1) for value in values)
                return Junction("and" if isinstance(operator, ast.And) else "or", parts)
            case ast.UnaryOp(op=ast.Not(), operand=operand):
                return Negation(self.truth(operand, depth + 1))
            case ast.Compare(left=left, ops=operators, comparators=others):
                terms = pairwise([left, *others])
                pairs = tuple(
                    self._compare(operator, *pair, depth + 1)
                    for operator, pair in zip(operators, terms, strict=True)
                )
                return pairs[0] if len(pairs) == 1 else Junction("and", pairs)
            case _:
                raise ConditionError(
                    f"{ast.unparse(node)!r} is not a yes-or-no question; compare it with something"
                )

    def _compare(self, operator: ast.cmpop, left: ast.expr, right: ast.expr, depth: int) -> Truth:
        item = self._value(left, depth)
        if isinstance(operator, ast.In | ast.NotIn):
            member = Membership(item, self._options(right, _kind(item), depth))
            return member if isinstance(operator, ast.In) else Negation(member)
        symbol = _COMPARISONS.get(type(operator))
        if symbol is None:
            raise ConditionError("'is' is not allowed; write ==")
        other = self._value(right, depth)
        if _kind(item) is not _kind(other):
            raise ConditionError(
                f"{ast.unparse(left)!r} is {_kind(item)} but {ast.unparse(right)!r} is {_kind(other)}"
            )
        if _kind(item) is Kind.TEXT and symbol not in ("==", "!="):
            raise ConditionError(f"text cannot be compared with {symbol}, only with == and !=")
        return Comparison(symbol, item, other)

    def _options(self, node: ast.expr, kind: Kind, depth: int) -> tuple[int | str, ...]:
        if not isinstance(node, ast.List | ast.Tuple) or not node.elts:
            raise ConditionError(f"'in' needs a list such as [1, 2], not {ast.unparse(node)!r}")
        values = [self._value(element, depth + 1) for element in node.elts]
        options = [value.value for value in values if isinstance(value, Literal) and _kind(value) is kind]
        if len(options) != len(values):
            raise ConditionError(f"the list {ast.unparse(node)} may hold {kind} values only")
        return tuple(options)

    def _value(self, node: ast.expr, depth: int) -> Value:
        self._check_depth(depth)
        match node:
            case ast.Constant(value=bool() | float() | complex() | bytes() | None as value):
                raise ConditionError(f"{value!r} is not allowed; use whole numbers and texts")
            case ast.Constant(value=int() | str() as value):
                return self._exact(Literal(value))
            case ast.Name(id=name):
                return self._feature(name)
            case ast.UnaryOp(op=ast.USub(), operand=operand):
                part = self._value(operand, depth + 1)
                if isinstance(part, Literal) and isinstance(part.value, int):
                    return Literal(-part.value)
                return self._arithmetic("-", Literal(0), part)
            case ast.BinOp(op=operator, left=left, right=right):
                symbol = _ARITHMETIC.get(type(operator))
                if symbol is None:
                    raise ConditionError(f"{ast.unparse(node)!r}: only + - * and // are allowed")
                return self._arithmetic(symbol, self._value(left, depth + 1), self._value(right, depth + 1))
            case _:
                raise ConditionError(f"{ast.unparse(node)!r} is not allowed here; use a feature or a number")

    def _feature(self, name: str) -> FeatureRef:
        kind = self._features.get(name)
        if kind is None:
            close = get_close_matches(name, self._features, n=1)
            hint = f"did you mean {close[0]!r}?" if close else f"there are: {', '.join(self._features)}"
            raise ConditionError(f"there is no feature {name!r}; {hint}")
        self.named.add(name)
        return FeatureRef(name, kind)

    def _arithmetic(self, operator: OneOf["+", "-", "*", "//"], left: Value, right: Value) -> Value:
        if Kind.TEXT in (_kind(left), _kind(right)):
            raise ConditionError("text cannot be used in arithmetic")
        return self._exact(Arithmetic(operator, left, right))

    def _exact(self, value: Value) -> Value:
        if _kind(value) is Kind.INTEGER and _bound(value) > EXACT_BOUND:
            raise ConditionError("the numbers may become too large to stay exact; compare smaller ones")
        return value

    def _check_depth(self, depth: int) -> None:
        if depth > MAX_DEPTH:
            raise ConditionError(TOO_DEEP)


def _kind(value: Value) -> Kind:
    match value:
        case FeatureRef(kind=kind):
            return kind
        case Literal(value=str()):
            return Kind.TEXT
        case _:
            return Kind.INTEGER


def _bound(value: Value) -> int:
    """The largest magnitude that an integer value can have."""
    match value:
        case Literal(value=int(number)):
            return abs(number)
        case Arithmetic(operator="*", left=left, right=right):
            return _bound(left) * _bound(right)
        case Arithmetic(operator="//", left=left):
            return _bound(left)
        case Arithmetic(left=left, right=right):
            return _bound(left) + _bound(right)
        case _:
            return FEATURE_BOUND
