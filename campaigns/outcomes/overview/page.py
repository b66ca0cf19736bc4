"""The report as one printable page that needs nothing else: no script, no font, no request to anywhere."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from jinja2 import Environment

from bot.page import page_environment
from campaigns.experiments.intervals import wilson
from campaigns.outcomes.figures import percent
from campaigns.outcomes.grid import Grid, shown
from campaigns.outcomes.overview import plots
from campaigns.outcomes.overview.dimensions import Dimension
from campaigns.outcomes.overview.grids import about, definitions, grids, script_label
from campaigns.outcomes.overview.summary import Overview
from campaigns.outcomes.report_words import Words

TEMPLATE = "page.html.j2"
HEADLINE = ("dials", "contact_rate", "right_party_rate", "promise_rate", "promises", "kept_rate", "paid")
_REASONS = 12  # bars; the table has all
_BESIDE = ("funnel", "by_reason")


@dataclass(frozen=True, slots=True)
class Section:
    """A table of the page, and its plot; empty: none. ``beside``: they stand side by side."""

    grid: Grid
    plot: str = ""
    beside: bool = False
    caption: str = ""


def overview_page(report: Overview, say: Words) -> str:
    """The whole file as text."""
    tables = {grid.key: grid for grid in grids(report, say)}
    head = tables.pop("key_figures")
    figures = {codes[0]: row for codes, row in zip(head.raw, head.rows, strict=True)}
    return page(
        title=say("overview"),
        about=about(report, say),
        headline=[figures[name] for name in HEADLINE if name in figures],
        money=[row for name, row in figures.items() if name not in HEADLINE],
        warnings=head.notes,
        sections=[
            Section(grid, _plot(grid, report, say), key in _BESIDE, _caption(key, say))
            for key, grid in tables.items()
        ],
        notes=definitions(report, say),
        say=say,
    )


def page(
    *,
    title: str,
    about: Sequence[str],
    headline: Sequence[tuple[object, ...]],
    money: Sequence[tuple[object, ...]],
    warnings: Sequence[str],
    sections: Sequence[Section],
    notes: Sequence[str],
    say: Words,
) -> str:
    """A page of these parts."""
    return (
        _environment()
        .get_template(TEMPLATE)
        .render(
            title=title,
            about=about,
            headline=headline,
            money=money,
            warnings=warnings,
            sections=sections,
            notes=notes,
            say=say,
            lang={"zh": "zh-CN"}.get(say.language, say.language),
        )
    )


def _caption(key: str, say: Words) -> str:
    return f"{say('promise_rate')} · {say('overview.interval')}" if key == "by_script" else ""


def _plot(grid: Grid, report: Overview, say: Words) -> str:
    match grid.key:
        case "funnel":
            bars = [plots.Bar(str(row[0]), row[1], f"{row[1]:,}  {percent(row[2])}") for row in grid.rows]
            return plots.wide_bars(bars, "funnel", grid.title, width=plots.HALF, last=plots.DEEP)
        case "by_hour":
            rows = [
                (group.key, group.dials.dials, group.dials.connected, group.dials.right_party)
                for group in report.by_dials(Dimension.HOUR)
            ]
            names = [say(name) for name in ("dials", "connected", "right_party")]
            return plots.hours(rows, names, "by_hour", grid.title)
        case "by_script":
            return _promise_rates(report, say, _caption(grid.key, say))
        case "by_reason":
            held = sorted(report.reasons, key=lambda row: -row.holds_back)
            bars = [
                plots.Bar(say.reason(row.reason), row.holds_back, f"{row.holds_back:,}")
                for row in held[:_REASONS]
                if row.holds_back
            ]
            return plots.wide_bars(bars, "by_reason", say("holds_back"), width=plots.HALF) if bars else ""
        case _:
            return ""


def _promise_rates(report: Overview, say: Words, title: str) -> str:
    """Promises of right-party contacts by script, with intervals: two versions are seldom told apart."""
    bars = []
    for group in report.by_dials(Dimension.SCRIPT):
        found = wilson(min(group.dials.promises, group.dials.right_party), group.dials.right_party)
        if found is not None:
            text = f"{percent(found.estimate)} [{percent(found.low)}, {percent(found.high)}]"
            bars.append(plots.Bar(script_label(group.key, say), found.estimate, text, found.low, found.high))
    return plots.intervals(bars, "by_script", title) if bars else ""


@cache
def _environment() -> Environment:
    environment = page_environment(Path(__file__).parent)
    environment.filters["shown"] = shown
    return environment
