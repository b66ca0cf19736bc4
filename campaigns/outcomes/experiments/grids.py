"""The report of an experiment as tables, in the language of whoever reads it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from campaigns.experiments.analysis import MEASURES, ArmResult, ExperimentReport, Measured
from campaigns.experiments.design import WHOLE
from campaigns.experiments.intervals import Interval
from campaigns.outcomes.figures import moment, percent
from campaigns.outcomes.grid import Column, Figure, Grid, Range, Unit
from campaigns.outcomes.report import rate
from campaigns.outcomes.report_words import Words


def grids(report: ExperimentReport, say: Words) -> tuple[Grid, ...]:
    """The arms, their outcomes, and how they differ from the reference."""
    return arms(report, say), outcomes(report, say), differences(report, say)


def about(report: ExperimentReport, say: Words) -> tuple[str, ...]:
    return (
        f"{say('experiment')} {report.design.name}",
        f"{say('overview.campaigns')} {', '.join(report.campaigns)}",
        f"{say('as_of')} {moment(report.as_of)}",
        say("overview.paid").replace("{days}", str(report.days)),
    )


def warnings(report: ExperimentReport, say: Words) -> tuple[str, ...]:
    """What stands in the way of believing the figures, gravest first."""
    lines = []
    if report.split.broken:
        lines.append(say("experiment.split_broken").replace("{p}", f"{report.split.p:.2g}"))
    if alike := report.design.alike:
        lines.append(say("experiment.alike").replace("{arms}", ", ".join(arm.name for arm in alike)))
    if report.running:
        lines.append(say("experiment.running"))
    if report.unripe:
        text = say("experiment.unripe").replace("{count}", f"{report.unripe:,}")
        lines.append(text.replace("{days}", str(report.days)))
    if report.running or report.unripe:
        lines.append(say("define.experiment.peeking"))
    return tuple(lines)


def definitions(report: ExperimentReport, say: Words) -> tuple[str, ...]:
    """What the figures mean, and how many customers would be needed."""
    split = say("experiment.split_unknown")
    if report.split.p is not None and not report.split.broken:
        split = say("experiment.split_fine").replace("{p}", f"{report.split.p:.2g}")
    lines = [
        say(f"define.experiment.{name}").replace("{days}", str(report.days))
        for name in ("peeking", "itt", "paid", "guardrail", "methods")
    ]
    if not report.split.broken:
        lines.insert(0, split)
    if report.needed is not None:
        needed = say("experiment.needed").replace("{needed}", f"{report.needed:,}")
        lines.append(needed.replace("{wanted}", percent(report.wanted)))
    return tuple(lines)


def arms(report: ExperimentReport, say: Words) -> Grid:
    """The arms, their sizes, and how small a rise each would show."""
    whole = sum(result.customers for result in report.arms)
    rows = tuple(
        (
            arm_label(result, report, say),
            say(f"experiment.kind.{result.arm.kind}"),
            result.arm.flow or "–",
            result.arm.share / WHOLE,
            result.customers,
            rate(result.customers, whole),
            result.ripe,
            None if result.detectable is None else result.detectable,
        )
        for result in report.arms
    )
    columns = (
        Column("share", say("experiment.share"), Unit.SHARE),
        Column("customers", say("experiment.customers")),
        Column("found", say("experiment.found"), Unit.SHARE),
        Column("ripe", say("experiment.ripe")),
        Column("detectable", say("experiment.detectable"), Unit.POINTS),
    )
    keys = tuple(Column(name, say(f"experiment.{name}"), Unit.TEXT) for name in ("arm", "kind", "flow"))
    raw = tuple((result.arm.name, result.arm.kind.value, result.arm.flow) for result in report.arms)
    return Grid("arms", say("experiment.arms"), keys, columns, rows, raw)


def outcomes(report: ExperimentReport, say: Words) -> Grid:
    """The rate of each measure in each arm, and the money a customer paid."""
    rows = [
        (label, *(Figure(_range(measure_of(result, name).value), Unit.SHARE) for result in report.arms))
        for name, label in _measures(say)
    ]
    rows.append((_money(report, say), *(Figure(_range(result.money), Unit.MONEY) for result in report.arms)))
    columns = [Column(result.arm.name, arm_label(result, report, say), Unit.TEXT) for result in report.arms]
    return _by_measure("outcomes", say("experiment.rates"), columns, rows, say)


def differences(report: ExperimentReport, say: Words) -> Grid:
    """Each arm but the reference less the reference."""
    others = [result for result in report.arms if result.arm != report.design.reference]
    rows = [
        (label, *(Figure(_range(measure_of(result, name).difference), Unit.POINTS) for result in others))
        for name, label in _measures(say)
    ]
    rows.append(
        (_money(report, say), *(Figure(_range(result.money_difference), Unit.GAIN) for result in others))
    )
    columns = [Column(result.arm.name, result.arm.name, Unit.TEXT) for result in others]
    return _by_measure("differences", say("experiment.differences"), columns, rows, say)


def arm_label(result: ArmResult, report: ExperimentReport, say: Words) -> str:
    if result.arm != report.design.reference:
        return result.arm.name
    return f"{result.arm.name} ({say('experiment.reference')})"


def measure_of(result: ArmResult, name: str) -> Measured:
    return next(measured for measured in result.measures if measured.measure == name)


def _measures(say: Words) -> list[tuple[str, str]]:
    return [(name, say(f"experiment.{name}")) for name in MEASURES]


def _money(report: ExperimentReport, say: Words) -> str:
    return f"{say('experiment.money')} {report.currency or ''}".strip()


def _by_measure(
    key: str, title: str, columns: Sequence[Column], rows: Sequence[tuple[Any, ...]], say: Words
) -> Grid:
    keys = (Column("measure", say("experiment.measure"), Unit.TEXT),)
    raw = tuple((name,) for name in (*MEASURES, "money"))
    return Grid(key, title, keys, tuple(columns), tuple(rows), raw)


def _range(interval: Interval | None) -> Range | None:
    return None if interval is None else Range(interval.estimate, interval.low, interval.high)
