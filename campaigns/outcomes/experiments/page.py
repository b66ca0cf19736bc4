"""The report of an experiment as one printable page."""

from __future__ import annotations

from collections.abc import Iterator

from campaigns.experiments.analysis import ExperimentReport
from campaigns.outcomes.experiments.grids import (
    about,
    arms,
    definitions,
    differences,
    measure_of,
    outcomes,
    warnings,
)
from campaigns.outcomes.grid import Unit, shown
from campaigns.outcomes.overview import plots
from campaigns.outcomes.overview.page import Section, page
from campaigns.outcomes.report_words import Words

_SHOWN = ("promise", "kept", "paid", "guardrail")


def experiment_page(report: ExperimentReport, say: Words) -> str:
    """The whole file as text."""
    bars = list(_differences(report, say))
    title = differences(report, say).title
    plot = plots.intervals(bars, "differences", title, zero=True) if bars else ""
    return page(
        title=f"{say('experiment.report')} · {report.design.name}",
        about=about(report, say)[1:],
        headline=[],
        money=[],
        warnings=warnings(report, say),
        sections=[
            Section(arms(report, say)),
            Section(outcomes(report, say)),
            Section(differences(report, say), plot),
        ],
        notes=definitions(report, say),
        say=say,
    )


def _differences(report: ExperimentReport, say: Words) -> Iterator[plots.Bar]:
    """One line a measure and arm: what matters, and what must not get worse."""
    for name in _SHOWN:
        for result in report.arms:
            found = measure_of(result, name).difference
            if found is None:
                continue
            ends = (shown(end, Unit.POINTS, "") for end in (found.low, found.high))
            text = f"{shown(found.estimate, Unit.POINTS, '')} [{', '.join(ends)}]"
            label = f"{say(f'experiment.{name}')} · {result.arm.name}"
            yield plots.Bar(label, found.estimate, text, found.low, found.high)
