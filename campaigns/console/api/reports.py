"""Reports: over campaigns and days, of the state of numbers, and of experiments."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from campaigns.console import counting, reporting
from campaigns.console.api.campaign_told import name_of
from campaigns.console.api.endpoint import Endpoint, Given, Nothing, Told
from campaigns.console.api.report_fields import IntervalOut, ReportOut, ReportQuery
from campaigns.console.api.report_told import told
from campaigns.console.reporting import Question
from campaigns.console.visit import Visit, counted_at
from campaigns.experiments.analysis import ArmResult, ExperimentReport
from campaigns.experiments.design import WHOLE
from campaigns.outcomes.experiments.grids import warnings
from campaigns.outcomes.overview.period import Period
from campaigns.outcomes.report_words import words
from campaigns.store.experiments import experiment_names


class NumbersQuery(Given):
    """What the numbers are counted by."""

    by: Literal["status", "prefix", "source", "campaign"] = "status"


class NumbersRow(Told):
    """Numbers of one state, prefix, source or campaign. ``due``: those that want a check."""

    key: str
    numbers: int
    states: dict[str, int]
    due: int


class NumbersOut(Told):
    """The largest first; a number of two campaigns counts in both. ``counting``: ask again in a moment."""

    counting: bool
    counted_at: datetime | None
    by: str
    items: tuple[NumbersRow, ...]


class ExperimentsOut(Told):
    """Names, newest first."""

    items: tuple[str, ...]


class MeasureOut(Told):
    """Customers of an arm for whom a measure holds.

    ``value``: their share; ``difference``: less the reference arm's; null: nothing to measure, or to compare.
    """

    measure: Literal["connected", "right_party", "promise", "kept", "paid", "guardrail"]
    hits: int
    value: IntervalOut | None
    difference: IntervalOut | None


class ArmResultOut(Told):
    """One arm, by intention to treat: every customer counts from the day on which they were put into it.

    ``share``: in per cent, as designed. ``ripe``: customers whose days are all over. ``money``: paid by a
    customer, in minor units. ``detectable``: the rise in ``paid`` that this size would show.
    """

    name: str
    kind: Literal["script", "control", "human"]
    script: str | None
    share: float
    customers: int
    ripe: int
    measures: tuple[MeasureOut, ...]
    money: IntervalOut | None
    money_difference: IntervalOut | None
    detectable: float | None


class ExperimentFigures(Told):
    """The first arm is the reference. ``warnings``: what stands in the way of believing the figures.

    ``split_p``: how likely such sizes are under the shares as designed; ``split_broken``: nothing else can be
    believed. ``needed``: customers an arm needs for a rise of ``wanted`` in ``paid``.
    """

    name: str
    as_of: datetime
    days: int
    campaigns: tuple[str, ...]
    running: bool
    arms: tuple[ArmResultOut, ...]
    split_p: float | None
    split_broken: bool
    currency: str | None
    wanted: float
    needed: int | None
    unripe: int
    warnings: tuple[str, ...]


class ExperimentOut(Told):
    """``counting``: it is being counted; ask again in a moment."""

    counting: bool
    counted_at: datetime | None
    experiment: ExperimentFigures | None


def overview(visit: Visit, query: ReportQuery, _body: Nothing) -> ReportOut:
    question = Question(query.names, Period(query.first, query.last), query.dimensions, query.paid_days)
    latest = reporting.latest(visit.services, question)
    report = None if latest.report is None else told(latest.report)
    return ReportOut(counting=latest.counting or report is None, counted_at=latest.at, report=report)


def numbers(visit: Visit, query: NumbersQuery, _body: Nothing) -> NumbersOut:
    found = counting.numbers_by(visit.services, query.by)
    if found is None:
        return NumbersOut(counting=True, counted_at=None, by=query.by, items=())
    items = (
        NumbersRow(
            key=group.key,
            numbers=group.numbers,
            states={state.value: count for state, count in group.states.items() if count},
            due=group.due,
        )
        for group in found.value
    )
    return NumbersOut(counting=False, counted_at=counted_at(visit, found), by=query.by, items=tuple(items))


def experiments(visit: Visit, _query: Nothing, _body: Nothing) -> ExperimentsOut:
    with visit.reading() as session:
        return ExperimentsOut(items=tuple(experiment_names(session)))


def experiment(visit: Visit, _query: Nothing, _body: Nothing) -> ExperimentOut:
    found = counting.experiment(visit.services, name_of(visit))
    if found is None:
        return ExperimentOut(counting=True, counted_at=None, experiment=None)
    figures = _figures(visit, found.value)
    return ExperimentOut(counting=False, counted_at=counted_at(visit, found), experiment=figures)


def _figures(visit: Visit, report: ExperimentReport) -> ExperimentFigures:
    return ExperimentFigures(
        name=report.design.name,
        as_of=report.as_of,
        days=report.days,
        campaigns=report.campaigns,
        running=report.running,
        arms=tuple(_arm(each) for each in report.arms),
        split_p=report.split.p,
        split_broken=report.split.broken,
        currency=report.currency,
        wanted=report.wanted,
        needed=report.needed,
        unripe=report.unripe,
        warnings=warnings(report, words(visit.language)),
    )


def _arm(found: ArmResult) -> ArmResultOut:
    return ArmResultOut(
        name=found.arm.name,
        kind=found.arm.kind.value,
        script=found.arm.flow,
        share=found.arm.share * 100 / WHOLE,
        customers=found.customers,
        ripe=found.ripe,
        measures=tuple(
            MeasureOut(
                measure=each.measure,  # type: ignore[arg-type]
                hits=each.hits,
                value=IntervalOut.of(each.value),
                difference=IntervalOut.of(each.difference),
            )
            for each in found.measures
        ),
        money=IntervalOut.of(found.money),
        money_difference=IntervalOut.of(found.money_difference),
        detectable=found.detectable,
    )


TAG = "reports"
READ = "reports.read"
ENDPOINTS = (
    Endpoint(
        "GET",
        "/reports/overview",
        READ,
        overview,
        "The report over campaigns and days",
        TAG,
        ReportOut,
        ReportQuery,
        fails=(404, 409),
        about="Funnel, money, cost and break-downs, as on the page of reports. A large one is counted behind "
        "the answer: until it is there, `counting` is true and the last that was counted comes with it.",
    ),
    Endpoint(
        "GET",
        "/reports/numbers",
        READ,
        numbers,
        "How the numbers stand",
        TAG,
        NumbersOut,
        NumbersQuery,
    ),
    Endpoint("GET", "/reports/experiments", READ, experiments, "List experiments", TAG, ExperimentsOut),
    Endpoint(
        "GET",
        "/reports/experiments/{name}",
        READ,
        experiment,
        "One experiment: its arms, with intervals",
        TAG,
        ExperimentOut,
        about="Warnings are in the language of Accept-Language.",
    ),
)
