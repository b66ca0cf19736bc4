"""The report of calls that came in, apart from every campaign. Money is in minor units."""

from __future__ import annotations

import csv
from collections.abc import Iterable
from dataclasses import dataclass, fields
from datetime import date, datetime
from pathlib import Path

from campaigns.outcomes.figures import duration
from campaigns.outcomes.report_csv import ENCODING, cell, major
from campaigns.outcomes.report_words import words
from campaigns.tables import Table


@dataclass(frozen=True, slots=True)
class InboundRow:
    """Calls that ended with one code, ``known`` from the number of one customer; ``talk_s`` whole seconds."""

    disposition: str
    calls: int
    known: int
    right_party: int
    promises: int
    talk_s: int


@dataclass(frozen=True, slots=True)
class InboundCall:
    """One call that came in; ``customer`` is the lender's own key, None when nobody known called.

    No name, and the number masked. Times are local to the report's zone.
    """

    call: int
    at: datetime
    number: str | None
    customer: str | None
    disposition: str
    right_party: bool
    talk_s: int
    promised: int | None
    currency: str | None
    promise_due: date | None


def inbound_table(rows: Iterable[InboundRow], language: str) -> Table:
    """Calls by how they ended, with their sum."""
    say = words(language)
    table = Table(title=say("inbound"), title_justify="left")
    table.add_column(say("disposition"))
    for name in ("calls_in", "known", "calls_in_right_party", "calls_in_promises", "calls_in_talk"):
        table.add_column(say(name), justify="right")
    total = [0] * 5
    for row in rows:
        counts = (row.calls, row.known, row.right_party, row.promises, row.talk_s)
        total = [before + count for before, count in zip(total, counts, strict=True)]
        table.add_row(say.disposition(row.disposition), *_figures(counts))
    table.add_section()
    table.add_row("", *_figures(total), style="bold")
    return table


def _figures(counts: Iterable[int]) -> list[str]:
    *others, talk_s = counts
    return [*(f"{count:,}" for count in others), duration(talk_s)]


def write_inbound(calls: Iterable[InboundCall], path: Path) -> int:
    """Write one row a call as CSV that opens in a spreadsheet; how many there were."""
    columns = tuple(field.name for field in fields(InboundCall))
    count = 0
    with path.open("w", encoding=ENCODING, newline="") as file:
        writer = csv.writer(file)
        writer.writerow(columns)
        for call in calls:
            writer.writerow([cell(major(name, getattr(call, name))) for name in columns])
            count += 1
    return count
