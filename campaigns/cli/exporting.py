"""One export from beginning to end: checked, put on record, written, closed."""

from __future__ import annotations

import getpass
from dataclasses import dataclass
from pathlib import Path

from rich.console import Console

from campaigns.dialing.timing import choose_clock
from campaigns.errors import ConflictError
from campaigns.outcomes.exports.run import LONGEST_REASON, NO_REASON, Wanted, format_of, write_export
from campaigns.outcomes.exports.schema import fields_of
from campaigns.outcomes.figures import moment
from campaigns.outcomes.overview.period import Period
from campaigns.settings import Settings
from campaigns.store.database import Database
from campaigns.store.exports.records import exports_on_record
from campaigns.tables import Table


@dataclass(frozen=True, slots=True)
class Asked:
    """What was asked for on the command line."""

    dataset: str
    form: str
    campaigns: tuple[str, ...]
    period: Period
    out: Path | None
    personal: bool
    reason: str


def export_rows(settings: Settings, database: Database, asked: Asked) -> str:
    """Write the file; what to tell of it. Raises NotFoundError, ConflictError, SettingsError, StoreError."""
    fields_of(asked.dataset)
    form = format_of(asked.form)
    if asked.personal and not 3 <= len(asked.reason) <= LONGEST_REASON:
        raise ConflictError(f"{NO_REASON}: --reason TEXT")
    wanted = Wanted(asked.dataset, form, asked.campaigns, asked.period, asked.personal, asked.reason)
    out = asked.out or Path(f"{asked.dataset}.{form}")
    clock = choose_clock(settings, database, real_time=False)
    done = write_export(database, settings.zone, wanted, out, actor=getpass.getuser(), now=clock.now)
    masked = "personal data in full" if asked.personal else "names and numbers masked"
    return f"Wrote {done.rows:,} {asked.dataset} to {out}: {masked}. On record as export {done.record}."


def print_log(settings: Settings, database: Database) -> None:
    """The latest exports on record."""
    table = Table("No.", "Begun", "By", "What", "Format", "Rows", "Personal", "Reason", "File")
    with database.transaction() as session:
        for row in exports_on_record(session):
            table.add_row(
                str(row.id),
                moment(row.begun_at.astimezone(settings.zone)),
                row.actor,
                row.dataset,
                row.format,
                "cut short" if row.rows is None else f"{row.rows:,}",
                "yes" if row.personal else "",
                row.reason or "",
                row.file_name,
            )
    Console().print(table)
