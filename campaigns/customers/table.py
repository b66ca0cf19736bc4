"""A portfolio file as a header and a stream of rows, whatever its format."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from campaigns.customers.csvfile import CsvRecords, Record
from campaigns.customers.encoding import Profile, profile
from campaigns.customers.intake.safety import check_once
from campaigns.customers.record import RawRow
from campaigns.errors import ImportFileError


@dataclass(frozen=True, slots=True)
class Table:
    """``rows`` can be read once. ``total``: how many rows to expect at most, None when it is not known."""

    headers: list[str]
    rows: Iterator[RawRow]
    total: int | None
    profile: Profile


@contextmanager
def open_table(file: Path) -> Iterator[Table]:
    """Open a CSV (UTF-8, UTF-16 with a mark, GBK; comma, semicolon, tab or bar) or a workbook.

    Raises ImportFileError when the file as a whole cannot be used.
    """
    about = profile(file)
    try:
        check_once(file, about.sha256)
    except ImportFileError as error:
        raise ImportFileError("%(where)s: %(why)s", where=file, why=error.said) from error
    if about.encoding is None:
        from campaigns.customers.workbook import WorkbookRecords  # its libraries are slow to load

        workbook = WorkbookRecords(file)
        yield _table(file, workbook, about, workbook.lines)
        return
    with file.open(encoding=about.encoding, errors="replace", newline="") as stream:
        yield _table(file, CsvRecords(stream), about, about.lines)


def _table(file: Path, records: Iterable[Record], about: Profile, lines: int | None) -> Table:
    numbered = enumerate(records, start=1)
    for number, (cells, problem) in numbered:
        if problem:
            raise ImportFileError(
                "%(file)s, row %(number)s, where the header should be: %(detail)s",
                file=file,
                number=number,
                detail=problem.detail,
            )
        if any(cell.strip() for cell in cells):
            total = None if lines is None else max(0, lines - number)
            return Table([cell.strip() for cell in cells], _rows(numbered), total, about)
    raise ImportFileError("%(file)s holds nothing but empty lines", file=file)


def _rows(numbered: Iterator[tuple[int, Record]]) -> Iterator[RawRow]:
    """The rows that are not wholly empty: a spreadsheet often leaves such rows at its end."""
    for number, (cells, problem) in numbered:
        if problem or any(cell and not cell.isspace() for cell in cells):
            yield RawRow(number, cells, problem)
