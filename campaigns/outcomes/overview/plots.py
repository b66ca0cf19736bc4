"""Plots of a report as SVG: text stays text, in the reader's fonts, and each is named for who cannot see."""

from __future__ import annotations

import html
import io
import logging
import re
import warnings
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import matplotlib as mpl
from matplotlib.axes import Axes
from matplotlib.figure import Figure

INK, SOFT, LINE = "#1d2733", "#5f6c7b", "#dfe4ea"
PALE, MID, DEEP, WARM = "#c4d6e4", "#4f87b0", "#16456b", "#b5651d"
_STYLE: dict[Any, Any] = {
    "svg.fonttype": "none",
    "font.size": 9.5,
    "font.family": "sans-serif",
    "text.color": INK,
    "axes.edgecolor": LINE,
    "axes.labelcolor": SOFT,
    "xtick.color": SOFT,
    "ytick.color": SOFT,
    "axes.linewidth": 0.8,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.spines.left": False,
    "xtick.major.size": 0,
    "ytick.major.size": 0,
    "axes.axisbelow": True,
}


WIDE, HALF = 12.2, 6.0
"""Inches of 72 units: across the page, where a unit is about 1.27 pixels, and across half of it."""


@dataclass(frozen=True, slots=True)
class Bar:
    """One bar, or one estimate with its interval. ``value`` as shares where the plot is of shares."""

    label: str
    value: float
    text: str
    low: float | None = None
    high: float | None = None


def wide_bars(bars: Sequence[Bar], name: str, title: str, *, width: float = WIDE, last: str = MID) -> str:
    """Horizontal bars, the first on top; the figure is written at each bar's end. ``last``: its colour."""
    height = 0.30 * len(bars) + 0.15
    with _drawing(width, height, name) as (figure, axes):
        left = _margin(bars, width)
        figure.subplots_adjust(left=left, right=1 - 1.3 / width, top=1 - 0.05 / height, bottom=0.05 / height)
        for row, bar in enumerate(reversed(bars)):
            axes.barh(row, bar.value, height=0.62, color=MID if row else last)
            axes.annotate(
                bar.text, (bar.value, row), xytext=(6, 0), textcoords="offset points", va="center", color=INK
            )
        _names(axes, bars)
        axes.set_xticks([])
        axes.spines["bottom"].set_visible(False)
        axes.set_xlim(0, max((bar.value for bar in bars), default=1) or 1)
        axes.set_ylim(-0.6, len(bars) - 0.4)
        return _svg(figure, name, title)


def hours(rows: Sequence[tuple[int, int, int, int]], names: Sequence[str], name: str, title: str) -> str:
    """Columns by hour: dials, of them connected, of them the right party."""
    width, height = WIDE, 2.6
    with _drawing(width, height, name) as (figure, axes):
        figure.subplots_adjust(left=0.6 / WIDE, right=0.998, top=0.87, bottom=0.11)
        known = {hour: counts for hour, *counts in rows}
        span = range(rows[0][0], rows[-1][0] + 1)
        for index, (label, colour) in enumerate(zip(names, (PALE, MID, DEEP), strict=True)):
            counts = [known[hour][index] if hour in known else 0 for hour in span]
            axes.bar(list(span), counts, width=0.74, color=colour, label=label)
        axes.set_xticks(list(span), [f"{hour:02d}" for hour in span])
        axes.yaxis.set_major_formatter(lambda value, _: f"{value:,.0f}")
        axes.locator_params(axis="y", nbins=4)
        axes.grid(axis="y", color=LINE, linewidth=0.7)
        axes.legend(loc="lower left", bbox_to_anchor=(0, 1.0), ncols=3, frameon=False, handlelength=0.9,
                    handleheight=0.9, borderaxespad=0, labelcolor=SOFT)  # fmt: skip
        return _svg(figure, name, title)


