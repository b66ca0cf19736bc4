"""A report as programs are told it: the figures of its tables, without their words."""

from __future__ import annotations

from collections.abc import Mapping

from campaigns.console.api.report_fields import (
    CostOut,
    DialRow,
    DialsOut,
    IntervalOut,
    MemberRow,
    MoneyFigures,
    OverviewOut,
    ReasonRow,
    ScriptRow,
    StagesOut,
    plain,
)
from campaigns.experiments.intervals import wilson
from campaigns.outcomes.overview.dimensions import Dimension
from campaigns.outcomes.overview.figures import Dials, Money
from campaigns.outcomes.overview.rates import Cost
from campaigns.outcomes.overview.summary import Group, Overview
from campaigns.outcomes.report import rate


def told(report: Overview) -> OverviewOut:
    """All of it."""
    reasons = tuple(ReasonRow.model_validate(each) for each in report.reasons)
    return OverviewOut(
        first=report.period.first,
        last=report.period.last,
        zone=report.zone,
        as_of=report.as_of,
        campaigns=report.campaigns,
        paid_days=report.paid_days,
        held_out=report.held_out,
        stages=StagesOut.model_validate(report.stages),
        money=_money(report.money),
        dials=_dials(report.dials.dials),
        messages=report.messages,
        call_cost=_cost(report.dials.cost),
        message_cost=_cost(report.message_cost),
        cost=_cost(report.cost),
        by_campaign=_members(report, Dimension.CAMPAIGN),
        by_grade=_members(report, Dimension.GRADE),
        by_treatment=_members(report, Dimension.TREATMENT),
        by_arm=_members(report, Dimension.ARM),
        by_script=_scripts(report),
        by_hour=_groups(report, Dimension.HOUR),
        by_line=_groups(report, Dimension.LINE),
        by_caller=_groups(report, Dimension.CALLER),
        by_reason=reasons if Dimension.REASON in report.by else None,
    )


def _members(report: Overview, dimension: Dimension) -> tuple[MemberRow, ...] | None:
    if dimension not in report.by:
        return None
    return tuple(
        MemberRow(key=each.key, stages=StagesOut.model_validate(each.stages), money=_money(each.money))
        for each in report.by_members(dimension)
    )


def _groups(report: Overview, dimension: Dimension) -> tuple[DialRow, ...] | None:
    if dimension not in report.by:
        return None
    return tuple(
        DialRow(
            key=each.key,
            dials=_dials(each.dials),
            money=_money(each.money),
            cost=_cost(each.cost),
            lost=each.lost,
        )
        for each in report.by_dials(dimension)
    )


def _scripts(report: Overview) -> tuple[ScriptRow, ...] | None:
    if Dimension.SCRIPT not in report.by:
        return None
    return tuple(_script(each) for each in report.by_dials(Dimension.SCRIPT))


def _script(group: Group) -> ScriptRow:
    script, version, arm = group.key
    dials = group.dials
    return ScriptRow(
        script=script,
        version=version,
        arm=arm,
        dials=_dials(dials),
        promises=IntervalOut.of(wilson(min(dials.promises, dials.right_party), dials.right_party)),
        money=_money(group.money),
        cost=_cost(group.cost),
        lost=group.lost,
    )


def _dials(dials: Dials) -> DialsOut:
    return DialsOut(
        **plain(dials),
        contact_rate=rate(dials.connected, dials.dials),
        right_party_rate=rate(dials.right_party, dials.dials),
        promise_rate=rate(dials.promises, dials.right_party),
        kept_rate=rate(dials.kept, dials.due),
    )


def _money(money: Mapping[str, Money]) -> dict[str, MoneyFigures]:
    return {currency: MoneyFigures.model_validate(each) for currency, each in money.items()}


def _cost(cost: Cost) -> CostOut:
    return CostOut(amounts=None if cost.unknown else cost.amounts, unknown=tuple(sorted(cost.unknown)))
