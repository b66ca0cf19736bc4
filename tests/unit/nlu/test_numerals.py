from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.language import language_dir
from bot.nlu.numerals import Numerals
from tests.unit.nlu.spoken import spoken

NUMERALS = Numerals.load(language_dir("zh"))


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("一千二", "1200"), ("两万三", "23000"), ("三百五", "350"), ("一百零五", "105"),
        ("一百一十五", "115"),
        ("一百十五", "115"), ("十五", "15"), ("十", "10"), ("二十", "20"), ("一千零二", "1002"),
        ("两千零五十", "2050"),
        ("一万零五", "10005"), ("两万零三百", "20300"), ("十二万三千", "123000"), ("一亿两千万", "120000000"),
        ("半", "0.5"), ("2000", "2000"), ("1200.50", "1200.50"), ("1.5万", "15000"), ("一点五万", "15000"),
        ("2万3", "23000"), ("2万3000", "23000"), ("3千", "3000"), ("5k", "5000"), ("三点五", "3.5"),
        ("零", "0"),
    ],
)  # fmt: skip
def test_spoken_and_written_numbers(text: str, value: str) -> None:
    assert NUMERALS.parse(text) == Decimal(value)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "十十",
        "五百一千",
        "二三",
        "万",
        "百",
        "一千五六",
        "一万亿",
        "两千个",
        "点五",
        "五点",
        "abc",
        "一 千",
    ],
)
def test_what_is_no_well_formed_number(text: str) -> None:
    assert NUMERALS.parse(text) is None


@pytest.mark.parametrize(
    ("text", "digits"),
    [("幺二三四", "1234"), ("1234", "1234"), ("零幺2", "012"), ("一二三叉", "123X"), ("一百", None)],
)
def test_digits_said_one_by_one(text: str, digits: str | None) -> None:
    assert NUMERALS.digits(text) == digits


@given(st.integers(0, 9_999_999))
def test_any_number_is_read_back_from_speech_and_figures(number: int) -> None:
    assert NUMERALS.parse(spoken(number)) == number
    assert NUMERALS.parse(str(number)) == number


@given(st.integers(1, 999), st.sampled_from(["千", "万"]))
def test_figures_before_a_spoken_unit(number: int, unit: str) -> None:
    assert NUMERALS.parse(f"{number}{unit}") == number * {"千": 1000, "万": 10000}[unit]


@given(st.text(alphabet="0123456789零一二两三九十百千万亿点半.k"))
def test_no_string_of_numerals_raises(text: str) -> None:
    value = NUMERALS.parse(text)
    assert value is None or value >= 0


def test_a_second_language_is_another_file(tmp_path: Path) -> None:
    (tmp_path / "numerals.yml").write_text(
        "digits: {壹: 1}\nunits: {拾: 10}\npoint: 點\nhalf: 半\nspoken_digits: {}\n"
        "tail_words: []\nnot_digits_before: []\n",
        encoding="utf-8",
    )
    assert Numerals.load(tmp_path).parse("壹拾壹") == 11
