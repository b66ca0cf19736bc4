"""Importing a portfolio file: rows in, customers in the store, an error file for the rest.

The file is read in chunks, each stored in one transaction, so an import that was interrupted has stored whole
chunks; run again, it finds them there and goes on to the same end.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from itertools import islice
from pathlib import Path

from campaigns.customers.errorfile import ErrorFile, Outcome
from campaigns.customers.generate import Generator, load_ranges
from campaigns.customers.headers import Binding, bind, detect
from campaigns.customers.mapping import Mapping as ColumnMapping
from campaigns.customers.mapping import find_mapping, shipped_mappings
from campaigns.customers.parse import RowParser
from campaigns.customers.phone import check_region
from campaigns.customers.record import CustomerRow, RawRow, Reason
from campaigns.customers.table import open_table
from campaigns.errors import ImportFileError
from campaigns.store.customers import record_batch, start_batch, upsert_customers
from campaigns.store.database import Database
from campaigns.store.numbers import give_numbers

CHUNK_ROWS = 1000

Progress = Callable[[int, int | None], None]  # rows done, rows to expect at most (None: not known)

_REPEATED = Reason("row", "duplicate", "repeats a customer and account of an earlier row")


@dataclass(frozen=True, slots=True)
class ImportReport:
    """``rows`` = ``imported`` + ``updated`` + ``rejected`` + ``duplicates``."""

    mapping: str
    rows: int
    imported: int  # accounts that are new
    updated: int  # accounts that were known
    rejected: int
    duplicates: int
    error_file: Path | None  # None: nothing was wrong
    reasons: Mapping[str, int]  # how often each reason code was given, notes on imported rows included


@dataclass(slots=True)
class _Tally:
    rows: int = 0
    imported: int = 0
    updated: int = 0
    rejected: int = 0
    duplicates: int = 0
    reasons: Counter[str] = field(default_factory=Counter)


def import_customers(
    database: Database,
    file: Path,
    *,
    mapping: ColumnMapping | Path | str | None = None,
    region: str = "CN",
    as_of: datetime,
    errors_dir: Path,
    seed: int = 0,
    progress: Progress = lambda _done, _total: None,
    now: Callable[[], datetime] | None = None,
    language: str = "zh",
    rehearse: bool = False,
) -> ImportReport:
    """Import ``file`` into the store.

    ``mapping`` is one, its file, the name of one that ships, or None to go by the headers. ``as_of`` is the
    moment whose state the file tells: aware, in the lender's zone, since its calendar day is "today" for due
    dates.
    ``now`` gives the time for the records of the import itself, by default ``as_of``. ``seed`` and
    ``language`` are for generated people. ``rehearse``: the store takes nothing of it; the report and
    the error file are what they would be, chunk by chunk.

    Raises ImportFileError when the file as a whole cannot be used, DataFileError for a wrong mapping,
    StoreError for the database.
    """
    if as_of.tzinfo is None:
        raise ValueError("as_of must be aware")
    check_region(region)
    now = now or (lambda: as_of)
    with open_table(file) as table:
        binding = _binding(file, mapping, table.headers)
        ranges = load_ranges()
        generator = Generator.of(seed, region, language)
        parser = RowParser(binding, as_of=as_of, region=region, generator=generator, ranges=ranges)
        batch = None
        if not rehearse:
            with database.transaction() as session:
                batch = start_batch(session, file_name=file.name, file_sha256=table.profile.sha256, at=now())
        error_path = errors_dir / f"{file.stem}-{table.profile.sha256[:8]}-errors.csv"
        with ErrorFile(error_path, table.headers) as errors:
            run = _Run(database, parser, generator, errors, batch)
            while chunk := list(islice(table.rows, CHUNK_ROWS)):
                run.chunk(chunk, now())
                progress(run.tally.rows, None if table.total is None else max(table.total, run.tally.rows))
            run.finish(now())
            progress(run.tally.rows, run.tally.rows)
            return run.report(binding.mapping.name)


def _binding(file: Path, mapping: ColumnMapping | Path | str | None, headers: list[str]) -> Binding:
    try:
        if mapping is None:
            return detect(shipped_mappings().values(), headers)
        return bind(mapping if isinstance(mapping, ColumnMapping) else find_mapping(mapping), headers)
    except ImportFileError as error:
        raise ImportFileError("%(file)s: %(error)s", file=file, error=error) from error


class _Run:
    """One import under way."""

    def __init__(
        self,
        database: Database,
        parser: RowParser,
        generator: Generator,
        errors: ErrorFile,
        batch: int | None,
    ) -> None:
        """``batch`` None: a rehearsal."""
        self.tally = _Tally()
        self._open = database.rehearsal if batch is None else database.transaction
        self._parser, self._generator = parser, generator
        self._errors, self._batch = errors, batch
        self._seen: set[tuple[str, str]] = set()

    def chunk(self, chunk: list[RawRow], at: datetime) -> None:
        """Parse and store some rows: all that is good in them, in one transaction."""
        entries: list[tuple[RawRow, Outcome, tuple[Reason, ...]]] = []
        good: list[tuple[RawRow, CustomerRow, tuple[Reason, ...]]] = []
        for raw in chunk:
            parsed = self._parser.parse(raw)
            if parsed.row is None:
                entries.append((raw, "rejected", parsed.reasons))
            elif (key := (parsed.row.external_id, parsed.row.account.external_id)) in self._seen:
                entries.append((raw, "duplicate", (_REPEATED,)))
            else:
                self._seen.add(key)
                good.append((raw, parsed.row, parsed.reasons))
        tally = self.tally
        with self._open() as session:
            rows = [row for _, row, _ in good]
            if any(row.invent_number for row in rows):
                rows = list(give_numbers(session, rows, self._generator.number))
            result = upsert_customers(session, rows, at=at)
            for place, (raw, _, notes) in enumerate(good):
                if place in result.refused:
                    entries.append((raw, "rejected", (result.refused[place],)))
                elif notes:
                    entries.append((raw, "imported", notes))
            tally.rows += len(chunk)
            tally.imported += result.inserted
            tally.updated += result.updated
            tally.duplicates += sum(outcome == "duplicate" for _, outcome, _ in entries)
            tally.rejected += sum(outcome == "rejected" for _, outcome, _ in entries)
            if self._batch is not None:
                record_batch(
                    session, self._batch, read=tally.rows, rejected=tally.rejected + tally.duplicates
                )
        for raw, outcome, reasons in sorted(entries, key=lambda entry: entry[0].number):
            self._errors.write(raw, outcome, reasons)
            tally.reasons.update(reason.code for reason in reasons)

    def finish(self, at: datetime) -> None:
        tally = self.tally
        if self._batch is None:
            return
        with self._open() as session:
            record_batch(
                session,
                self._batch,
                read=tally.rows,
                rejected=tally.rejected + tally.duplicates,
                finished_at=at,
            )

    def report(self, mapping: str) -> ImportReport:
        tally = self.tally
        return ImportReport(
            mapping=mapping,
            rows=tally.rows,
            imported=tally.imported,
            updated=tally.updated,
            rejected=tally.rejected,
            duplicates=tally.duplicates,
            error_file=self._errors.path,
            reasons=dict(tally.reasons),
        )
