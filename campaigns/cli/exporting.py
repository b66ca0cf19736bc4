"""One export from beginning to end: checked, put on record, written, closed."""

from __future__ import annotations

import getpass
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

from campaigns.dialing.timing import choose_clock
from campaigns.errors import ConflictError, NotFoundError, SettingsError
from campaigns.outcomes.exports.masking import shows
from campaigns.outcomes.exports.schema import fields_of
from campaigns.outcomes.exports.writers import Format, check_room, open_writer
from campaigns.outcomes.figures import moment
from campaigns.outcomes.overview.period import Period
from campaigns.settings import Settings
from campaigns.store.database import Database
from campaigns.store.exports.records import Export, begin_export, close_export, exports_on_record
from campaigns.store.exports.rows import Filter, count_rows, pages

LONGEST_REASON = 255


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
    """Write the file; what to tell of it. Raises NotFoundError, ConflictError, SettingsError, StoreError.

    The file takes its name when it is whole; what was cut short is left as ``.part`` and on record as open.
    """
    fields, form = fields_of(asked.dataset), _format(asked.form)
    if asked.personal and not 3 <= len(asked.reason) <= LONGEST_REASON:
        raise ConflictError("personal data leave only for a reason that is kept on record: --reason TEXT")
    out = asked.out or Path(f"{asked.dataset}.{form}")
    wanted = _filter(asked, settings)
    clock = choose_clock(settings, database, real_time=False)
    if form is Format.XLSX:
        check_room(form, count_rows(database, asked.dataset, wanted))
    record = Export(
        dataset=asked.dataset,
        format=form.value,
        personal=asked.personal,
        reason=asked.reason or None,
        actor=getpass.getuser(),
        file_name=str(out),
        filters={
            "campaigns": list(asked.campaigns),
            "from": str(asked.period.first or ""),
            "to": str(asked.period.last or ""),
        },
    )
    with database.transaction() as session:
        record_id = begin_export(session, record, clock.now())
    show = shows(fields, personal=asked.personal)
    part, count = out.with_name(f"{out.name}.part"), 0
    try:
        part.touch(mode=0o600)
        with open_writer(form, part, fields, settings.zone) as writer:
            for page in pages(database, asked.dataset, wanted):
                writer.write([_shown(row, show) for row in page])
                count += len(page)
        part.replace(out)
    except OSError as error:
        raise SettingsError(f"the export cannot be written: {error}") from error
    with database.transaction() as session:
        close_export(session, record_id, count, clock.now())
    masked = "personal data in full" if asked.personal else "names and numbers masked"
    return f"Wrote {count:,} {asked.dataset} to {out}: {masked}. On record as export {record_id}."


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


def _shown(row: Sequence[Any], show: Sequence[Any]) -> list[Any]:
    return [each(value) for each, value in zip(show, row, strict=True)]


def _format(name: str) -> Format:
    if name not in set(Format):
        raise NotFoundError(f"an export is not written as {name!r}; it can be {', '.join(Format)}")
    return Format(name)


def _filter(asked: Asked, settings: Settings) -> Filter:
    return Filter(asked.campaigns, *asked.period.bounds(settings.zone))
