"""A simulation as one HTML file that needs nothing else: no script, no font, no request to anywhere."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from jinja2 import Environment

from bot.page import page_environment
from bot.simulation.rules import Rule
from bot.simulation.summary import Cell, Summary

TEMPLATE = "page.html.j2"
MOST_KINDS = 7
"""Results with a colour of their own in the chart of results; the rest are drawn together."""

LABEL_ROOM, LABEL_BELOW = 18, 16
"""The height that a figure needs above a point, and how far below it stands otherwise."""


@dataclass(frozen=True, slots=True)
class Plot:
    """Lines over the noise levels, in the pixels of a box of ``width`` by ``height``."""

    width: int
    height: int
    ticks: tuple[tuple[float, int], ...]  # where on the x axis, and the noise in percent
    lines: tuple[tuple[str, str, tuple[tuple[float, float, float], ...]], ...]  # name, kind, (x, y, share)

    @staticmethod
    def path(points: Sequence[tuple[float, float, float]]) -> str:
        """The points as an SVG polyline takes them."""
        return " ".join(f"{x:g},{y:g}" for x, y, _ in points)

    def label(self, x: float, y: float) -> float:
        """Where the figure of a point stands: above it, or below where another or the edge is in the way."""
        others = (other for _, _, points in self.lines for at, other, _ in points if at == x)
        in_the_way = y < LABEL_ROOM or any(0 < y - other < LABEL_ROOM for other in others)
        return y + LABEL_BELOW if in_the_way and y + LABEL_BELOW < self.height else y - 7


@dataclass(frozen=True, slots=True)
class Stack:
    """One bar of results: (disposition, share, where it begins), all in percent."""

    level: int
    parts: tuple[tuple[str, float, float], ...]


def render_page(summary: Summary) -> str:
    """The whole file as text."""
    totals = {level: [summary.totals[level]] for level in summary.levels}
    by_persona = [(persona, _persona_plot(summary, persona)) for persona in summary.personas]
    kinds = _kinds(summary)
    return (
        _environment()
        .get_template(TEMPLATE)
        .render(
            summary=summary,
            rules=[rule.value for rule in Rule],
            success=_plot(totals, [("task success", "good", lambda cell: cell.success_rate)], 420, 170),
            hearing=_plot(
                totals,
                [
                    ("taken for something else", "bad", lambda cell: cell.mistaken_rate),
                    ("asked again", "mid", lambda cell: cell.asked_again_rate),
                ],
                420,
                170,
                top=_top(summary),
            ),
            top=_top(summary),
            by_persona=by_persona,
            kinds=kinds,
            stacks=[_stack(summary, level, kinds) for level in summary.levels],
            others="other",
        )
    )


Series = tuple[str, str, Callable[[Cell], float]]


def _plot(
    cells: dict[int, list[Cell]], series: Sequence[Series], width: int, height: int, top: float = 1.0
) -> Plot:
    levels = sorted(cells)
    widest = max(levels[-1], 1)
    edge = width // 25  # the first and the last value stand clear of the axis
    at = {level: round(edge + level * (width - 2 * edge) / widest, 1) for level in levels}
    lines = tuple(
        (
            name,
            kind,
            tuple(
                (at[level], round(height * (1 - min(share(cell) / top, 1)), 1), share(cell))
                for level in levels
                for cell in cells[level]
            ),
        )
        for name, kind, share in series
    )
    return Plot(width, height, tuple((at[level], level) for level in levels), lines)


def _persona_plot(summary: Summary, persona: str) -> Plot:
    cells = {
        level: [summary.cells[persona, level]]
        for level in summary.levels
        if (persona, level) in summary.cells
    }
    return _plot(cells, [(persona, "good", lambda cell: cell.success_rate)], 150, 54)


def _top(summary: Summary) -> float:
    """The share at the top of the chart of hearing: the next full 10 % above the highest."""
    highest = max(max(cell.mistaken_rate, cell.asked_again_rate) for cell in summary.totals.values())
    return min(1.0, (int(highest * 10) + 1) / 10)


def _kinds(summary: Summary) -> list[str]:
    """The most frequent results, most frequent first."""
    counts: dict[str, int] = {}
    for cell in summary.totals.values():
        for disposition, times in cell.dispositions.items():
            counts[disposition] = counts.get(disposition, 0) + times
    return sorted(counts, key=lambda disposition: (-counts[disposition], disposition))[:MOST_KINDS]


def _stack(summary: Summary, level: int, kinds: Sequence[str]) -> Stack:
    cell = summary.totals[level]
    shares = [(kind, 100 * cell.dispositions[kind] / cell.calls) for kind in kinds]
    shares.append(("other", 100 - sum(share for _, share in shares)))
    parts, begin = [], 0.0
    for kind, share in shares:
        parts.append((kind, round(share, 2), round(begin, 2)))
        begin += share
    return Stack(level, tuple(parts))


@cache
def _environment() -> Environment:
    environment = page_environment(Path(__file__).parent)
    environment.filters["percent"] = lambda share: f"{100 * share:.1f} %"
    environment.filters["money"] = lambda minor: f"{minor // 100:,}"
    return environment
