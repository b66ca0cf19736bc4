"""A list of utterances with what they name, written by hand from what the words mean."""

from __future__ import annotations

from datetime import datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.language import language_dir
from bot.nlu.entities import EntityFinder, in_original
from bot.nlu.interpreter import EntityValue
from bot.nlu.normalize import normalize
from tests.unit.nlu.conftest import MONDAY, SHANGHAI
from tests.unit.nlu.spoken import spoken

FRIDAY_EVENING = datetime(2026, 11, 27, 19, 20, tzinfo=SHANGHAI)
SUNDAY = datetime(2026, 11, 29, 11, 0, tzinfo=SHANGHAI)
NEW_YEARS_EVE = datetime(2026, 12, 31, 15, 0, tzinfo=SHANGHAI)
FINDER = EntityFinder.load(language_dir("zh"), SHANGHAI)


def named(text: str, now: datetime) -> list[tuple[str, str]]:
    heard = normalize(text)
    entities = in_original(FINDER.find(heard, now), heard, text)
    return [(entity.kind, show(entity.value)) for entity in entities]


def show(value: EntityValue) -> str:
    return value.strftime("%Y-%m-%d %H:%M") if isinstance(value, datetime) else str(value)


D, T, A, S, K, N = "date", "datetime", "amount", "share", "keyword_amount", "digits"

