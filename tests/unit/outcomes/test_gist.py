"""A call in one line, with nothing in it that tells who it was with."""

from __future__ import annotations

from datetime import date

from hypothesis import given
from hypothesis import strategies as st

from campaigns.outcomes.gist import LONGEST_SAID, CallGist, Promised, gist, masked
from campaigns.outcomes.report_words import words

ZH = words("zh")


def test_how_it_ended_what_was_promised_and_what_was_said_last() -> None:
    promised = Promised(120_050, "CNY", date(2026, 3, 9), "pending")
    call = CallGist("promise", promised, ["喂", "我是王小明", "后四位\n5799", "周五还1200元"], "王小明")
    line = gist(call, ZH)
    assert line == "承诺还款; 1,200.50 CNY 2026-03-09 (待兑现); “后四位 **** / 周五还1200元”"
    assert gist(CallGist("no_answer", None, [" "], None), ZH) == "无人接听"


def test_names_numbers_and_addresses_are_hidden() -> None:
    text = "我王小明，电话138 1234-5678，身份证11010119900101123X，邮箱a.b@c.cn，尾号五七九九"
    line = masked(text, "王小明")
    for secret in ("王小明", "1381234", "138 1234", "110101", "a.b@c.cn", "五七九九", "123X"):
        assert secret not in line
    assert line.startswith("我王*")


def test_the_end_of_an_id_is_hidden_with_an_x_too() -> None:
    assert masked("嗯，843X", None) == "嗯，****"
    assert masked("8 4 3 x。", None) == "****。"
    assert masked("300元，3 xing", None) == "300元，3 xing"


@given(st.text(max_size=200), st.integers(10**3, 10**18))
def test_no_long_number_ever_gets_through_and_a_line_stays_a_line(text: str, number: int) -> None:
    line = masked(f"{text} {number} {text}", None)
    assert len(line) <= LONGEST_SAID
    assert "\n" not in line
    assert str(number) not in line
