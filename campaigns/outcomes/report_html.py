"""The report as one HTML file that needs nothing else: no script, no font, no request to anywhere."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from jinja2 import Environment

from bot.page import page_environment
from campaigns.outcomes.dispositions import Dispositions
from campaigns.outcomes.figures import duration, moment, money, percent
from campaigns.outcomes.report import STAGES, CampaignReport, HourRow, rate
from campaigns.outcomes.report_words import words

TEMPLATE = "report.html.j2"
CHART_HEIGHT, COLUMN_WIDTH = 120, 44
_DEFINITIONS = ("funnel", "eligible", "dialed", "connected", "right_party", "promise", "rates")


@dataclass(frozen=True, slots=True)
class Column:
    """One hour of the chart; heights in pixels."""

    hour: int
    row: HourRow
    dials: float
    connected: float
    right_party: float


@dataclass(frozen=True, slots=True)
class HourChart:
    """The chart by hour: all hours from the first dialled in to the last, the empty ones too."""

    columns: tuple[Column, ...]
    top: int  # dials that the full height stands for

    @property
    def width(self) -> int:
        return COLUMN_WIDTH * len(self.columns)


def render_html(
    report: CampaignReport, language: str = "zh", dispositions: Dispositions | None = None
) -> str:
    """The whole file as text. Raises NotFoundError for an unknown language."""
    say = words(language, dispositions)
    return (
        _environment()
        .get_template(TEMPLATE)
        .render(
            report=report,
            say=say,
            lang={"zh": "zh-CN"}.get(language, language),
            stages=STAGES,
            chart=hour_chart(report.by_hour),
            chart_height=CHART_HEIGHT,
            column_width=COLUMN_WIDTH,
            definitions=[say(f"define.{name}") for name in _DEFINITIONS],
            whole=sum(row.attempts for row in report.dispositions),
            most=max((row.attempts for row in report.dispositions), default=0),
        )
    )


def hour_chart(rows: tuple[HourRow, ...]) -> HourChart | None:
    """The geometry of the chart by hour; None without a dial."""
    if not rows:
        return None
    top = max(row.dials for row in rows)
    return HourChart(tuple(_columns(rows, top)), top)


def _columns(rows: tuple[HourRow, ...], top: int) -> Iterator[Column]:
    known = {row.hour: row for row in rows}
    for hour in range(rows[0].hour, rows[-1].hour + 1):
        row = known.get(hour, HourRow(hour, 0, 0, 0, 0))
        heights = (
            round(count * CHART_HEIGHT / top, 1) for count in (row.dials, row.connected, row.right_party)
        )
        yield Column(hour, row, *heights)


@cache
def _environment() -> Environment:
    environment = page_environment(Path(__file__).parent)
    environment.filters |= {"percent": percent, "money": money, "duration": duration, "moment": moment}
    environment.globals |= {"rate": rate}
    return environment
