"""The report as tables, in the language of whoever reads it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from campaigns.outcomes.figures import moment
from campaigns.outcomes.grid import Column, Grid, Unit
from campaigns.outcomes.overview.dimensions import OF_DIALS, OF_MEMBERS, Dimension
from campaigns.outcomes.overview.figures import FUNNEL, Dials, Money
from campaigns.outcomes.overview.headline import cost_currencies, key_figures, known, over, paid_label
from campaigns.outcomes.overview.summary import Overview
from campaigns.outcomes.report import rate
from campaigns.outcomes.report_words import Words

_HEADS = {
    Dimension.CAMPAIGN: ("overview.campaign",),
    Dimension.GRADE: ("grade",),
    Dimension.TREATMENT: ("overview.treatment",),
    Dimension.ARM: ("overview.arm",),
    Dimension.SCRIPT: ("overview.script", "overview.version", "overview.arm"),
    Dimension.HOUR: ("hour",),
    Dimension.LINE: ("overview.line",),
    Dimension.CALLER: ("overview.caller",),
}

_NAMED = 6  # campaigns in a head line


def grids(report: Overview, say: Words) -> tuple[Grid, ...]:
    """All tables of the report, in their order; a break-down with nothing in it is left out."""
    parts = [key_figures(report, say), funnel(report, say)]
    parts += [_members(report, dimension, say) for dimension in OF_MEMBERS if dimension in report.by]
    parts += [_dials(report, dimension, say) for dimension in OF_DIALS if dimension in report.by]
    if Dimension.REASON in report.by:
        parts.append(_reasons(report, say))
    return tuple(grid for grid in parts if grid.rows)


def about(report: Overview, say: Words) -> tuple[str, ...]:
    """What the report is over: period, campaigns, state of the data."""
    period = report.period
    days = [
        *([] if period.first is None else [f"{say('overview.from')} {period.first}"]),
        *([] if period.last is None else [f"{say('overview.until')} {period.last}"]),
    ]
    names = ", ".join(report.campaigns[:_NAMED]) + (" …" if len(report.campaigns) > _NAMED else "")
    return (
        f"{say('overview.period')} {' '.join(days) or say('overview.all_days')}",
        f"{say('overview.campaigns')} {len(report.campaigns)}" + (f": {names}" if names else ""),
        f"{say('as_of')} {moment(report.as_of)}",
        f"{say('zone')} {report.zone}",
    )


def definitions(report: Overview, say: Words) -> tuple[str, ...]:
    """What the figures mean: the same words beside every form of the report."""
    names = (
        "overview.member", "overview.dial", "overview.eligible", "dialed", "connected", "right_party",
        "promise", "overview.kept", "overview.paid", "overview.relief", "overview.cost", "overview.reason",
        "rates",
    )  # fmt: skip
    return tuple(say(f"define.{name}").replace("{days}", str(report.paid_days)) for name in names)


def funnel(report: Overview, say: Words) -> Grid:
    """Members by stage."""
    stages = report.stages
    counts = [getattr(stages, name) for name in FUNNEL]
    rows = [
        (stage_label(name, say), count, rate(count, stages.loaded), rate(count, before) if before else None)
        for name, count, before in zip(FUNNEL, counts, [0, *counts], strict=False)
    ]
    return Grid(
        "funnel",
        say("overview.funnel"),
        (Column("stage", say("stage"), Unit.TEXT),),
        (
            Column("members", say("overview.members")),
            Column("of_loaded", say("of_loaded"), Unit.SHARE),
            Column("of_previous", say("of_previous"), Unit.SHARE),
        ),
        tuple(rows) if stages.loaded else (),
        tuple((name,) for name in FUNNEL),
    )


def stage_label(name: str, say: Words) -> str:
    return say("overview.kept") if name == "kept" else say(name)


def _members(report: Overview, dimension: Dimension, say: Words) -> Grid:
    currencies = report.currencies
    columns = [Column(name, stage_label(name, say), room=int(name == "eligible")) for name in FUNNEL]
    columns += [
        Column("paid", paid_label(report, say)),
        Column("paid_rate", say("overview.paid_rate"), Unit.SHARE, room=2),
    ]
    columns += [
        Column(f"{key}.{currency}", f"{say(f'overview.{key}')} {currency}", Unit.MONEY, room=2)
        for currency in currencies
        for key in ("promised_money", "kept_money", "paid_money", "relief_kept")
    ]
    rows, raw = [], []
    for group in report.by_members(dimension):
        figures = [getattr(group.stages, name) for name in FUNNEL]
        figures += [group.stages.paid, rate(group.stages.paid, group.stages.dialed)]
        for currency in currencies:
            money = group.money.get(currency, Money())
            figures += [money.promised, money.kept, money.paid, money.relief_kept]
        label = _none_of(dimension, say) if group.key is None else group.key
        rows.append((label, *figures))
        raw.append((group.key,))
    only_none = dimension is Dimension.ARM and all(key == (None,) for key in raw)
    return _grid(dimension, say, columns, [] if only_none else rows, raw)


def _dials(report: Overview, dimension: Dimension, say: Words) -> Grid:
    currencies, costs = report.currencies, cost_currencies(report)
    columns = [
        Column("dials", say("dials")),
        Column("connected", say("connected")),
        Column("contact_rate", say("contact_rate"), Unit.SHARE, room=1),
        Column("right_party", say("right_party")),
        Column("right_party_rate", say("right_party_rate"), Unit.SHARE, room=2),
        Column("promises", say("overview.promises")),
        Column("promise_rate", say("promise_rate"), Unit.SHARE, room=1),
        Column("kept", say("kept")),
        Column("kept_rate", say("kept_rate"), Unit.SHARE),
        Column("talk_s", say("talk"), Unit.SECONDS, room=2),
    ]
    columns += [
        Column(f"{key}.{currency}", f"{say(f'overview.{key}')} {currency}", Unit.MONEY, room=2)
        for currency in currencies
        for key in ("promised_money", "kept_money")
    ]
    for currency in costs:
        label = f"{say('overview.cost_calls')} {currency}".strip()
        columns.append(Column(f"cost.{currency}".strip("."), label, Unit.COST, room=2))
        label = f"{say('overview.cost_promise')} {currency}".strip()
        columns.append(Column(f"cost_promise.{currency}".strip("."), label, Unit.COST, room=2))
    rows, raw = [], []
    for group in report.by_dials(dimension):
        figures: list[Any] = _figures(group.dials)
        for currency in currencies:
            money = group.money.get(currency, Money())
            figures += [money.promised, money.kept]
        for currency in costs:
            cost = known(group.cost, currency)
            figures += [cost, over(cost, group.dials.promises)]
        parts = group.key if isinstance(group.key, tuple) else (group.key,)
        rows.append((*_labels(dimension, parts, say), *figures))
        raw.append(parts)
    return _grid(dimension, say, columns, rows, raw)


def _figures(dials: Dials) -> list[Any]:
    return [
        dials.dials,
        dials.connected,
        rate(dials.connected, dials.dials),
        dials.right_party,
        rate(dials.right_party, dials.dials),
        dials.promises,
        rate(dials.promises, dials.right_party),
        dials.kept,
        rate(dials.kept, dials.due),
        dials.talk_s,
    ]


def _labels(dimension: Dimension, parts: Sequence[Any], say: Words) -> tuple[str, ...]:
    if dimension is Dimension.HOUR:
        return tuple(f"{hour:02d}:00" for hour in parts)
    show: Callable[[Any], str] = lambda part: say("overview.not_kept") if part is None else str(part)  # noqa: E731
    if dimension is Dimension.SCRIPT:
        *script, arm = parts
        return (*(show(part) for part in script), "–" if arm is None else str(arm))
    return tuple(show(part) for part in parts)


def script_label(key: Sequence[Any], say: Words) -> str:
    """A script in one line: its flow, version and arm."""
    flow, version, arm = key
    known = say("overview.not_kept") if flow is None else f"{flow} {version}"
    return known if arm is None else f"{known} · {arm}"


def _none_of(dimension: Dimension, say: Words) -> str:
    return say("ungraded") if dimension is Dimension.GRADE else say("overview.none")


def _grid(
    dimension: Dimension,
    say: Words,
    columns: Sequence[Column],
    rows: Sequence[tuple[Any, ...]],
    raw: Sequence[tuple[Any, ...]],
) -> Grid:
    keys = tuple(Column(name.rpartition(".")[2], say(name), Unit.TEXT) for name in _HEADS[dimension])
    return Grid(
        f"by_{dimension}", say(f"overview.by.{dimension}"), keys, tuple(columns), tuple(rows), tuple(raw)
    )


def _reasons(report: Overview, say: Words) -> Grid:
    return Grid(
        "by_reason",
        say("overview.by.reason"),
        (Column("verdict", say("verdict"), Unit.TEXT), Column("reason", say("reason"), Unit.TEXT)),
        (
            Column("decisions", say("decisions_count")),
            Column("customers", say("customers")),
            Column("holds_back", say("holds_back")),
        ),
        tuple(
            (say(row.verdict), say.reason(row.reason), row.decisions, row.customers, row.holds_back)
            for row in report.reasons
        ),
        tuple((row.verdict, row.reason) for row in report.reasons),
    )
