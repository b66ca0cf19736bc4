"""The report for an analyst: a tidy summary, one figure a row, and the members, one a row.

Both open in a spreadsheet as they are: UTF-8 with a byte-order mark, without which Excel garbles Chinese.
Codes are not translated and money is in minor units, so that the files can be computed with.
"""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator
from dataclasses import asdict, fields
from datetime import date, datetime
from pathlib import Path
from typing import Any

from campaigns.outcomes.report import CampaignReport, MemberRow

ENCODING = "utf-8-sig"
SUMMARY_COLUMNS = ("section", "key", "measure", "value")
SUMMARY_FILE, MEMBERS_FILE = "summary.csv", "members.csv"
_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n")


MONEY = frozenset(
    {"amount_due", "amount", "promised", "relief", "booked_amount", "pending_amount", "lapsed_amount"}
)
"""Columns and measures that are money: written in whole units with two decimals, as people read it."""


def major(name: str, value: Any) -> Any:
    """Money from minor units (1/100) to units; anything else as it is."""
    return f"{value / 100:.2f}" if name in MONEY and isinstance(value, int) else value


def cell(value: Any) -> Any:
    """A value as it may stand in a spreadsheet: an apostrophe keeps text from running as a formula."""
    if value is None:
        return ""
    if isinstance(value, datetime):
        return value.isoformat(sep=" ", timespec="seconds")
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, float):
        return round(value, 6)
    if isinstance(value, str) and value.lstrip(" ").startswith(_FORMULA_STARTS):
        return f"'{value}"
    return value


def summary_rows(report: CampaignReport) -> Iterator[tuple[str, str, str, Any]]:
    """The report as rows of SUMMARY_COLUMNS. Rates are fractions, empty where nothing can be divided."""
    for measure, value in asdict(report.campaign).items():
        yield "campaign", "", measure, value
    yield "campaign", "", "zone", report.zone
    for stage in report.funnel.stages():
        yield "funnel", stage.name, "customers", stage.customers
        yield "funnel", stage.name, "of_loaded", stage.of_loaded
        yield "funnel", stage.name, "of_previous", stage.of_previous
    for grade in report.by_grade:
        for stage in grade.funnel.stages():
            yield "grade", grade.letter or "", stage.name, stage.customers
    yield from _each("hour", report.by_hour, "hour")
    yield from _each("disposition", report.dispositions, "code")
    yield "decision", "", "undecided", report.undecided
    yield from _each("decision", report.reasons, "verdict", "reason")
    for measure, value in asdict(report.attempts).items():
        yield "attempts", "", measure, value
    for measure in ("contact_rate", "right_party_rate", "promise_rate"):
        yield "attempts", "", measure, getattr(report.attempts, measure)
    yield from _each("promises", report.promises, "currency")
    for promise in report.promises:
        yield "promises", promise.currency, "promised_rate", promise.promised_rate
        yield "promises", promise.currency, "kept_rate", promise.kept_rate
    yield from _each("relief", report.relief, "currency")
    for measure, value in asdict(report.talk).items():
        yield "talk", "", measure, value
    yield "talk", "", "mean_s", report.talk.mean_s
    for measure, value in asdict(report.inbound).items():
        yield "inbound", "", measure, value
    yield from _each("number", report.numbers, "status", "source")
    for section in ("follow_ups", "messages", "suppressions"):
        yield from _each(section, getattr(report, section), "code")


def write_summary(report: CampaignReport, path: Path) -> None:
    """Write the summary file."""
    _write(path, SUMMARY_COLUMNS, summary_rows(report))


def write_members(members: Iterable[MemberRow], path: Path) -> int:
    """Write one row a member; how many there were. Columns are the fields of MemberRow."""
    columns = tuple(field.name for field in fields(MemberRow))
    return _write(
        path, columns, (tuple(major(name, getattr(row, name)) for name in columns) for row in members)
    )


def write_csv(report: CampaignReport, members: Iterable[MemberRow], folder: Path) -> tuple[Path, Path]:
    """Write both files into ``folder``, which is made when missing; their paths, the summary first."""
    folder.mkdir(parents=True, exist_ok=True)
    summary, detail = folder / SUMMARY_FILE, folder / MEMBERS_FILE
    write_summary(report, summary)
    write_members(members, detail)
    return summary, detail


def _write(path: Path, columns: tuple[str, ...], rows: Iterable[tuple[Any, ...]]) -> int:
    count = 0
    with path.open("w", encoding=ENCODING, newline="") as file:
        writer = csv.writer(file)
        writer.writerow(columns)
        for row in rows:
            writer.writerow([cell(value) for value in row])
            count += 1
    return count


def _each(section: str, rows: Iterable[Any], *keys: str) -> Iterator[tuple[str, str, str, Any]]:
    """One summary row for each field of each row; ``keys`` name the row."""
    for row in rows:
        values = asdict(row)
        key = "/".join(str(values.pop(name)) for name in keys)
        for measure, value in values.items():
            yield section, key, measure, major(measure, value)