def intervals(bars: Sequence[Bar], name: str, title: str, *, zero: bool = False, width: float = WIDE) -> str:
    """Estimates as points with their intervals as lines; ``zero``: they are differences of shares."""
    height = 0.30 * len(bars) + 0.42
    with _drawing(width, height, name) as (figure, axes):
        left = _margin(bars, width)
        figure.subplots_adjust(left=left, right=1 - 2.0 / width, top=1 - 0.05 / height, bottom=0.34 / height)
        ends: list[float] = [0.0] if zero else []
        for row, bar in enumerate(reversed(bars)):
            low, high = (bar.value if end is None else end for end in (bar.low, bar.high))
            ends += [low, high]
            apart = zero and (low > 0 or high < 0)
            colour = WARM if apart else DEEP
            axes.plot([low, high], [row, row], color=colour, linewidth=2.2, solid_capstyle="butt")
            axes.plot([bar.value], [row], "o", color=colour, markersize=5.2)
            axes.annotate(
                bar.text, (1.0, row), xycoords=("axes fraction", "data"), xytext=(8, 0),
                textcoords="offset points", va="center", ha="left", color=INK,
            )  # fmt: skip
        if zero:
            axes.axvline(0, color=SOFT, linewidth=0.8, dashes=(3, 2))
        _names(axes, bars)
        low, high = min(ends), max(ends)
        room = (high - low or abs(high) or 0.01) * 0.06
        axes.set_xlim(low - room, high + room)
        axes.set_ylim(-0.6, len(bars) - 0.4)
        axes.locator_params(axis="x", nbins=6)
        axes.xaxis.set_major_formatter(lambda value, _: _points(value) if zero else f"{100 * value:g}%")
        axes.grid(axis="x", color=LINE, linewidth=0.7)
        return _svg(figure, name, title)


def _points(difference: float) -> str:
    return f"{100 * difference:+g}" if difference else "0"


def _margin(bars: Sequence[Bar], width: float) -> float:
    """The share of the width that the longest label takes: a Chinese character is as wide as two others."""
    longest = max((sum(2 if ord(sign) > 0x2E7F else 1 for sign in bar.label) for bar in bars), default=0)
    return min(0.45, (0.078 * longest + 0.15) / width)


def _names(axes: Axes, bars: Sequence[Bar]) -> None:
    axes.set_yticks(range(len(bars)), [bar.label for bar in reversed(bars)])
    axes.tick_params(axis="y", labelcolor=INK, pad=6)


@contextmanager
def _drawing(width: float, height: float, name: str) -> Iterator[tuple[Figure, Axes]]:
    """A figure outside of pyplot's state. ``name`` keeps the ids of one plot apart from another's."""
    # Text is set by the reader's fonts: which ones this machine has is of no matter, and no warning.
    log = logging.getLogger("matplotlib.font_manager")
    level = log.level
    log.setLevel(logging.ERROR)
    try:
        with mpl.rc_context({**_STYLE, "svg.hashsalt": name}), warnings.catch_warnings():
            warnings.filterwarnings("ignore", message="Glyph .* missing")
            figure = Figure(figsize=(width, height))
            yield figure, figure.add_subplot()
    finally:
        log.setLevel(level)


def _svg(figure: Figure, name: str, title: str) -> str:
    """The drawing to stand within a page: no prolog, no metadata, with a title, in the page's own fonts."""
    out = io.StringIO()
    nothing: dict[str, Any] = dict.fromkeys(("Date", "Creator", "Format", "Type"))
    figure.savefig(out, format="svg", transparent=True, metadata=nothing)
    drawing = out.getvalue()
    drawing = drawing[drawing.index("<svg") :]
    drawing = re.sub(r"<metadata>.*?</metadata>\s*|<style .*?</style>\s*", "", drawing, flags=re.DOTALL)
    drawing = re.sub(r"font-family: [^;\"]*; ?", "", drawing)
    drawing = re.sub(r'(<svg [^>]*?) width="[^"]*" height="[^"]*"', r"\1", drawing, count=1)
    drawing = _own_ids(drawing, name)
    described = f'<svg class="plot" role="img" aria-label="{html.escape(title)}" '
    return drawing.replace("<svg ", described, 1).replace(">", f"><title>{html.escape(title)}</title>", 1)


def _own_ids(drawing: str, name: str) -> str:
    """Ids that the drawing itself refers to get its name before them; the others go: a page has each once."""
    used = set(re.findall(r'(?:href="#|url\(#)([^")]+)', drawing))
    return re.sub(
        r' id="([^"]*)"',
        lambda found: f' id="{name}-{found[1]}"' if found[1] in used else "",
        re.sub(r'(href="#|url\(#)', rf"\1{name}-", drawing),
    )
