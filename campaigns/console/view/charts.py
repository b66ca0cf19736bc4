"""Charts as plain numbers for a template to draw: no library, no style but the page's own."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

WIDTH: Final = 960.0
HEIGHT: Final = 150.0
LEFT: Final = 44.0
ROW: Final = 24.0
LABELS: Final = 280.0
VALUES: Final = 150.0


@dataclass(frozen=True, slots=True)
class Bar:
    """``x``: its left edge; ``heights`` of the series, the tallest first; in units of the view box."""

    label: str
    x: float
    width: float
    heights: tuple[float, ...]
    values: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Columns:
    """Bars beside each other over a grid; ``lines`` are height and label."""

    bars: tuple[Bar, ...]
    lines: tuple[tuple[float, str], ...]
    width: float = WIDTH
    height: float = HEIGHT


def columns(rows: Sequence[tuple[str, Sequence[int]]]) -> Columns:
    """One bar a row; its values stand before each other, the first behind all."""
    most = max((max(values) for _, values in rows), default=0) or 1
    step = _step(most)
    top = step * -(-most // step)
    slot = (WIDTH - LEFT) / max(1, len(rows))
    bars = [
        Bar(
            label,
            round(LEFT + slot * place + slot * 0.15, 1),
            round(slot * 0.7, 1),
            tuple(round(HEIGHT * value / top, 1) for value in values),
            tuple(values),
        )
        for place, (label, values) in enumerate(rows)
    ]
    lines = [(round(HEIGHT * (1 - value / top), 1), f"{value:,}") for value in range(0, top + 1, step)]
    return Columns(tuple(bars), tuple(lines))


def _step(most: int) -> int:
    """A round step of which four or fewer reach ``most``."""
    size = 1
    while True:
        for factor in (1, 2, 5):
            if size * factor * 4 >= most:
                return size * factor
        size *= 10


@dataclass(frozen=True, slots=True)
class Span:
    """One estimate with its interval, at ``y``; ``apart``: zero is not in it."""

    label: str
    y: float
    low: float
    at: float
    high: float
    text: str
    apart: bool


@dataclass(frozen=True, slots=True)
class Spans:
    """Intervals beneath each other; ``zero``: where nothing would be, None when that is not shown."""

    spans: tuple[Span, ...]
    ticks: tuple[tuple[float, str], ...]
    zero: float | None
    height: float
    width: float = WIDTH


def spans(rows: Sequence[tuple[str, float, float, float, str]], *, difference: bool = False) -> Spans | None:
    """Of (label, estimate, low, high, text), as shares; None without any."""
    if not rows:
        return None
    ends = [end for _, at, low, high, _ in rows for end in (at, low, high)] + ([0.0] if difference else [])
    low, high = min(ends), max(ends)
    room = (high - low or 0.02) * 0.05
    low, high = (low - room, high + room) if difference else (max(0.0, low - room), high + room)

    def place(value: float) -> float:
        return round(LABELS + (WIDTH - LABELS - VALUES) * (value - low) / (high - low), 1)

    step = _step(max(1, round((high - low) * 100)))
    first = -(-round(low * 100) // step) * step
    ticks = tuple(
        (place(percent / 100), (f"{percent:+d}" if percent else "0") if difference else f"{percent}%")
        for percent in range(first, round(high * 100) + 1, step)
    )
    found = tuple(
        Span(
            label,
            ROW * row + ROW / 2,
            place(start),
            place(at),
            place(end),
            text,
            difference and (start > 0 or end < 0),
        )
        for row, (label, at, start, end, text) in enumerate(rows)
    )
    return Spans(found, ticks, place(0.0) if difference else None, ROW * len(rows))
