"""Cells to values: amounts, whole numbers, dates, texts. Each raises BadValueError with a reason to show."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from datetime import date, datetime
from decimal import Decimal
from functools import lru_cache

MAX_UNITS = 10**10  # an amount above this is a slip of the keyboard, not a consumer loan
MINOR_PER_UNIT = 100

_NUMBER = re.compile(
    r"[+-]?(?:\d{1,3}(?:,\d{3})+|\d{1,30})(?:\.(\d{0,30}))?(?:[eE]([+-]?\d{1,3}))?", re.ASCII
)
_MANGLED_ID = re.compile(r"\d(?:\.\d+)?[eE]\+\d{1,3}", re.ASCII)
_ISO_MOMENT = re.compile(r"(\d{4}-\d{2}-\d{2})[ T]00:00(?::00(?:\.0+)?)?", re.ASCII)


class BadValueError(ValueError):
    """A cell cannot be used. ``code`` is for counting, ``detail`` for a person."""

    def __init__(self, code: str, detail: str) -> None:
        super().__init__(detail)
        self.code, self.detail = code, detail


class LeftOutError(BadValueError):
    """A part of a row cannot be used; the row is kept without it."""


def clean(cell: str) -> str:
    """Full-width forms to plain ones, no space around, no quote that only kept a spreadsheet off the cell."""
    if not cell.isascii():
        cell = unicodedata.normalize("NFKC", cell)
    cell = cell.strip()
    if len(cell) > 1 and cell[0] == "'" and cell[1] in "=+-@":
        return cell[1:]
    return cell


def number(cell: str, *, accept_rounded: bool = False) -> Decimal:
    """A decimal number. One in scientific notation must show every digit, unless ``accept_rounded``."""
    match = _NUMBER.fullmatch(cell)
    if match is None:
        raise BadValueError("not_a_number", "is not a number")
    decimals, exponent = match.groups()
    if exponent is not None and not accept_rounded and int(exponent) > len(decimals or ""):
        raise BadValueError(
            "rounded", "was rounded by a spreadsheet; format the column as text and export again"
        )
    return Decimal(cell.replace(",", ""))


def amount(cell: str, *, marks: str = "", minor: bool = False, accept_rounded: bool = False) -> int:
    """Money in minor units from whole units or decimals, or from minor units when ``minor``."""
    if cell.isascii() and cell.isdigit() and len(cell) < 10:
        return int(cell) * (1 if minor else MINOR_PER_UNIT)
    value = number(cell.strip(marks + " ") if marks else cell, accept_rounded=accept_rounded)
    if abs(value) > MAX_UNITS * (MINOR_PER_UNIT if minor else 1):
        raise BadValueError("absurd", "is too large to be true")
    value = value if minor else value * MINOR_PER_UNIT
    if value != value.to_integral_value():
        raise BadValueError("fraction", "has a fraction smaller than the currency's minor unit")
    return int(value)


def integer(cell: str) -> int:
    """A whole number; ``3.0`` is one too."""
    if cell.isascii() and cell.isdigit() and len(cell) < 10:
        return int(cell)
    value = number(cell)
    if abs(value) > MAX_UNITS:
        raise BadValueError("absurd", "is too large to be true")
    if value != value.to_integral_value():
        raise BadValueError("fraction", "is not a whole number")
    return int(value)


@lru_cache(maxsize=4096)
def day(cell: str, formats: Sequence[str]) -> date:
    """A calendar day in the first of ``formats`` that fits, or as a workbook's date cell shows it."""
    if moment := _ISO_MOMENT.fullmatch(cell):
        cell, formats = moment[1], ("%Y-%m-%d",)
    for form in formats:
        try:
            return datetime.strptime(cell, form).date()  # noqa: DTZ007 - a calendar day has no zone
        except ValueError:
            continue
    raise BadValueError("not_a_date", f"is not a date such as {_example(formats[0])}")


def text(cell: str, longest: int) -> str:
    """One line of text, at most ``longest`` characters, without control characters."""
    plain = " ".join(cell.split())
    if len(plain) > longest:
        raise BadValueError("too_long", f"has more than {longest} characters")
    if not plain.isprintable():
        raise BadValueError("unprintable", "holds characters that cannot be printed")
    return plain


def identifier(cell: str) -> str:
    """A key of the lender's. One that a spreadsheet turned into a rounded number is refused."""
    if _MANGLED_ID.fullmatch(cell):
        raise BadValueError(
            "rounded", "was rounded by a spreadsheet; format the column as text and export again"
        )
    return text(cell, 64)


def id_tail(cell: str) -> str:
    """The last four characters of an identity document, all that is kept of a longer one."""
    tail = cell[-4:].upper()
    if not re.fullmatch(r"[0-9]{3}[0-9X]", tail, re.ASCII):
        raise BadValueError("id_tail", "is not the last four characters of an identity number")
    return tail


def currency(cell: str) -> str:
    """An ISO 4217 code."""
    code = cell.upper()
    if not re.fullmatch("[A-Z]{3}", code):
        raise BadValueError("currency", "is not a currency code such as CNY")
    return code


def _example(form: str) -> str:
    return date(2026, 1, 31).strftime(form)
