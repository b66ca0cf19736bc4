"""``xiaorong grade --life-cycle before|during``: what it does and shows."""

from __future__ import annotations

import csv
from pathlib import Path

import typer
from rich.console import Console

from campaigns.cli.grade_view import band_text, decided_text, print_matrix, rules_table, scorecard_table
from campaigns.customers.facts.factfile import read_facts
from campaigns.customers.facts.mapping import find_fact_mapping
from campaigns.dialing.timing import ledger_now
from campaigns.errors import ConflictError
from campaigns.grading.life_cycle import Stage
from campaigns.grading.outcomes import SEVERITY
from campaigns.grading.rulefile import load_stage_rules
from campaigns.grading.rules import GRADES, Outcome
from campaigns.outcomes.report_csv import ENCODING, cell
from campaigns.outcomes.report_words import words
from campaigns.settings import Settings
from campaigns.store.database import Database
from campaigns.store.grading_lock import Grader, grading_alone
from campaigns.store.life_cycle import StageReport, grade_portfolio_during, grade_rows
from campaigns.store.life_cycle_records import diff_stage, explain_stage
from campaigns.tables import Table

COLUMNS = ("key", "outcome", "grade", "points", "reasons")
WORST = 10


def grade_stage_file(
    settings: Settings,
    database: Database,
    stage: Stage,
    rules_file: Path | None,
    file: Path | None,
    mapping: str | None,
    table_file: Path | None,
) -> None:
    """Grade a file, or during a loan the whole portfolio, and print what follows. Raises ConflictError."""
    rules = load_stage_rules(stage, rules_file)
    if file is None and stage is Stage.BEFORE:
        raise ConflictError("before a loan there is nobody in the store yet; give the applications: --file")
    with database.transaction() as session:
        at = ledger_now(settings, session)
    if file is None:
        with grading_alone(database, Grader.COMMAND_LINE), database.transaction() as session:
            report = grade_portfolio_during(session, rules, at)
    else:
        told = find_fact_mapping(mapping or stage.value)
        if told.life_cycle is not stage:
            raise ConflictError(f"the mapping {told.name!r} is for {told.life_cycle}, not {stage}, a loan")
        found = read_facts(file, told, settings.home / "imports")
        with grading_alone(database, Grader.COMMAND_LINE), database.transaction() as session:
            report = grade_rows(session, found.rows, rules, at)
        typer.echo(f"{found.read:,} rows: {len(found.rows):,} graded, {found.rejected:,} rejected.")
        if found.error_file is not None:
            typer.echo(f"Rejected rows and why: {found.error_file}")
    _print(report, settings.language)
    if table_file is not None:
        _write(report, table_file)
        typer.echo(f"All of them, the worst first: {table_file}")


def _print(report: StageReport, language: str) -> None:
    say = words(language)
    console = Console(highlight=False)
    table = Table("Outcome", *GRADES, "All", "Share", title=f"Outcomes by rules {report.rules_version}")
    total = len(report.rows)
    for outcome in reversed(SEVERITY):
        rows = [row for row in report.rows if row.result.outcome is outcome]
        letters = [sum(row.result.grade.letter == letter for row in rows) for letter in GRADES]
        share = f"{len(rows) / total:.1%}" if total else "-"
        counts = [f"{count:,}" for count in (*letters, len(rows))]
        table.add_row(say.code("outcome", outcome), *counts, share)
    console.print(table)
    worst = [row for row in report.rows if row.result.outcome is not Outcome.NONE][:WORST]
    if worst:
        cases = Table("Key", "Outcome", "Grade", "Points", "Reasons", title="The worst first")
        for row in worst:
            grade = row.result.grade
            reasons = ", ".join(grade.reasons)
            follows = say.code("outcome", row.result.outcome)
            cases.add_row(row.key, follows, grade.letter, str(grade.points), reasons)
        console.print(cases)
    typer.echo(f"{report.changed:,} grades are new or changed; {report.cases:,} cases opened for people.")


def _write(report: StageReport, file: Path) -> None:
    try:
        with file.open("w", encoding=ENCODING, newline="") as stream:
            writer = csv.writer(stream)
            writer.writerow(COLUMNS)
            for row in report.rows:
                grade = row.result.grade
                values = row.result.outcome.value, grade.letter, grade.points, " ".join(grade.reasons)
                writer.writerow([cell(row.key), *values])
    except OSError as error:
        raise ConflictError(f"{file} cannot be written: {error.strerror}") from error


def print_stage(
    settings: Settings, database: Database, stage: Stage, key: str, rules_file: Path | None
) -> None:
    """Print why ``key`` is graded so, and its history. Raises NotFoundError."""
    rules = load_stage_rules(stage, rules_file)
    say = words(settings.language)
    console = Console(highlight=False)
    with database.transaction() as session:
        found = explain_stage(session, key, rules)
    result = found.now.result
    typer.echo(
        f"{key}: {say.code('outcome', found.outcome)}; {result.letter} with {result.points} points, "
        f"decided by {decided_text(found.now)}, by rules {rules.label}."
    )
    if found.now.strong or found.now.weak:
        console.print(rules_table(found.now))
    if found.now.scorecard:
        console.print(scorecard_table(found.now))
    typer.echo("Thresholds: " + ", ".join(band_text(band) for band in found.now.bands))
    if rules.outcomes is not None:
        limits = rules.outcomes
        typer.echo(
            f"Points alone: watched from {limits.watch}, looked at by a person from {limits.review}; "
            "whatever is more rests on a strong rule."
        )
    history = Table("Since", "Outcome", "Grade", "Points", "Rules", "Reasons", title="On record")
    for record in found.history:
        grade = record.result.grade
        history.add_row(
            f"{record.graded_at.astimezone(settings.zone):%Y-%m-%d %H:%M}",
            say.code("outcome", record.result.outcome),
            grade.letter,
            str(grade.points),
            record.rules_version,
            ", ".join(grade.reasons),
        )
    console.print(history)


def print_stage_diff(
    settings: Settings, database: Database, stage: Stage, rules_file: Path, top: int
) -> None:
    """Print what rules would move from the grades on record. Nothing is written."""
    say = words(settings.language)
    with database.transaction() as session:
        found = diff_stage(session, load_stage_rules(stage, rules_file))
    moved = {pair: count for pair, count in found.outcomes.items() if pair[0] is not pair[1]}
    table = Table("Before", "After", "Rows", title="Outcomes that would change")
    for (before, after), count in sorted(moved.items(), key=lambda item: -item[1]):
        table.add_row(say.code("outcome", before), say.code("outcome", after), f"{count:,}")
    if moved:
        Console(highlight=False).print(table)
    typer.echo(f"{sum(moved.values()):,} outcomes would change.")
    print_matrix(found.matrix, found.moves, found.keys, top)
