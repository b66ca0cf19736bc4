"""Tables of figures as values: made once, shown in a terminal, a page, a spreadsheet or a CSV file."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from enum import Enum, StrEnum
from typing import Any

from campaigns.outcomes.figures import NONE, duration, moment, percent


class Unit(StrEnum):
    """What a figure is of. Money is a whole number of minor units; a cost a Decimal of units."""

    TEXT = "text"
    COUNT = "count"
    SHARE = "share"
    POINTS = "points"  # a difference of two shares
    MONEY = "money"
    GAIN = "gain"  # a difference of two sums of money
    COST = "cost"
    SECONDS = "seconds"
    TIME = "time"


class Missing(Enum):
    """A figure that is there and is not known: never 0, and never left out."""

    UNKNOWN = "unknown"


UNKNOWN = Missing.UNKNOWN


@dataclass(frozen=True, slots=True)
class Column:
    """``key`` is the name in files; ``label`` what people read.

    Where room is short columns of ``room`` 2 are left out, then those of 1.
    """

    key: str
    label: str
    unit: Unit = Unit.COUNT
    room: int = 0


@dataclass(frozen=True, slots=True)
class Range:
    """An estimate with the ends of its interval, in one unit; it takes three columns in files."""

    value: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Figure:
    """A value with a unit of its own, where a column holds several."""

    value: Any
    unit: Unit


@dataclass(frozen=True, slots=True)
class Grid:
    """One table. A value is of its column's unit, a Range of such values, None (there is none) or UNKNOWN.

    ``keys`` are the first columns, which name the row. ``raw`` are the codes of those, for files.
    """

    key: str
    title: str
    keys: tuple[Column, ...]
    columns: tuple[Column, ...]
    rows: tuple[tuple[Any, ...], ...]
    raw: tuple[tuple[Any, ...], ...]
    notes: tuple[str, ...] = ()

    @property
    def all_columns(self) -> tuple[Column, ...]:
        return (*self.keys, *self.columns)


def shown(value: Any, unit: Unit, unknown: str) -> str:
    """A figure as people read it; ``unknown`` is the word for one that is not known."""
    if isinstance(value, Figure):
        return shown(value.value, value.unit, unknown)
    if value is None:
        return NONE
    if value is UNKNOWN:
        return unknown
    if isinstance(value, Range):
        text = shown(value.value, unit, unknown)
        return f"{text} [{shown(value.low, unit, unknown)}, {shown(value.high, unit, unknown)}]"
    return _plain(value, unit)


def _plain(value: Any, unit: Unit) -> str:
    match unit:
        case Unit.COUNT:
            return f"{value:,}"
        case Unit.SHARE:
            return percent(value)
        case Unit.POINTS:
            return f"{100 * value:+.1f}"
        case Unit.MONEY:
            return f"{value / 100:,.2f}"
        case Unit.GAIN:
            return f"{value / 100:+,.2f}"
        case Unit.COST:
            return f"{value:,.2f}" if value >= 1 or not value else f"{value:,.4f}"
        case Unit.SECONDS:
            return duration(value)
        case Unit.TIME:
            return moment(value)
        case _:
            return str(value)


def filed(value: Any, unit: Unit) -> Any:
    """A figure as a file holds it: shares as fractions, money in units, times as they are."""
    if isinstance(value, Figure):
        return filed(value.value, value.unit)
    if value is UNKNOWN:
        return UNKNOWN.value
    if value is None or isinstance(value, datetime):
        return value
    if unit in (Unit.MONEY, Unit.GAIN):
        return round(Decimal(str(value)) / 100, 2)
    if unit is Unit.COST:
        return round(Decimal(value), 6)
    return value
