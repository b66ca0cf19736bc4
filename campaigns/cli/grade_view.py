"""Grades on a terminal: why one customer has theirs, and what a rule change moves."""

from __future__ import annotations

import csv
from collections.abc import Mapping, Sequence
from datetime import tzinfo
from pathlib import Path

import typer
from rich.console import Console

from campaigns.errors import ConflictError
from campaigns.grading.change import Matrix, Move
from campaigns.grading.explain import Band, Explanation
from campaigns.grading.rules import GRADES
from campaigns.outcomes.report_csv import ENCODING, cell
from campaigns.store.grade_explanation import ExplainedGrade, GradeDiff
from campaigns.tables import Table

MOVE_COLUMNS = ("customer", "before", "after", "points_before", "points_after", "gone", "new")


def print_grade(explained: ExplainedGrade, label: str, zone: tzinfo) -> None:
    """Print the grade on record, the rules behind it, and the history."""
    now, current = explained.now, explained.current
    wanted = now.result.letter, now.result.points, now.result.reasons, label
    if current is None:
        typer.echo(f"Customer {explained.external_id} has no grade yet; 'xiaorong grade' would give:")
    else:
        held = current.result
        typer.echo(
            f"Customer {explained.external_id}: {held.letter} with {held.points} points, by rules "
            f"{current.rules_version}, since {current.graded_at.astimezone(zone):%Y-%m-%d %H:%M}."
        )
        if (held.letter, held.points, held.reasons, current.rules_version) != wanted:
            typer.echo(f"By the facts of now and rules {label} it would be:")
    typer.echo(f"{now.result.letter} with {now.result.points} points, decided by {decided_text(now)}.")
    if explained.same_person:
        others = ", ".join(explained.same_person)
        typer.echo(f"The same person has these keys too, each graded for itself: {others}")
    console = Console()
    if now.strong or now.weak:
        console.print(rules_table(now))
    if now.scorecard:
        console.print(scorecard_table(now))
    typer.echo("Thresholds: " + ", ".join(band_text(band) for band in now.bands))
    if explained.history:
        console.print(_history(explained, zone))
    if explained.tags:
        console.print(_tags(explained, zone))


def decided_text(now: Explanation) -> str:
    if now.decided_by is None:
        return "the points"
    return f"the strong rule {now.decided_by} (the points alone: {now.by_points})"


def band_text(band: Band) -> str:
    if band.low is None:
        return f"{band.letter} up to {band.high}"
    return (
        f"{band.letter} from {band.low}" if band.high is None else f"{band.letter} {band.low} to {band.high}"
    )


def rules_table(now: Explanation) -> Table:
    table = Table("Rule", "Effect", "Condition", "Facts", title="Rules that fired")
    for kind, hits in (("strong", now.strong), ("weak", now.weak)):
        for hit in hits:
            reason = hit.reason
            letter = f"{'not better than ' if reason.floor else ''}{reason.grade}"
            facts = ", ".join(f"{name}={_value(value)}" for name, value in hit.facts.items())
            effect = letter if kind == "strong" else f"{reason.points:+d}"
            table.add_row(f"{reason.rule} ({kind})", effect, " ".join(hit.when.split()), facts)
    return table


def scorecard_table(now: Explanation) -> Table:
    table = Table("Part", "Variable", "Value", "Bin", "Points", title="Scorecard")
    for part in now.scorecard:
        table.add_row(part.id, part.of, _value(part.value), part.bin, f"{part.points:+d}")
    return table


def _history(explained: ExplainedGrade, zone: tzinfo) -> Table:
    table = Table("Since", "Grade", "Points", "Rules", "What changed", title="Grades on record")
    for record, before in zip(explained.history, [*explained.history[1:], None], strict=True):
        reasons, earlier = record.result.reasons, before.result.reasons if before else ()
        changed = [f"new {reason}" for reason in reasons if reason not in earlier]
        changed += [f"gone {reason}" for reason in earlier if reason not in reasons]
        table.add_row(
            f"{record.graded_at.astimezone(zone):%Y-%m-%d %H:%M}",
            record.result.letter,
            str(record.result.points),
            record.rules_version,
            ", ".join(changed) or "only the rule file",
        )
    return table


def _tags(explained: ExplainedGrade, zone: tzinfo) -> Table:
    table = Table("Tag", "Since", "Until", "By", title="Tags")
    for record in explained.tags:
        since, until = (
            f"{moment.astimezone(zone):%Y-%m-%d %H:%M}" if moment else ""
            for moment in (record.since, record.until)
        )
        table.add_row(record.tag, since, until, record.source)
    return table


def _value(value: int | str | None) -> str:
    return "unknown" if value is None else str(value)


def print_diff(found: GradeDiff, top: int) -> None:
    """Print the matrix, and the ``top`` largest moves."""
    print_matrix(found.matrix, found.moves, found.external_ids, top)


def print_matrix(matrix: Matrix, found: Sequence[Move], keys: Mapping[int, str], top: int) -> None:
    """Print the matrix, and the ``top`` first moves; ``keys``: how those whom the moves name are shown."""
    console = Console()
    table = Table("Before", *GRADES, title="Customers by grade before and after")
    for before in matrix.befores:
        table.add_row(before, *(f"{matrix.counts[before, after]:,}" for after in GRADES))
    console.print(table)
    share = f" ({matrix.moved / matrix.total:.1%})" if matrix.total else ""
    typer.echo(f"{matrix.moved:,} of {matrix.total:,} customers would move{share}. Nothing was written.")
    if not found or not top:
        return
    moves = Table("Customer", "Grade", "Points", "Reasons gone", "Reasons new", title="Largest moves first")
    for move in found[:top]:
        points = "-" if move.points_before is None else str(move.points_before)
        moves.add_row(
            keys[move.customer_id],
            f"{move.before} → {move.after}",
            f"{points} → {move.points_after}",
            ", ".join(move.gone),
            ", ".join(move.new) or ("" if move.gone else "the cut-offs"),
        )
    console.print(moves)


def write_moves(found: GradeDiff, path: Path) -> None:
    """Write every move as one row of MOVE_COLUMNS. Raises ConflictError when the file cannot be written."""
    try:
        with path.open("w", encoding=ENCODING, newline="") as file:
            writer = csv.writer(file)
            writer.writerow(MOVE_COLUMNS)
            for move in found.moves:
                row = (found.external_ids[move.customer_id], move.before, move.after)
                reasons = " ".join(move.gone), " ".join(move.new)
                points = (move.points_before, move.points_after)
                writer.writerow([*map(cell, row[:1]), *row[1:], *points, *map(cell, reasons)])
    except OSError as error:
        raise ConflictError(f"{path} cannot be written: {error.strerror}") from error
