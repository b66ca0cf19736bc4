"""Conditions as ibis expressions, the same for every engine that ibis speaks to."""

from __future__ import annotations

import operator
from collections.abc import Callable, Mapping
from functools import reduce
from typing import Any, Final, TypeAlias, cast

import ibis
from ibis.expr import types as ir

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

_Operator: TypeAlias = Callable[[Any, Any], Any]
_Column: TypeAlias = Callable[[str], Any]

_COMPARE: Final[Mapping[str, _Operator]] = {
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
    "==": operator.eq,
    "!=": operator.ne,
}
_COMPUTE: Final[Mapping[str, _Operator]] = {"+": operator.add, "-": operator.sub, "*": operator.mul}


def fires(condition: Truth, table: ir.Table, prefix: str = "") -> ir.BooleanValue:
    """Whether ``condition`` holds in each row of ``table``: never null, an unknown counts as false.

    The features are int64 and string columns of the table, named ``prefix`` + feature.
    """
    return cast("ir.BooleanValue", _truth(condition, lambda name: table[prefix + name]).fill_null(False))


def integer(value: int) -> ir.IntegerScalar:
    """A 64-bit literal: left to themselves, small literals overflow in a product of their own narrow type."""
    return cast("ir.IntegerScalar", ibis.literal(value, type="int64"))


def _truth(node: Truth, column: _Column) -> Any:
    match node:
        case Comparison(operator=symbol, left=left, right=right):
            return _COMPARE[symbol](_value(left, column), _value(right, column))
        case Membership(item=item, options=options):
            return _value(item, column).isin(list(options))
        case Junction(operator=symbol, parts=parts):
            join = operator.and_ if symbol == "and" else operator.or_
            return reduce(join, (_truth(part, column) for part in parts))
        case Negation(part=part):
            return ~_truth(part, column)


def _value(node: Value, column: _Column) -> Any:
    match node:
        case Literal(value=int(number)):
            return integer(number)
        case Literal(value=text):
            return ibis.literal(text, type="string")
        case FeatureRef(name=name):
            return column(name)
        case Arithmetic(operator="//", left=left, right=right):
            # Some engines raise on a division by zero, others give null: null everywhere.
            return _value(left, column) // _value(right, column).nullif(integer(0))
        case Arithmetic(operator=symbol, left=left, right=right):
            return _COMPUTE[symbol](_value(left, column), _value(right, column))
