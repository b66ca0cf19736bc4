"""One export from beginning to end: checked, put on record, written, closed."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, Final
from zoneinfo import ZoneInfo

from campaigns.errors import ConflictError, NotFoundError, SettingsError
from campaigns.outcomes.exports.masking import shows
from campaigns.outcomes.exports.schema import fields_of
from campaigns.outcomes.exports.writers import Format, check_room, open_writer
from campaigns.outcomes.overview.period import ALL_DAYS, Period
from campaigns.store.database import Database
from campaigns.store.exports.records import Export, begin_export, close_export
from campaigns.store.exports.rows import Filter, count_rows, pages

LONGEST_REASON: Final = 255
NO_REASON: Final = "personal data leave only for a reason that is kept on record"


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is to leave. ``reason``: needed where it is ``personal``."""

    dataset: str
    form: Format
    campaigns: tuple[str, ...] = ()
    period: Period = ALL_DAYS
    personal: bool = False
    reason: str = ""

    def __post_init__(self) -> None:
        """Raises NotFoundError for an unknown dataset, ConflictError for personal data without reason."""
        fields_of(self.dataset)
        if self.personal and not 3 <= len(self.reason.strip()) <= LONGEST_REASON:
            raise ConflictError(NO_REASON)


@dataclass(frozen=True, slots=True)
class Written:
    """What left: how many rows, and the record of it."""

    rows: int
    record: int


def format_of(name: str) -> Format:
    """Raises NotFoundError, naming those that there are."""
    if name not in set(Format):
        raise NotFoundError(
            "an export is not written as %(name)r; it can be %(known)s", name=name, known=", ".join(Format)
        )
    return Format(name)


def write_export(
    database: Database,
    zone: ZoneInfo,
    wanted: Wanted,
    out: Path,
    *,
    actor: str,
    now: Callable[[], datetime],
    progress: Callable[[int, int], None] = lambda _done, _total: None,
) -> Written:
    """Write the file, which only its owner may read. Raises NotFoundError, ConflictError, SettingsError,
    StoreError.

    It takes its name when it is whole; what was cut short is left as ``.part`` and on record as open.
    """
    fields = fields_of(wanted.dataset)
    scope = Filter(wanted.campaigns, *wanted.period.bounds(zone))
    total = count_rows(database, wanted.dataset, scope)
    check_room(wanted.form, total)
    record = Export(
        dataset=wanted.dataset,
        format=wanted.form.value,
        personal=wanted.personal,
        reason=wanted.reason or None,
        actor=actor,
        file_name=str(out),
        filters={
            "campaigns": list(wanted.campaigns),
            "from": str(wanted.period.first or ""),
            "to": str(wanted.period.last or ""),
        },
    )
    with database.transaction() as session:
        record_id = begin_export(session, record, now())
    show = shows(fields, personal=wanted.personal)
    part, count = out.with_name(f"{out.name}.part"), 0
    try:
        part.touch(mode=0o600)
        with open_writer(wanted.form, part, fields, zone) as writer:
            for page in pages(database, wanted.dataset, scope):
                writer.write([_shown(row, show) for row in page])
                count += len(page)
                progress(count, total)
        part.replace(out)
    except OSError as error:
        raise SettingsError(f"the export cannot be written: {error}") from error
    with database.transaction() as session:
        close_export(session, record_id, count, now())
    return Written(count, record_id)


def _shown(row: Sequence[Any], show: Sequence[Any]) -> list[Any]:
    return [each(value) for each, value in zip(show, row, strict=True)]
