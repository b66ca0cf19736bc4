"""The list of people's work on a terminal and in a file."""

from __future__ import annotations

import csv
import getpass
from collections.abc import Sequence
from pathlib import Path

import typer
from rich.console import Console
from rich.text import Text

from campaigns.dialing.timing import choose_clock
from campaigns.errors import ConflictError
from campaigns.outcomes.gist import gist, masked
from campaigns.outcomes.report_csv import ENCODING, cell
from campaigns.outcomes.report_words import Words, words
from campaigns.settings import Settings
from campaigns.store.database import Database
from campaigns.store.followups import FollowUpView, close_follow_up
from campaigns.tables import Table

COLUMNS = (
    "follow_up",
    "urgent",
    "customer",
    "reason",
    "reason_text",
    "since",
    "number",
    "summary",
    "state",
    "closed_at",
    "closed_by",
    "note",
)
LONGEST = 255


def print_list(found: Sequence[FollowUpView], settings: Settings) -> None:
    """Print entries in their order."""
    say = words(settings.language)
    table = Table("Id", "!", "Customer", "Reason", "Since", "Call")
    for each in found:
        table.add_row(
            str(each.id),
            "!" if each.urgent else "",
            each.customer or each.number or "",
            Text(_reason(each, say)),
            f"{each.created_at.astimezone(settings.zone):%m-%d %H:%M}",
            Text(_summary(each, say)),  # text, never markup: it is what somebody said
        )
    Console().print(table)


def write_list(found: Sequence[FollowUpView], settings: Settings, path: Path) -> None:
    """Write entries as rows of COLUMNS. Raises ConflictError when the file cannot be written."""
    say = words(settings.language)
    try:
        with path.open("w", encoding=ENCODING, newline="") as file:
            writer = csv.writer(file)
            writer.writerow(COLUMNS)
            for each in found:
                closed_at = each.closed_at and each.closed_at.astimezone(settings.zone)
                row = (
                    each.id,
                    "yes" if each.urgent else "no",
                    each.customer,
                    each.reason,
                    _reason(each, say),
                    each.created_at.astimezone(settings.zone),
                    each.number,
                    _summary(each, say),
                    each.state,
                    closed_at,
                    each.closed_by,
                    each.note,
                )
                # A masked number begins with a plus, as formulas do: the apostrophe keeps it text.
                writer.writerow([cell(value) for value in row])
    except OSError as error:
        raise ConflictError(f"{path} cannot be written: {error.strerror}") from error
    typer.echo(f"{len(found):,} follow-ups written to {path}.")


def close_one(settings: Settings, database: Database, follow_up_id: int, note: str, by: str) -> None:
    """Close an entry. Raises NotFoundError, ConflictError."""
    text = " ".join(note.split())
    if not text or len(text) > LONGEST:
        raise ConflictError(f"--note says what came of it, in at most {LONGEST} characters")
    at = choose_clock(settings, database, real_time=False).now()
    with database.transaction() as session:
        close_follow_up(session, follow_up_id, at=at, by=(by.strip() or getpass.getuser())[:64], note=text)


def _reason(each: FollowUpView, say: Words) -> str:
    label = say.code("follow_up", each.reason)
    return say.follow_up(each.reason) if label == each.reason else label


def _summary(each: FollowUpView, say: Words) -> str:
    if each.call is not None:
        return gist(each.call, say)
    return "" if each.wrote is None else f"“{masked(each.wrote, each.name)}”"
