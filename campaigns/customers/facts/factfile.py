"""Reading a file of facts: a row an application or an account, with what the rules may ask."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeAlias

from campaigns.customers import values
from campaigns.customers.errorfile import ErrorFile
from campaigns.customers.facts.mapping import FactMapping
from campaigns.customers.headers import find_column, places_of
from campaigns.customers.mapping import Column
from campaigns.customers.record import RawRow, Reason
from campaigns.customers.table import Table, open_table
from campaigns.customers.values import BadValueError, clean
from campaigns.errors import ImportFileError

Value: TypeAlias = int | str | None


@dataclass(frozen=True, slots=True)
class FactRow:
    """One row. ``customer``: the lender's key of a customer, where the file tells one."""

    key: str
    customer: str | None
    facts: dict[str, Value]


@dataclass(slots=True)
class FactFile:
    """What a file says; ``names``: the facts that it has a column for."""

    rows: list[FactRow] = field(default_factory=list)
    names: tuple[str, ...] = ()
    read: int = 0
    rejected: int = 0
    error_file: Path | None = None


@dataclass(slots=True)
class _Binding:
    key: int
    customer: int | None
    facts: dict[str, tuple[int, Callable[[str], Any]]]
    counted: dict[str, int]  # facts that are counted, and the column whose equal cells they count


def read_facts(file: Path, mapping: FactMapping, errors_dir: Path) -> FactFile:
    """Read ``file``. A row that cannot be used goes to an error file with the reason; a second row with a key
    that stood before too. Raises ImportFileError when the file as a whole cannot be used.
    """
    found = FactFile()
    with open_table(file) as table:
        binding = _bind(file, mapping, table)
        found.names = (*binding.facts, *binding.counted)
        things: dict[str, list[str]] = {name: [] for name in binding.counted}
        path = errors_dir / f"{file.stem}-{table.profile.sha256[:8]}-errors.csv"
        seen: set[str] = set()
        with ErrorFile(path, table.headers) as errors:
            for raw in table.rows:
                found.read += 1
                try:
                    row = _row(raw, binding)
                    if row.key in seen:
                        raise _Wrong(Reason("key", "duplicate", "stands in an earlier row of this file"))
                except _Wrong as wrong:
                    found.rejected += 1
                    errors.write(raw, "rejected", [wrong.reason])
                    continue
                seen.add(row.key)
                found.rows.append(row)
                for name, place in binding.counted.items():
                    things[name].append(_cell(raw, place))
            found.error_file = errors.path
    _count(found, things)
    return found


class _Wrong(Exception):  # noqa: N818 - never leaves this module
    def __init__(self, reason: Reason) -> None:
        super().__init__(str(reason))
        self.reason = reason


def _bind(file: Path, mapping: FactMapping, table: Table) -> _Binding:
    places = places_of(table.headers)
    try:
        key = find_column(mapping.key, places)
        customer = None if mapping.customer is None else find_column(mapping.customer, places)
        facts = {
            name: (place, mapping.converter(name))
            for name, fact in mapping.facts.items()
            if (place := find_column(fact, places)) is not None
        }
        counted: dict[str, int] = {}
        for name, shared in mapping.shared.items():
            told = find_column(Column.model_validate({"from": shared.source}), places)
            thing = find_column(Column.model_validate({"from": shared.of}), places)
            if told is not None:
                facts[name] = told, values.integer
            elif thing is not None:
                counted[name] = thing
    except ImportFileError as error:
        raise ImportFileError(f"{file}: {error}") from error
    if key is None:
        raise ImportFileError(f"{file} has none of the columns {', '.join(mapping.key.source)}")
    if not facts and not counted:
        raise ImportFileError(
            f"{file} has no column that the mapping '{mapping.name}' knows as a fact; rename the columns, or "
            "write a mapping and name it"
        )
    return _Binding(key, customer, facts, counted)


def _row(raw: RawRow, binding: _Binding) -> FactRow:
    if raw.problem is not None:
        raise _Wrong(raw.problem)
    key = _read("key", values.identifier, _cell(raw, binding.key))
    if key is None:
        raise _Wrong(Reason("key", "missing", "is empty"))
    customer = None
    if binding.customer is not None:
        customer = _read("customer", values.identifier, _cell(raw, binding.customer))
    facts = {
        name: _read(name, convert, _cell(raw, place)) for name, (place, convert) in binding.facts.items()
    }
    return FactRow(key, customer, facts)


def _read(name: str, convert: Callable[[str], Any], cell: str) -> Any:
    try:
        return convert(cell) if cell else None
    except BadValueError as error:
        raise _Wrong(Reason(name, error.code, error.detail)) from error


def _cell(raw: RawRow, place: int) -> str:
    return clean(raw.cells[place]) if place < len(raw.cells) else ""


def _count(found: FactFile, things: dict[str, list[str]]) -> None:
    for name, cells in things.items():
        counts = Counter(cell for cell in cells if cell)
        for row, cell in zip(found.rows, cells, strict=True):
            row.facts[name] = counts[cell] if cell else None
