"""The report in a terminal: a funnel with bars and a few dense tables."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from rich import box
from rich.columns import Columns
from rich.console import Group, RenderableType
from rich.padding import Padding
from rich.progress_bar import ProgressBar
from rich.text import Text

from campaigns.outcomes.dispositions import Dispositions
from campaigns.outcomes.figures import duration, moment, money, percent
from campaigns.outcomes.report import STAGES, CampaignReport, rate
from campaigns.outcomes.report_words import Words, words
from campaigns.tables import Table

BAR_WIDTH = 28


def render_terminal(
    report: CampaignReport, language: str = "zh", dispositions: Dispositions | None = None
) -> RenderableType:
    """The report for ``rich.console.Console.print``. Raises NotFoundError for an unknown language."""
    say = words(language, dispositions)
    parts: list[RenderableType] = [_head(report, say), funnel_table(report, language)]
    parts.append(_totals(report, say))
    if report.promises:
        parts.append(_promises(report, say))
    if report.relief:
        parts.append(_relief(report, say))
    if report.dispositions:
        parts.append(_dispositions(report, say))
    if len(report.by_grade) > 1:
        parts.append(_grades(report, say))
    if report.by_hour:
        parts.append(_hours(report, say))
    if report.reasons or report.undecided:
        parts.append(_reasons(report, say))
    if report.numbers:
        parts.append(_numbers(report, say))
    parts.append(_after_calls(report, say))
    return Group(*(Padding(part, (0, 0, 1, 0)) for part in parts))


def funnel_table(report: CampaignReport, language: str = "zh") -> Table:
    """The funnel alone, as it closes a run."""
    say = words(language)
    table = _table(say("funnel"), [say("stage")], [say("customers"), say("of_loaded"), say("of_previous")])
    table.add_column("", no_wrap=True)
    for stage in report.funnel.stages():
        bar = ProgressBar(
            total=max(1, report.funnel.loaded),
            completed=stage.customers,
            width=BAR_WIDTH,
            complete_style="cyan",
            finished_style="cyan",
        )
        shares = percent(stage.of_loaded), percent(stage.of_previous)
        table.add_row(say(stage.name), f"{stage.customers:,}", *shares, bar)
    return table


def _head(report: CampaignReport, say: Words) -> Text:
    facts = report.campaign
    # Text, never markup: a campaign's name is an operator's own words.
    text = Text.assemble((facts.name, "bold"), "  ", (say.code("state", facts.state), "cyan"))
    if facts.pause_reason:
        text.append(f"  {say.reason(facts.pause_reason)}", "yellow")
    about = [
        f"{say('flow')} {facts.flow}",
        f"{say('started')} {moment(facts.started_at)}",
        f"{say('finished')} {moment(facts.finished_at)}",
        f"{say('as_of')} {moment(facts.as_of)}",
        report.zone,
    ]
    return text.append("\n" + " · ".join(about), "dim")


def _totals(report: CampaignReport, say: Words) -> Table:
    attempts, talk = report.attempts, report.talk
    figures = {
        "dials": f"{attempts.dials:,}",
        "contact_rate": percent(attempts.contact_rate),
        "right_party_rate": percent(attempts.right_party_rate),
        "promise_rate": percent(attempts.promise_rate),
        "trunk_faults": f"{attempts.trunk_faults:,}",
        "lost": f"{attempts.lost:,}",
        "live": f"{attempts.live:,}",
        "talk_total": duration(talk.total_s),
        "talk_mean": duration(talk.mean_s),
    }
    if report.inbound.calls:
        figures |= {
            "calls_in": f"{report.inbound.calls:,}",
            "calls_in_customers": f"{report.inbound.customers:,}",
            "calls_in_right_party": f"{report.inbound.right_party:,}",
            "calls_in_promises": f"{report.inbound.promises:,}",
            "calls_in_talk": duration(report.inbound.talk_s),
        }
    # Upright: so many columns would not fit a terminal of 80.
    table = _table(say("attempt_totals"), [""], [""])
    table.show_header = False
    for name, figure in figures.items():
        table.add_row(say(name), figure)
    return table


def _promises(report: CampaignReport, say: Words) -> Table:
    counts = ("with_rest", "with_plan", "pending", "kept", "broken", "cancelled")
    names = ("amount_due", "promised", "of_due", "relief", *counts)
    table = _table(say("promises"), [""], [row.currency for row in report.promises])
    columns = [
        (
            money(row.amount_due),
            money(row.amount),
            percent(row.promised_rate),
            money(row.relief),
            *(f"{getattr(row, name):,}" for name in counts),
        )
        for row in report.promises
    ]
    for name, *figures in zip(names, *columns, strict=True):
        table.add_row(say(name), *figures)
    return table


def _relief(report: CampaignReport, say: Words) -> Table:
    table = _table(say("relief_accepted"), [""], [row.currency for row in report.relief])
    for state in ("booked", "pending", "lapsed"):
        figures = [
            f"{getattr(row, state):,}  {money(getattr(row, f'{state}_amount'))}" for row in report.relief
        ]
        table.add_row(say.code("relief", state), *figures)
    return table


def _dispositions(report: CampaignReport, say: Words) -> Table:
    columns = ("attempts", "share", "customers", "connected", "right_party", "talk")
    table = _table(say("dispositions"), [say("disposition")], [say(name) for name in columns])
    whole = sum(row.attempts for row in report.dispositions)
    for row in report.dispositions:
        table.add_row(
            Text(say.disposition(row.code)),
            f"{row.attempts:,}",
            percent(rate(row.attempts, whole)),
            f"{row.customers:,}",
            f"{row.connected:,}",
            f"{row.right_party:,}",
            duration(row.talk_s),
        )
    return table


def _grades(report: CampaignReport, say: Words) -> Table:
    table = _table(say("by_grade"), [say("grade")], [say(name) for name in STAGES])
    for row in report.by_grade:
        counts = [f"{stage.customers:,}" for stage in row.funnel.stages()]
        table.add_row(row.letter or say("ungraded"), *counts)
    return table


def _hours(report: CampaignReport, say: Words) -> Table:
    columns = ("dials", "connected", "contact_rate", "right_party", "promise")
    table = _table(say("by_hour"), [say("hour")], [say(name) for name in columns])
    for row in report.by_hour:
        share = percent(rate(row.connected, row.dials))
        counts = f"{row.dials:,}", f"{row.connected:,}", share, f"{row.right_party:,}", f"{row.promises:,}"
        table.add_row(f"{row.hour:02d}:00", *counts)
    return table


def _reasons(report: CampaignReport, say: Words) -> Table:
    columns = ("decisions_count", "customers", "holds_back")
    table = _table(say("decisions"), [say("verdict"), say("reason")], [say(name) for name in columns])
    for row in report.reasons:
        counts = (f"{count:,}" for count in (row.decisions, row.customers, row.holds_back))
        table.add_row(say(row.verdict), Text(say.reason(row.reason)), *counts)
    if report.undecided:
        table.add_row("", say("undecided"), "", "", f"{report.undecided:,}")
    return table


def _numbers(report: CampaignReport, say: Words) -> Table:
    columns = (say("numbers_count"), say("learnt"))
    table = _table(say("numbers"), [say("status"), say("source")], columns)
    for row in report.numbers:
        counts = f"{row.numbers:,}", f"{row.learnt:,}"
        table.add_row(Text(say.code("status", row.status)), Text(row.source), *counts)
    return table


def _after_calls(report: CampaignReport, say: Words) -> Columns:
    tables = []
    sections: dict[str, Callable[[str], str]] = {
        "follow_ups": say.follow_up,
        "suppressions": say.reason,
        "messages": lambda code: say.code("message", code),
    }
    for section, label in sections.items():
        table = _table(say(section), [""], [say("count")])
        for row in getattr(report, section):
            table.add_row(Text(label(row.code)), f"{row.count:,}")
        if table.row_count:
            tables.append(table)
    return Columns(tables, padding=(0, 4))


def _table(title: str, left: Iterable[str], right: Iterable[str]) -> Table:
    """A table whose first columns are text and the others figures."""
    table = Table(title=title, title_justify="left", title_style="bold", box=box.SIMPLE_HEAD, pad_edge=False)
    for name in left:
        table.add_column(name)
    for name in right:
        table.add_column(name, justify="right")
    return table
