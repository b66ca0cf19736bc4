"""The shapes of a picture as SVG."""

from __future__ import annotations

from html import escape


def text(
    x: float, y: float, words: str, size: float, colour: str, *, anchor: str = "start", bold: bool = False
) -> str:
    """``y`` is the baseline."""
    weight = ' font-weight="700"' if bold else ""
    return (
        f'<text x="{x:.1f}" y="{y:.1f}" font-size="{size}" fill="{colour}" text-anchor="{anchor}"{weight}>'
        f"{escape(words)}</text>"
    )


def box(
    x: float,
    y: float,
    width: float,
    height: float,
    *,
    fill: str,
    edge: str = "none",
    round_: float = 8,
    dashed: bool = False,
) -> str:
    dash = ' stroke-dasharray="5 4"' if dashed else ""
    return (
        f'<rect x="{x:.1f}" y="{y:.1f}" width="{width:.1f}" height="{height:.1f}" rx="{round_}" '
        f'fill="{fill}" stroke="{edge}" stroke-width="1.4"{dash}/>'
    )


def arrow(x1: float, y1: float, below: float, x2: float, y2: float, colour: str) -> str:
    """Straight down from a point to ``below``, then in a curve down to another."""
    bend = (y2 - below) * 0.6
    curve = f"C{x1:.1f},{below + bend:.1f} {x2:.1f},{y2 - bend:.1f} {x2:.1f},{y2:.1f}"
    return (
        f'<path d="M{x1:.1f},{y1:.1f} L{x1:.1f},{below:.1f} {curve}" '
        f'fill="none" stroke="{colour}" stroke-width="2" opacity="0.75" marker-end="url(#tip)"/>'
    )


def titled(title: str, *parts: str, name: str = "") -> str:
    """A group with a tooltip; with a ``name``, one that can be linked to."""
    mark = f' id="{escape(name)}"' if name else ""
    return f"<g{mark}><title>{escape(title)}</title>{''.join(parts)}</g>"


def link(name: str, *parts: str) -> str:
    """A click leads to the group of that name."""
    return f'<a href="#{escape(name)}">{"".join(parts)}</a>'
