"""The report over campaigns and days, on the terminal and in files."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from rich.console import Console

from campaigns.errors import SettingsError
from campaigns.outcomes.grid import Grid
from campaigns.outcomes.overview.dimensions import parse_dimensions
from campaigns.outcomes.overview.files import write_csv, write_xlsx
from campaigns.outcomes.overview.grids import about, definitions, grids
from campaigns.outcomes.overview.page import overview_page
from campaigns.outcomes.overview.period import Period
from campaigns.outcomes.overview.rates import load_rates
from campaigns.outcomes.overview.summary import Overview
from campaigns.outcomes.overview.terminal import render
from campaigns.outcomes.report_words import words
from campaigns.settings import Settings
from campaigns.store.database import Database
from campaigns.store.overview.report import overview


@dataclass(frozen=True, slots=True)
class Wanted:
    """What was asked for on the command line."""

    campaigns: tuple[str, ...] = ()
    first: date | None = None
    last: date | None = None
    by: str = ""
    paid_days: int = 7


@dataclass(frozen=True, slots=True)
class Files:
    """Where to write what; None: not wanted."""

    csv: Path | None = None
    xlsx: Path | None = None
    html: Path | None = None


def report_overview(
    settings: Settings, database: Database, wanted: Wanted, files: Files, language: str
) -> None:
    """Print the report; write the files. Raises CampaignsError, DataFileError."""
    say = words(language)
    report = overview_of(settings, database, wanted)
    tables, notes = grids(report, say), definitions(report, say)
    console = Console()
    console.print(render(say("overview"), about(report, say), tables, notes, say, console.width))
    write_files(files, tables, notes, say("overview"), lambda: overview_page(report, say), console)


def overview_of(settings: Settings, database: Database, wanted: Wanted) -> Overview:
    """The figures that were asked for."""
    with database.reading() as session:
        return overview(
            session,
            settings.zone,
            load_rates(settings.rates),
            campaigns=wanted.campaigns,
            period=Period(wanted.first, wanted.last),
            by=parse_dimensions(wanted.by),
            paid_days=wanted.paid_days,
        )


def write_files(
    files: Files,
    tables: Iterable[Grid],
    notes: tuple[str, ...],
    title: str,
    page: Callable[[], str],
    console: Console,
) -> None:
    """Write what is wanted, and say so. Raises SettingsError."""
    written: list[Path] = []
    tables = list(tables)
    try:
        if files.csv is not None:
            written += write_csv(tables, files.csv, notes)
        if files.xlsx is not None:
            written.append(write_xlsx(tables, files.xlsx, notes, title))
        if files.html is not None:
            files.html.write_text(page(), encoding="utf-8")
            written.append(files.html)
    except OSError as error:
        raise SettingsError(f"the report cannot be written: {error}") from error
    for path in written:
        console.print(f"Wrote {path}", soft_wrap=True)
