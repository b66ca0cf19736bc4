from __future__ import annotations

import phonenumbers
import pytest
from hypothesis import given
from hypothesis import strategies as st

from campaigns.customers.generate import Generator, load_ranges
from campaigns.customers.phone import check_region, normalise, split_numbers
from campaigns.customers.values import BadValueError
from campaigns.errors import ImportFileError

RANGES = load_ranges()


@pytest.mark.parametrize(
    ("written", "e164"),
    [
        ("13812345678", "+8613812345678"),
        (" 138 1234-5678 ", "+8613812345678"),
        ("+86 138 1234 5678", "+8613812345678"),
        ("8613812345678", "+8613812345678"),
        ("008613812345678", "+8613812345678"),
        ("１３８１２３４５６７８", "+8613812345678"),
        ("'+8613812345678", "+8613812345678"),
        ("13812345678.0", "+8613812345678"),
        ("1.3812345678E10", "+8613812345678"),
        ("1.3812345678e+10", "+8613812345678"),
        ("010-88881234", "+861088881234"),
        ("(0755) 8888 1234", "+8675588881234"),
        ("+1 212 555 2368", "+12125552368"),
    ],
)
def test_numbers_as_people_and_spreadsheets_write_them(written: str, e164: str) -> None:
    assert normalise(written, "CN", RANGES) == e164


@pytest.mark.parametrize(
    ("written", "code"),
    [
        ("1.38E+10", "rounded"),
        ("1.381234567E+10", "rounded"),
        ("13812345678.5", "fraction"),
        ("1381234567", "not_assigned"),
        ("138123456789", "not_assigned"),
        ("14412345678", "not_assigned"),
        ("010-88881234转801", "not_a_number"),
        ("010-88881234#801", "extension"),
        ("无", "not_a_number"),
        ("", "not_a_number"),
        ("4008001234", "not_personal"),
        ("+8615412345678", "generated"),
        ("15412345678", "generated"),
    ],
)
def test_what_is_not_a_persons_number_says_why(written: str, code: str) -> None:
    with pytest.raises(BadValueError) as caught:
        normalise(written, "CN", RANGES)
    assert caught.value.code == code


def test_a_generated_number_is_taken_only_from_a_range_that_reaches_nobody() -> None:
    assert normalise("15412345678", "CN", RANGES, generated=True) == "+8615412345678"
    with pytest.raises(BadValueError, match="may reach people"):
        normalise("13812345678", "CN", RANGES, generated=True)


def test_a_cell_may_hold_several_numbers() -> None:
    assert split_numbers("13812345678/13912345678、010-88881234") == [
        "13812345678",
        "13912345678",
        "010-88881234",
    ]


def test_an_unknown_region_is_refused_before_any_row_is_read() -> None:
    check_region("CN")
    with pytest.raises(ImportFileError, match="'XX'"):
        check_region("XX")


@given(st.text() | st.from_regex(r"[+0-9eE.() -]{1,24}", fullmatch=True), st.booleans())
def test_whatever_is_written_it_is_a_number_or_a_reason(written: str, generated: bool) -> None:
    try:
        e164 = normalise(written, "CN", RANGES, generated=generated)
    except BadValueError:
        return
    assert e164.startswith("+")
    assert 8 <= len(e164) <= 16
    assert phonenumbers.is_valid_number(phonenumbers.parse(e164)) is not generated


@given(st.from_regex(r"1[3-9][0-9]{9}", fullmatch=True))
def test_plain_digits_read_as_the_library_reads_them(written: str) -> None:
    parsed = phonenumbers.parse(written, "CN")
    try:
        e164 = normalise(written, "CN", RANGES)
    except BadValueError:
        assert phonenumbers.number_type(parsed) != phonenumbers.PhoneNumberType.MOBILE
    else:
        assert e164 == phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.E164)


@given(st.integers(), st.text(max_size=30), st.integers(min_value=0, max_value=5))
def test_numbers_drawn_for_people_can_reach_nobody(seed: int, key: str, draw: int) -> None:
    number = phonenumbers.parse(Generator.of(seed, "CN").number(key, draw))
    assert phonenumbers.is_possible_number(number)
    assert not phonenumbers.is_valid_number(number)