TABLE: list[tuple[str, datetime, list[tuple[str, str]]]] = [
    # days by name
    ("我今天还", MONDAY, [(D, "2026-11-23")]),
    ("明天吧", MONDAY, [(D, "2026-11-24")]),
    ("后天还给你们", MONDAY, [(D, "2026-11-25")]),
    ("大后天", MONDAY, [(D, "2026-11-26")]),
    ("明儿个", MONDAY, [(D, "2026-11-24")]),
    ("名天还", MONDAY, [(D, "2026-11-24")]),
    ("昨天就还了", MONDAY, [(D, "2026-11-22")]),
    ("明天", NEW_YEARS_EVE, [(D, "2027-01-01")]),
    # days of the week: weeks begin on Monday, a bare day is the next one
    ("周五", MONDAY, [(D, "2026-11-27")]),
    ("周五", FRIDAY_EVENING, [(D, "2026-12-04")]),
    ("这周五之前还上", MONDAY, [(D, "2026-11-27")]),
    ("下周五", MONDAY, [(D, "2026-12-04")]),
    ("下个礼拜五", MONDAY, [(D, "2026-12-04")]),
    ("下个星期天", MONDAY, [(D, "2026-12-06")]),
    ("这周日", MONDAY, [(D, "2026-11-29")]),
    ("下下周一", MONDAY, [(D, "2026-12-07")]),
    ("下周一", SUNDAY, [(D, "2026-11-30")]),
    ("周末", MONDAY, [(D, "2026-11-28")]),
    ("周末", SUNDAY, [(D, "2026-11-29")]),
    ("下周末", MONDAY, [(D, "2026-12-05")]),
    ("这周之内还清", MONDAY, [(D, "2026-11-29"), (K, "full")]),
    # days of the month
    ("五号", MONDAY, [(D, "2026-12-05")]),
    ("二十三号", MONDAY, [(D, "2026-11-23")]),
    ("二十五号", MONDAY, [(D, "2026-11-25")]),
    ("十五号之前", MONDAY, [(D, "2026-12-15")]),
    ("15号", MONDAY, [(D, "2026-12-15")]),
    ("下个月5号", MONDAY, [(D, "2026-12-05")]),
    ("这个月二十八号", MONDAY, [(D, "2026-11-28")]),
    ("上个月五号还了", MONDAY, [(D, "2026-10-05")]),
    ("31号", MONDAY, [(D, "2026-12-31")]),
    ("这个月31号", MONDAY, []),
    ("十二月五号", MONDAY, [(D, "2026-12-05")]),
    ("一月五号", MONDAY, [(D, "2027-01-05")]),
    ("10月5日还的", MONDAY, [(D, "2026-10-05")]),
    ("2月30号", MONDAY, []),
    ("2026年12月5日", MONDAY, [(D, "2026-12-05")]),
    ("2026-12-05", MONDAY, [(D, "2026-12-05")]),
    ("月底", MONDAY, [(D, "2026-11-30")]),
    ("下个月底", MONDAY, [(D, "2026-12-31")]),
    ("下个月初", MONDAY, [(D, "2026-12-01")]),
    ("年底", MONDAY, [(D, "2026-12-31")]),
    # spans
    ("三天后", MONDAY, [(D, "2026-11-26")]),
    ("三天之内", MONDAY, [(D, "2026-11-26")]),
    ("两三天内还上", MONDAY, [(D, "2026-11-26")]),
    ("宽限我三天", MONDAY, [(D, "2026-11-26")]),
    ("三天前还的", MONDAY, [(D, "2026-11-20")]),
    ("一个星期内", MONDAY, [(D, "2026-11-30")]),
    ("两周后", MONDAY, [(D, "2026-12-07")]),
    ("过半个月", MONDAY, [(D, "2026-12-08")]),
    ("一个月之后", MONDAY, [(D, "2026-12-23")]),
    # times
    ("后天上午十点", MONDAY, [(T, "2026-11-25 10:00")]),
    ("明天下午", MONDAY, [(T, "2026-11-24 15:00")]),
    ("明天下午两点半", MONDAY, [(T, "2026-11-24 14:30")]),
    ("明晚八点", MONDAY, [(T, "2026-11-24 20:00")]),
    ("今天晚上", MONDAY, [(T, "2026-11-23 19:00")]),
    ("晚上再打", FRIDAY_EVENING, [(T, "2026-11-27 20:00")]),
    ("上午打", FRIDAY_EVENING, [(T, "2026-11-28 10:00")]),
    ("三点再打", MONDAY, [(T, "2026-11-23 15:00")]),
    ("十点", MONDAY, [(T, "2026-11-24 10:00")]),
    ("十点五十", MONDAY, [(T, "2026-11-23 10:50")]),
    ("14:30", MONDAY, [(T, "2026-11-23 14:30")]),
    ("半小时后", MONDAY, [(T, "2026-11-23 10:30")]),
    ("过十分钟再打", MONDAY, [(T, "2026-11-23 10:10")]),
    ("一个半小时以后", MONDAY, [(T, "2026-11-23 11:30")]),
    ("周六上午", MONDAY, [(T, "2026-11-28 10:00")]),
    ("下班以后打给我", MONDAY, [(T, "2026-11-23 19:00")]),
    # sums
    ("一千二", MONDAY, [(A, "120000")]),
    ("两千出头", MONDAY, [(A, "200000")]),
    ("三块五", MONDAY, [(A, "350")]),
    ("三块五毛二", MONDAY, [(A, "352")]),
    ("一百二十三块四毛五", MONDAY, [(A, "12345")]),
    ("五毛钱", MONDAY, [(A, "50")]),
    ("一千五百块", MONDAY, [(A, "150000")]),
    ("1200元", MONDAY, [(A, "120000")]),
    ("1,200.50", MONDAY, [(A, "120050")]),
    ("1.5万", MONDAY, [(A, "1500000")]),
    ("八百八", MONDAY, [(A, "88000")]),
    ("先还五十", MONDAY, [(A, "5000")]),
    ("千把块吧", MONDAY, [(A, "100000")]),
    ("我 先 还 五 百 块 钱", MONDAY, [(A, "50000")]),
    ("全款还", MONDAY, [(K, "full")]),
    ("先还最低", MONDAY, [(K, "minimum")]),
    ("还一半", MONDAY, [(S, "50")]),
    ("三分之一", MONDAY, [(S, "33")]),
    ("先还两成", MONDAY, [(S, "20")]),
    ("百分之三十", MONDAY, [(S, "30")]),
    # digits
    ("尾号1234", MONDAY, [(N, "1234")]),
    ("幺二三四", MONDAY, [(N, "1234")]),
    ("后四位是三二一叉", MONDAY, [(N, "321X")]),
    ("2000", MONDAY, [(A, "200000"), (N, "2000")]),
    # several at once
    ("下周三五百块", MONDAY, [(D, "2026-12-02"), (A, "50000")]),
    ("十五号还一千二", MONDAY, [(D, "2026-12-15"), (A, "120000")]),
    ("明天先还一半剩下的月底", MONDAY, [(D, "2026-11-24"), (S, "50"), (D, "2026-11-30")]),
    ("我两点给你转三千", MONDAY, [(T, "2026-11-23 14:00"), (A, "300000")]),
    # what names nothing
    ("一点都不想还", MONDAY, []),
    ("早上好", MONDAY, []),
    ("到底还不还", MONDAY, []),
    ("千万别打了", MONDAY, []),
    ("万一我没钱呢", MONDAY, []),
    ("下个月一块还", MONDAY, []),
    ("几十块钱的事", MONDAY, []),
    ("一千五六吧", MONDAY, []),
    ("我另一半在家", MONDAY, []),
    ("地铁一号线", MONDAY, []),
    ("都还没发工资", MONDAY, []),
    ("逾期三十天", MONDAY, []),
    ("三个人", MONDAY, []),
    ("今年三十五岁", MONDAY, []),
]  # fmt: skip


