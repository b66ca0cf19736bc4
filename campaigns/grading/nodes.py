"""The parsed form of a condition: a small tree, checked, that any engine can evaluate."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal as OneOf
from typing import TypeAlias

from campaigns.grading.features import Kind


@dataclass(frozen=True, slots=True)
class Literal:
    """A whole number or a text written in the condition."""

    value: int | str


@dataclass(frozen=True, slots=True)
class FeatureRef:
    """The value of a feature for the customer at hand."""

    name: str
    kind: Kind


@dataclass(frozen=True, slots=True)
class Arithmetic:
    """Whole-number arithmetic; ``//`` rounds down, and dividing by zero gives an unknown."""

    operator: OneOf["+", "-", "*", "//"]
    left: Value
    right: Value


@dataclass(frozen=True, slots=True)
class Comparison:
    operator: OneOf["<", "<=", ">", ">=", "==", "!="]
    left: Value
    right: Value


@dataclass(frozen=True, slots=True)
class Membership:
    """``item in [options]``; the options are all of the item's kind."""

    item: Value
    options: tuple[int | str, ...]


@dataclass(frozen=True, slots=True)
class Junction:
    """All of the parts (``and``) or any of them (``or``)."""

    operator: OneOf["and", "or"]
    parts: tuple[Truth, ...]


@dataclass(frozen=True, slots=True)
class Negation:
    part: Truth


Value: TypeAlias = Literal | FeatureRef | Arithmetic
Truth: TypeAlias = Comparison | Membership | Junction | Negation
