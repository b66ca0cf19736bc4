"""Reading a checking vendor's file: numbers and codes to words on their state."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from campaigns.customers.errorfile import ErrorFile
from campaigns.customers.generate import NumberRange, load_ranges
from campaigns.customers.headers import find_column, places_of
from campaigns.customers.mapping import Column
from campaigns.customers.numbers.trust import Word
from campaigns.customers.numbers.vendor import VendorMap
from campaigns.customers.phone import normalise
from campaigns.customers.record import RawRow, Reason
from campaigns.customers.table import open_table
from campaigns.customers.values import BadValueError, clean
from campaigns.errors import ImportFileError
from telephony.status import NumberStatus

MOST_CODES = 50  # unknown codes told one by one
MAX_CODE = 32  # characters of a code that are shown


@dataclass(slots=True)
class VendorFile:
    """What a file says: one word a number. ``unknown_codes`` with how often each stood there."""

    words: dict[str, Word] = field(default_factory=dict)
    rows: int = 0
    nothing: int = 0  # rows whose code tells no state
    contradicting: int = 0  # numbers of which the file tells two things at once: unknown
    rejected: int = 0
    unknown_codes: Counter[str] = field(default_factory=Counter)
    error_file: Path | None = None


@dataclass(frozen=True, slots=True)
class _Around:
    region: str
    ranges: dict[str, tuple[NumberRange, ...]]
    zone: ZoneInfo
    now: datetime
    checked_at: datetime


@dataclass(frozen=True, slots=True)
class _Places:
    number: int
    status: int
    checked_at: int | None


def read_vendor_file(
    file: Path,
    vendor: VendorMap,
    *,
    region: str,
    zone: ZoneInfo,
    now: datetime,
    errors_dir: Path,
    checked_at: datetime | None = None,
) -> VendorFile:
    """Read ``file`` by ``vendor``. A row without a time of its own is of ``checked_at``, else of ``now``.

    Rows that cannot be used go to an error file. Raises ImportFileError when the file as a whole cannot be.
    """
    found = VendorFile()
    around = _Around(region, load_ranges(), zone, now, checked_at or now)
    with open_table(file) as table:
        places = _bind(file, vendor, table.headers)
        error_path = errors_dir / f"{file.stem}-{table.profile.sha256[:8]}-errors.csv"
        with ErrorFile(error_path, table.headers) as errors:
            for row in table.rows:
                found.rows += 1
                try:
                    _take(found, row, vendor, places, around)
                except BadValueError as error:
                    found.rejected += 1
                    errors.write(row, "rejected", [Reason("number", error.code, error.detail)])
            found.error_file = errors.path
    return found


def _bind(file: Path, vendor: VendorMap, headers: Sequence[str]) -> _Places:
    places = places_of(headers)
    try:
        number, status, checked_at = (
            find_column(Column.model_validate({"from": names}), places) if names else None
            for names in (vendor.number, vendor.status, vendor.checked_at)
        )
    except ImportFileError as error:
        raise ImportFileError("%(file)s: %(error)s", file=file, error=error) from error
    for place, names in ((number, vendor.number), (status, vendor.status)):
        if place is None:
            raise ImportFileError(
                "%(file)s has none of the columns %(names)s that %(title)s writes; rename the "
                "column, or copy the vendor map and name it there",
                file=file,
                names=", ".join(names),
                title=vendor.title,
            )
    return _Places(number or 0, status or 0, checked_at)


def _take(
    found: VendorFile,
    row: RawRow,
    vendor: VendorMap,
    places: _Places,
    around: _Around,
) -> None:
    if row.problem is not None:
        raise BadValueError(row.problem.code, row.problem.detail)
    cells = [clean(cell) for cell in row.cells] + [""] * (1 + max(places.number, places.status))
    e164 = _number(cells[places.number], around)
    code = cells[places.status]
    status = vendor.meaning(code)
    if status is None:
        found.nothing += 1
        return
    if status is NumberStatus.UNKNOWN:
        found.unknown_codes[code[:MAX_CODE]] += 1
    told = cells[places.checked_at] if places.checked_at is not None else ""
    word = Word(status, vendor.source, _moment(told, vendor, around))
    before = found.words.get(e164)
    if before is None or word.at > before.at:
        found.words[e164] = word
    elif word.at == before.at and word.status is not before.status:
        found.contradicting += before.status is not NumberStatus.UNKNOWN
        found.words[e164] = Word(NumberStatus.UNKNOWN, vendor.source, word.at)


def _number(cell: str, around: _Around) -> str:
    """E.164; a generated number is one too, so that a trial can be made without a real one."""
    try:
        return normalise(cell, around.region, around.ranges)
    except BadValueError as error:
        if error.code != "generated":
            raise
        return normalise(cell, around.region, around.ranges, generated=True)


def _moment(told: str, vendor: VendorMap, around: _Around) -> datetime:
    if not told:
        return around.checked_at
    for form in vendor.date_formats:
        try:
            at = datetime.strptime(told, form).replace(tzinfo=around.zone)
        except ValueError:
            continue
        if at > around.now:
            raise BadValueError("in_future", "was checked at a time that has not come yet")
        return at
    raise BadValueError("date", f"has a time that is not of the forms {', '.join(vendor.date_formats)}")
