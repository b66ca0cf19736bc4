"""Tables of a report as files: one CSV a table, or one workbook with a sheet a table."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator, Sequence
from decimal import Decimal
from pathlib import Path
from typing import Any

import xlsxwriter

from campaigns.outcomes.grid import Column, Figure, Grid, Range, Unit, filed
from campaigns.outcomes.report_csv import ENCODING, cell

_FORMATS = {
    Unit.COUNT: "#,##0",
    Unit.SHARE: "0.0%",
    Unit.POINTS: "+0.0%;-0.0%",
    Unit.MONEY: "#,##0.00",
    Unit.GAIN: "+#,##0.00;-#,##0.00",
    Unit.COST: "#,##0.0000",
    Unit.SECONDS: "#,##0",
}
_SHEET_NAME = 31  # characters, the most that a spreadsheet takes
_FORBIDDEN = str.maketrans(dict.fromkeys("[]:*?/\\", " "))


def write_csv(grids: Iterable[Grid], folder: Path, notes: Sequence[str]) -> list[Path]:
    """One file a table into ``folder``, made when missing, and the definitions; what was written.

    Codes stand as codes, money in units with two decimals, shares as fractions, durations in seconds.
    """
    folder.mkdir(parents=True, exist_ok=True)
    written = []
    for grid in grids:
        path = folder / f"{grid.key}.csv"
        with path.open("w", encoding=ENCODING, newline="") as file:
            writer = csv.writer(file)
            writer.writerow([name for column in grid.all_columns for name in _names(grid, column)])
            for row, codes in zip(grid.rows, grid.raw, strict=True):
                values = [*codes, *row[len(grid.keys) :]]
                writer.writerow([cell(value) for value in _flat(grid, values)])
        written.append(path)
    path = folder / "definitions.txt"
    path.write_text("".join(f"{line}\n" for line in notes), encoding="utf-8")
    return [*written, path]


def write_xlsx(grids: Iterable[Grid], path: Path, notes: Sequence[str], title: str) -> Path:
    """One workbook: a sheet a table, in the language of the report, and one with the definitions."""
    # Text stays text: without these a name that begins with '=' or 'http' would be a formula or a link.
    options = {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    path.touch()  # what cannot be written says so as any file does
    with xlsxwriter.Workbook(path, options) as book:
        book.set_properties({"title": title})
        head = book.add_format({"bold": True, "bottom": 1, "text_wrap": True, "valign": "bottom"})
        formats = {unit: book.add_format({"num_format": code}) for unit, code in _FORMATS.items()}
        used: set[str] = set()
        for grid in grids:
            sheet = book.add_worksheet(_sheet_name(grid.title, used))
            sheet.freeze_panes(1, len(grid.keys))
            labels = [label for column in grid.all_columns for label in _labels(grid, column)]
            for index, label in enumerate(labels):
                sheet.write_string(0, index, label, head)
            for number, row in enumerate(grid.rows, 1):
                units = list(_units(grid, row))
                for index, (value, unit) in enumerate(zip(_flat(grid, list(row)), units, strict=True)):
                    _write(sheet, number, index, value, formats.get(unit))
            sheet.autofit()
        sheet = book.add_worksheet(_sheet_name(title, used))
        wrapped = book.add_format({"text_wrap": True, "valign": "top"})
        sheet.set_column(0, 0, 110)
        for number, line in enumerate(notes):
            sheet.write_string(number, 0, line, wrapped)
    return path


def _write(sheet: Any, row: int, column: int, value: Any, style: Any) -> None:
    if value is None:
        sheet.write_blank(row, column, None, style)
    elif isinstance(value, (int, float, Decimal)):
        sheet.write_number(row, column, value, style)
    else:
        sheet.write_string(row, column, str(value))


def _is_range(grid: Grid, column: Column) -> bool:
    index = grid.all_columns.index(column)
    return any(isinstance(_plain(row[index], column)[0], Range) for row in grid.rows)


def _plain(value: Any, column: Column) -> tuple[Any, Unit]:
    """A value and its unit, whether its own or its column's."""
    return (value.value, value.unit) if isinstance(value, Figure) else (value, column.unit)


def _names(grid: Grid, column: Column) -> tuple[str, ...]:
    if _is_range(grid, column):
        return column.key, f"{column.key}_low", f"{column.key}_high"
    return (column.key,)


def _labels(grid: Grid, column: Column) -> tuple[str, ...]:
    if _is_range(grid, column):
        return column.label, f"{column.label} ≥", f"{column.label} ≤"
    return (column.label,)


def _flat(grid: Grid, row: Sequence[Any]) -> Iterator[Any]:
    """The values of a row, three for a range."""
    for column, cell_of in zip(grid.all_columns, row, strict=True):
        value, unit = _plain(cell_of, column)
        if isinstance(value, Range):
            yield from (filed(part, unit) for part in (value.value, value.low, value.high))
        elif _is_range(grid, column):
            yield from (filed(value, unit), None, None)
        else:
            yield filed(value, unit)


def _units(grid: Grid, row: Sequence[Any]) -> Iterator[Unit]:
    for column, value in zip(grid.all_columns, row, strict=True):
        yield from (_plain(value, column)[1],) * (3 if _is_range(grid, column) else 1)


def _sheet_name(title: str, used: set[str]) -> str:
    """A name that a spreadsheet takes, and that no other sheet has."""
    name = base = title.translate(_FORBIDDEN).strip("' ")[:_SHEET_NAME]
    number = 2
    while name.casefold() in used:
        name = f"{base[: _SHEET_NAME - 3]} {number}"
        number += 1
    used.add(name.casefold())
    return name
