from __future__ import annotations

from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from campaigns.logs.masking import LEAST_DIGITS, masked

SEPARATORS = st.sampled_from(["", "", "", " ", "-", ".", ") ", " - "])
READ_OUT = "一二三四五六七八九零〇两幺壹贰叁肆伍陆柒捌玖"
WORDS = st.text(st.characters(exclude_categories=("Nd", "Cs"), exclude_characters=READ_OUT))
MOBILES = st.from_regex(r"1[3-9][0-9]{9}", fullmatch=True)
NUMBERS = st.one_of(
    MOBILES, MOBILES.map("+86{}".format), st.from_regex(r"\+[1-9][0-9]{6,14}", fullmatch=True)
)


def digits(text: str) -> str:
    return "".join(letter for letter in text if letter.isdecimal())


@given(WORDS, NUMBERS, st.data())
def test_no_number_is_told_whole_however_it_is_written(before: str, number: str, data: st.DataObject) -> None:
    written = number[0]
    for figure in number[1:]:
        written += data.draw(SEPARATORS) + figure
    told = masked(f"{before} {written} {before}")
    assert digits(number) not in digits(told)
    assert len(digits(told)) <= 2


@given(st.from_regex(r"[1-9][0-9]{16}[0-9X]", fullmatch=True))
def test_no_document_is(document: str) -> None:
    assert len(digits(masked(f"证件{document}。"))) <= 2


@given(st.text(alphabet="零一二三四五六七八九幺", min_size=LEAST_DIGITS, max_size=18))
def test_nor_one_that_is_read_out(said: str) -> None:
    assert said not in masked(f"我的号码是{said}")


@given(MOBILES)
def test_nor_one_in_full_width_figures(number: str) -> None:
    wide = "".join(chr(ord(figure) - ord("0") + ord("０")) for figure in number)
    assert wide not in masked(f"call {wide} now")


@pytest.mark.parametrize(
    "text",
    [
        "attempt 123456: busy",
        "the latest event is of 2026-03-02 10:00 UTC, which is still to come",
        "2026-03-02T10:00:00.123456+00:00",
        "permit 550e8400-e29b-41d4-a716-446655440000 is spent",
        "CA0123456789abcdef0123456789abcdef: its state is not known",
        "http://127.0.0.1:8765/readyz",
        "45 calls did not end within 900 s",
    ],
)
def test_what_operators_need_stays(text: str) -> None:
    assert masked(text) == text


@given(st.uuids())
def test_ids_stay(value: UUID) -> None:
    assert masked(f"permit {value}.") == f"permit {value}."


@given(st.text())
def test_any_text_can_be_masked_and_twice_is_as_once(text: str) -> None:
    assert masked(masked(text)) == masked(text)


def test_addresses_of_mail_are_hidden() -> None:
    assert masked("to wang.xiaoming@example.com.") == "to ***."