@pytest.mark.parametrize(("text", "now", "expected"), TABLE, ids=[f"{t}@{n:%a}" for t, n, _ in TABLE])
def test_what_an_utterance_names(text: str, now: datetime, expected: list[tuple[str, str]]) -> None:
    assert named(text, now) == expected


def test_the_day_is_that_of_the_customers_time_zone() -> None:
    late_in_utc = datetime.fromisoformat("2026-11-23T17:00:00+00:00")  # the 24th in Shanghai
    assert named("明天", late_in_utc) == [(D, "2026-11-25")]


def test_spans_lie_in_the_text_as_it_was_heard() -> None:
    text = "呃, 我 下 周 五 还 １，２００ 元!"
    heard = normalize(text)
    texts = [entity.text for entity in in_original(FINDER.find(heard, MONDAY), heard, text)]
    assert texts == ["下 周 五", "１，２００ 元"]


# From two on: 一块 is also "together".
@given(st.integers(2, 9_999_999), st.sampled_from(["块", "块钱", "元"]))
def test_any_sum_with_its_unit(number: int, unit: str) -> None:
    assert named(f"我还{spoken(number)}{unit}", MONDAY) == [(A, str(number * 100))]
    assert named(f"我还{number}{unit}", MONDAY) == [(A, str(number * 100))]


@given(st.integers(100, 9_999_999))
def test_any_large_sum_without_a_unit(number: int) -> None:
    assert (A, str(number * 100)) in named(f"我先还{spoken(number)}", MONDAY)


@given(st.text(), st.datetimes(datetime(2020, 1, 1), datetime(2090, 1, 1)))  # noqa: DTZ001
def test_no_text_raises_and_spans_fit(text: str, at: datetime) -> None:
    heard = normalize(text)
    for entity in in_original(FINDER.find(heard, at.replace(tzinfo=SHANGHAI)), heard, text):
        assert 0 <= entity.start < entity.end <= len(text)
        assert text[entity.start : entity.end] == entity.text


@given(
    st.text(
        alphabet="大后明今天年月底初号日下上个这周星期礼拜一二三五十两半百千万块元毛点分刻"
        "早晚午中之前内过小时钟还0123456789:-.% "
    )
)
def test_no_mixture_of_date_and_money_words_raises(text: str) -> None:
    heard = normalize(text)
    for entity in in_original(FINDER.find(heard, MONDAY), heard, text):
        assert text[entity.start : entity.end] == entity.text
