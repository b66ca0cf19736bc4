"""Abstract values: all that the walk needs to know of a slot or fact."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Nothing:
    """None: not set, not heard, not offered."""


@dataclass(frozen=True, slots=True)
class Something:
    """A value, never None. A slot or fact that has one is taken to be true."""


@dataclass(frozen=True, slots=True)
class Literal:
    """A value written in the flow itself, kept exactly."""

    value: object


@dataclass(frozen=True, slots=True)
class Open:
    """A value that is never None, of which only the expression it comes from is known."""

    text: str


Value = Nothing | Something | Literal | Open
NOTHING, SOMETHING = Nothing(), Something()


def literal(value: object) -> Value:
    return NOTHING if value is None else Literal(value)


def is_nothing(value: Value) -> bool:
    return isinstance(value, Nothing)


def stored(value: Value) -> Value:
    """What a slot keeps of a value once the event is over."""
    return SOMETHING if isinstance(value, Open) else value
