"""The report of an experiment, on the terminal and in files."""

from __future__ import annotations

from rich.console import Console

from campaigns.cli.overviewing import Files, write_files
from campaigns.dialing.timing import choose_clock
from campaigns.outcomes.experiments.grids import about, definitions, grids, warnings
from campaigns.outcomes.experiments.page import experiment_page
from campaigns.outcomes.overview.terminal import render
from campaigns.outcomes.report_words import words
from campaigns.settings import Settings
from campaigns.store.database import Database
from campaigns.store.experiment_results import experiment_report


def report_experiment(
    settings: Settings, database: Database, name: str, days: int, wanted: float, files: Files, language: str
) -> None:
    """Print the report; write the files. Raises CampaignsError."""
    say = words(language)
    now = choose_clock(settings, database, real_time=False).now().astimezone(settings.zone)
    with database.reading() as session:
        report = experiment_report(session, name, now, days=days, wanted=wanted)
    tables, notes = grids(report, say), definitions(report, say)
    console = Console()
    console.print(render(say("experiment.report"), about(report, say), tables, notes, say, console.width))
    for line in warnings(report, say):
        console.print(line, style="bold red" if report.split.broken else "yellow")
    write_files(
        files, tables, (*warnings(report, say), *notes), say("experiment"),
        lambda: experiment_page(report, say), console,
    )  # fmt: skip
