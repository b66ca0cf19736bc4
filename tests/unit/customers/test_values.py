from __future__ import annotations

from contextlib import suppress
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from campaigns.customers import values
from campaigns.customers.values import BadValueError

FORMATS = ("%Y-%m-%d", "%Y年%m月%d日")


@pytest.mark.parametrize(
    ("cell", "fen"),
    [
        ("100", 10_000),
        ("1,234.5", 123_450),
        ("12,345,678.90", 1_234_567_890),
        ("-5", -500),
        ("0.07", 7),
        ("¥88", 8_800),
        ("88元", 8_800),
        ("1.2345E3", 123_450),
        ("100.00", 10_000),
    ],
)
def test_amounts_are_exact_in_minor_units(cell: str, fen: int) -> None:
    assert values.amount(cell, marks="¥元") == fen


@pytest.mark.parametrize(
    ("cell", "code"),
    [
        ("", "not_a_number"),
        ("abc", "not_a_number"),
        ("1,23", "not_a_number"),
        ("1.234,56", "not_a_number"),
        ("٣٤", "not_a_number"),
        ("0.001", "fraction"),
        ("1E+05", "rounded"),
        ("99999999999", "absurd"),
        ("1" * 400, "not_a_number"),
        ("NaN", "not_a_number"),
        ("Infinity", "not_a_number"),
    ],
)
def test_a_wrong_amount_says_why(cell: str, code: str) -> None:
    with pytest.raises(BadValueError) as caught:
        values.amount(cell)
    assert caught.value.code == code


def test_minor_units_are_taken_as_they_are() -> None:
    assert values.amount("12345", minor=True) == 12_345
    assert values.amount("12345.00", minor=True) == 12_345


def test_rounded_amounts_are_taken_only_where_the_mapping_says_that_nothing_was_lost() -> None:
    assert values.amount("1.00E+05", accept_rounded=True) == 10_000_000


@given(st.integers(min_value=-(10**11), max_value=10**11))
def test_an_amount_written_with_two_decimals_reads_back(fen: int) -> None:
    sign = "-" if fen < 0 else ""
    assert values.amount(f"{sign}{abs(fen) // 100:,}.{abs(fen) % 100:02d}") == fen


def test_dates_in_each_format_and_as_a_workbook_shows_them() -> None:
    for cell in ("2026-01-05", "2026年01月05日", "2026-01-05 00:00:00", "2026-01-05T00:00:00"):
        assert values.day(cell, FORMATS) == date(2026, 1, 5)
    for cell in ("2026-02-30", "05/01/2026", "tomorrow", "46027"):
        with pytest.raises(BadValueError, match="2026-01-31"):
            values.day(cell, FORMATS)


def test_an_identifier_keeps_its_leading_zeros_and_a_rounded_one_is_refused() -> None:
    assert values.identifier("000123") == "000123"
    assert values.identifier("12E45") == "12E45"
    with pytest.raises(BadValueError, match="rounded"):
        values.identifier("1.23457E+15")


def test_only_the_tail_of_an_identity_number_is_kept() -> None:
    assert values.id_tail("11010519491231002x") == "002X"
    for cell in ("123", "12X4", "一二三四"):
        with pytest.raises(BadValueError):
            values.id_tail(cell)


def test_text_is_one_line_without_what_cannot_be_printed() -> None:
    assert values.text("王\n 小  明", 10) == "王 小 明"
    for cell in ("x" * 11, "a\x07b", "a‮b"):
        with pytest.raises(BadValueError):
            values.text(cell, 10)


@given(st.text())
def test_no_cell_raises_anything_else(cell: str) -> None:
    for read in (values.amount, values.integer, values.identifier, values.id_tail, values.currency):
        with suppress(BadValueError):
            read(values.clean(cell))
