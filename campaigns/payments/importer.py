"""Importing a payments file: rows in, payments on accounts, an error file for the rest.

Each chunk is one transaction, short enough to come between the calls of a running campaign: whoever has paid
is not called from then on. Every reference is booked once, however often a file is imported.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from datetime import datetime, tzinfo
from itertools import islice
from pathlib import Path

from campaigns.customers.errorfile import ErrorFile, Outcome
from campaigns.customers.record import RawRow, Reason
from campaigns.customers.table import open_table
from campaigns.errors import ImportFileError
from campaigns.payments.columns import PaymentColumns, shipped_columns
from campaigns.payments.parse import PaymentParser
from campaigns.payments.record import PaymentRow
from campaigns.store.database import Database, Session
from campaigns.store.payments import book_payments

CHUNK_ROWS = 500

Progress = Callable[[int, int | None], None]  # rows done, rows to expect at most (None: not known)

_REPEATED = Reason("reference", "duplicate", "repeats the reference of an earlier row of this file")


Entry = tuple[RawRow, Outcome, tuple[Reason, ...]]


@dataclass(slots=True)
class PaymentReport:
    """``rows`` = ``booked`` + ``known`` + ``repeated`` + ``rejected``.

    ``known`` were booked before, ``repeated`` stand twice in the file. Of the ``booked``, those ``in_ledger``
    are of an earlier day than the state that the portfolio file told of their accounts, which was left as it
    is. ``taken_off`` the amounts due, by currency, minor units; ``cleared`` accounts owe nothing any more.
    """

    rows: int = 0
    booked: int = 0
    known: int = 0
    rejected: int = 0
    repeated: int = 0
    in_ledger: int = 0
    cleared: int = 0
    taken_off: Counter[str] = field(default_factory=Counter)
    error_file: Path | None = None


def import_payments(
    database: Database,
    file: Path,
    *,
    at: datetime,
    zone: tzinfo,
    errors_dir: Path,
    progress: Progress = lambda _done, _total: None,
    columns: PaymentColumns | None = None,
    rehearse: bool = False,
) -> PaymentReport:
    """Import ``file``, whose times are in ``zone``, at the moment ``at``.

    ``columns``: what its columns mean; by default those that ship. ``rehearse``: nothing is booked; the
    report and the error file are what they would be.

    Raises ImportFileError when the file as a whole cannot be used, StoreError for the database.
    """
    columns = columns or shipped_columns()
    with open_table(file) as table:
        try:
            places = columns.bind(table.headers)
        except ImportFileError as error:
            raise ImportFileError("%(file)s: %(error)s", file=file, error=error) from error
        parser = PaymentParser(columns, places, len(table.headers), at.astimezone(zone))
        run = _Run(database.rehearsal if rehearse else database.transaction, parser, at, zone, file.name)
        error_path = errors_dir / f"{file.stem}-{table.profile.sha256[:8]}-errors.csv"
        with ErrorFile(error_path, table.headers) as errors:
            while chunk := list(islice(table.rows, CHUNK_ROWS)):
                for raw, outcome, reasons in sorted(run.book(chunk), key=lambda entry: entry[0].number):
                    errors.write(raw, outcome, reasons)
                done = run.report.rows
                progress(done, None if table.total is None else max(table.total, done))
            run.report.error_file = errors.path
    return run.report


class _Run:
    """One import under way."""

    def __init__(
        self,
        open_session: Callable[[], AbstractContextManager[Session]],
        parser: PaymentParser,
        at: datetime,
        zone: tzinfo,
        file_name: str,
    ) -> None:
        self.report = PaymentReport()
        self._open, self._parser = open_session, parser
        self._at, self._zone, self._file_name = at, zone, file_name
        self._seen: set[str] = set()

    def book(self, chunk: list[RawRow]) -> list[Entry]:
        """Book the good rows of a chunk in one transaction; entries for the error file."""
        entries: list[Entry] = []
        good: list[tuple[RawRow, PaymentRow]] = []
        for raw in chunk:
            parsed = self._parser.parse(raw)
            if parsed.row is None:
                entries.append((raw, "rejected", parsed.reasons))
            elif parsed.row.reference in self._seen:
                entries.append((raw, "duplicate", (_REPEATED,)))
            else:
                self._seen.add(parsed.row.reference)
                good.append((raw, parsed.row))
        with self._open() as session:
            rows = [row for _, row in good]
            result = book_payments(session, rows, at=self._at, zone=self._zone, file_name=self._file_name)
        entries += [(good[place][0], "rejected", (reason,)) for place, reason in result.refused.items()]
        report = self.report
        report.rows += len(chunk)
        report.booked += result.booked
        report.known += len(result.repeated)
        repeated = sum(outcome == "duplicate" for _, outcome, _ in entries)
        report.repeated += repeated
        report.rejected += len(entries) - repeated
        report.in_ledger += result.in_ledger
        report.cleared += result.cleared
        report.taken_off.update(result.taken_off)
        return entries
