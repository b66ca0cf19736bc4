"""Files that are written batch by batch, in memory that does not grow with them."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import tzinfo
from enum import StrEnum
from pathlib import Path
from typing import Any, Protocol

import pyarrow as pa
import pyarrow.parquet as pq
import xlsxwriter

from campaigns.errors import ConflictError
from campaigns.outcomes.exports.schema import Field, Kind
from campaigns.outcomes.report_csv import ENCODING, cell

XLSX_ROWS = 1_048_575  # of a sheet, less the head line: Excel's own limit
_WIDTHS = {Kind.TIME: 19, Kind.DAY: 11, Kind.NAME: 12, Kind.NUMBER: 17, Kind.WORDS: 40}


class Format(StrEnum):
    """What an export can be written as."""

    CSV = "csv"
    XLSX = "xlsx"
    PARQUET = "parquet"


class Writer(Protocol):
    """Takes rows as long as it is open."""

    def write(self, rows: Sequence[Sequence[Any]]) -> None: ...


def check_room(form: Format, rows: int) -> None:
    """Raises ConflictError when ``rows`` do not fit into a file of this form."""
    if form is Format.XLSX and rows > XLSX_ROWS:
        raise ConflictError(
            "a sheet holds %(most)s rows, and these are %(rows)s; narrow it with --from "
            "and --to, or use --format csv or parquet",
            most=format(XLSX_ROWS, ","),
            rows=format(rows, ","),
        )


@contextmanager
def open_writer(form: Format, path: Path, fields: Sequence[Field], zone: tzinfo) -> Iterator[Writer]:
    """A writer of one file; times are in ``zone``. Raises OSError."""
    match form:
        case Format.CSV:
            with path.open("w", encoding=ENCODING, newline="") as file:
                yield _Csv(csv.writer(file), fields, zone)
        case Format.XLSX:
            # Rows go to disk as they come; text never becomes a formula, a link or a number.
            options = {
                "constant_memory": True,
                "strings_to_formulas": False,
                "strings_to_urls": False,
                "strings_to_numbers": False,
            }
            with xlsxwriter.Workbook(path, options) as book:
                yield _Xlsx(book, fields, zone)
        case Format.PARQUET:
            schema = pa.schema([pa.field(field.name, _arrow(field.kind, zone)) for field in fields])
            with pq.ParquetWriter(path, schema, compression="zstd") as file:
                yield _Parquet(file, schema)


class _Csv:
    def __init__(self, out: Any, fields: Sequence[Field], zone: tzinfo) -> None:
        self._out, self._fields, self._zone = out, fields, zone
        out.writerow([field.name for field in fields])

    def write(self, rows: Sequence[Sequence[Any]]) -> None:
        self._out.writerows(
            [cell(value) for value in row] for row in _localised(rows, self._fields, self._zone)
        )


class _Xlsx:
    def __init__(self, book: Any, fields: Sequence[Field], zone: tzinfo) -> None:
        self._sheet, self._fields, self._zone = book.add_worksheet("export"), fields, zone
        self._formats = {
            Kind.TIME: book.add_format({"num_format": "yyyy-mm-dd hh:mm:ss"}),
            Kind.DAY: book.add_format({"num_format": "yyyy-mm-dd"}),
        }
        self._row = 0
        head = book.add_format({"bold": True, "bottom": 1})
        for index, field in enumerate(fields):
            self._sheet.set_column(index, index, _WIDTHS.get(field.kind, max(10, len(field.name) + 2)))
            self._sheet.write_string(0, index, field.name, head)
        self._sheet.freeze_panes(1, 1)

    def write(self, rows: Sequence[Sequence[Any]]) -> None:
        for row in _localised(rows, self._fields, self._zone):
            self._row += 1
            for index, (value, field) in enumerate(zip(row, self._fields, strict=True)):
                self._cell(index, value, field.kind)

    def _cell(self, index: int, value: Any, kind: Kind) -> None:
        if value is None:
            return
        if kind is Kind.TIME:  # a spreadsheet knows no zones: it is the local time
            self._sheet.write_datetime(self._row, index, value.replace(tzinfo=None), self._formats[kind])
        elif kind is Kind.DAY:
            self._sheet.write_datetime(self._row, index, value, self._formats[kind])
        elif kind is Kind.FLAG:
            self._sheet.write_boolean(self._row, index, value)
        elif kind in (Kind.INTEGER, Kind.MONEY):
            self._sheet.write_number(self._row, index, value)
        else:
            self._sheet.write_string(self._row, index, str(value))


class _Parquet:
    def __init__(self, file: Any, schema: Any) -> None:
        self._file, self._schema = file, schema

    def write(self, rows: Sequence[Sequence[Any]]) -> None:
        columns = list(zip(*rows, strict=True)) or [()] * len(self._schema)
        arrays = [
            pa.array(column, type=field.type) for column, field in zip(columns, self._schema, strict=True)
        ]
        self._file.write_table(pa.Table.from_arrays(arrays, schema=self._schema))


def _localised(
    rows: Iterable[Sequence[Any]], fields: Sequence[Field], zone: tzinfo
) -> Iterator[Sequence[Any]]:
    times = [index for index, field in enumerate(fields) if field.kind is Kind.TIME]
    for row in rows:
        local = list(row)
        for index in times:
            if local[index] is not None:
                local[index] = local[index].astimezone(zone)
        yield local


def _arrow(kind: Kind, zone: tzinfo) -> Any:
    match kind:
        case Kind.INTEGER | Kind.MONEY:
            return pa.int64()
        case Kind.FLAG:
            return pa.bool_()
        case Kind.DAY:
            return pa.date32()
        case Kind.TIME:
            return pa.timestamp("us", tz=str(zone))
        case _:
            return pa.string()
