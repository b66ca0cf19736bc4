"""Any generated phrase for a day must give the day that the calendar gives."""

from __future__ import annotations

import calendar
from datetime import date, datetime, time, timedelta

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from bot.errors import DataFileError
from bot.language import language_dir
from bot.nlu.dates import Dates
from bot.nlu.interpreter import EntityValue
from bot.nlu.numerals import Numerals
from tests.unit.nlu.conftest import MONDAY, SHANGHAI
from tests.unit.nlu.spoken import spoken

NUMERALS = Numerals.load(language_dir("zh"))
DATES = Dates.load(language_dir("zh"), NUMERALS)
TODAYS = st.dates(date(2024, 1, 1), date(2035, 12, 31))
WEEKDAYS = "一二三四五六日"


def said(text: str, today: date) -> EntityValue:
    now = datetime.combine(today, time(9, 30), SHANGHAI)
    entities = DATES.find(text, now, SHANGHAI)
    assert len(entities) == 1, entities
    return entities[0].value


@given(
    TODAYS,
    st.integers(0, 6),
    st.sampled_from(["周", "星期", "礼拜"]),
    st.sampled_from([("这", 0), ("下", 1), ("下个", 1)]),
)
def test_a_day_of_this_or_next_week(today: date, weekday: int, week: str, shift: tuple[str, int]) -> None:
    found = said(f"{shift[0]}{week}{WEEKDAYS[weekday]}", today)
    assert isinstance(found, date)
    assert found.weekday() == weekday
    assert found.isocalendar()[:2] == (today + timedelta(weeks=shift[1])).isocalendar()[:2]


@given(TODAYS, st.integers(0, 6))
def test_a_bare_day_of_the_week_is_the_next_one(today: date, weekday: int) -> None:
    found = said(f"周{WEEKDAYS[weekday]}", today)
    assert isinstance(found, date)
    assert found.weekday() == weekday
    assert timedelta(1) <= found - today <= timedelta(7)


@given(TODAYS, st.integers(1, 31), st.booleans())
def test_a_bare_day_of_the_month_is_the_next_one(today: date, day: int, figures: bool) -> None:
    found = said(f"{day if figures else spoken(day)}号", today)
    assert isinstance(found, date)
    assert found.day == day
    assert found >= today
    between = (today + timedelta(days) for days in range((found - today).days))
    assert all(other.day != day for other in between)


@given(TODAYS, st.integers(1, 31))
def test_a_day_of_next_month_exists_or_is_not_understood(today: date, day: int) -> None:
    year, month = (today.year + 1, 1) if today.month == 12 else (today.year, today.month + 1)
    assume(day <= calendar.monthrange(year, month)[1])
    assert said(f"下个月{spoken(day)}号", today) == date(year, month, day)


@given(TODAYS, st.dates(date(2024, 3, 1), date(2024, 12, 31)))
def test_month_and_day_are_the_nearest_such_date(today: date, target: date) -> None:
    found = said(f"{spoken(target.month)}月{spoken(target.day)}号", today)
    assert isinstance(found, date)
    assert (found.month, found.day) == (target.month, target.day)
    assert abs((found - today).days) <= 183


@given(TODAYS, st.integers(1, 99), st.sampled_from(["后", "之后", "以后", "内", "之内"]))
def test_a_number_of_days(today: date, days: int, after: str) -> None:
    assert said(f"{spoken(days)}天{after}", today) == today + timedelta(days)


@given(TODAYS)
def test_the_end_of_the_month(today: date) -> None:
    found = said("月底", today)
    assert isinstance(found, date)
    assert (found + timedelta(1)).day == 1
    assert (found.year, found.month) == (today.year, today.month)


@given(TODAYS, st.integers(1, 11), st.integers(0, 59), st.sampled_from([("上午", 0), ("下午", 12)]))
def test_a_time_of_day(today: date, hour: int, minute: int, part: tuple[str, int]) -> None:
    minutes = f"{'零' if 0 < minute < 10 else ''}{spoken(minute)}分" if minute else ""
    found = said(f"明天{part[0]}{spoken(hour)}点{minutes}", today)
    assert found == datetime.combine(today + timedelta(1), time(hour + part[1], minute), SHANGHAI)


@given(st.integers(1, 240))
def test_a_number_of_minutes_from_now(minutes: int) -> None:
    [entity] = DATES.find(f"{spoken(minutes)}分钟后", MONDAY, SHANGHAI)
    assert entity.value == MONDAY + timedelta(minutes=minutes)


def test_a_wrong_pattern_is_reported_with_its_file(tmp_path) -> None:  # type: ignore[no-untyped-def]
    text = (language_dir("zh") / "dates.yml").read_text(encoding="utf-8")
    (tmp_path / "dates.yml").write_text(
        text.replace('(?P<year_shift>{year_shift})?年底"', '(?P<year_shift>{no_such}"'), encoding="utf-8"
    )
    with pytest.raises(DataFileError, match=r"dates\.yml.*patterns"):
        Dates.load(tmp_path, NUMERALS)


@given(
    TODAYS,
    st.sampled_from(["发工资那天", "发了工资", "工资一发", "过几天", "过完年", "过阵子"]),
    st.sampled_from(["", "再说", "就还", "吧"]),
)
def test_a_day_nobody_has_named_is_no_date(today: date, said: str, after: str) -> None:
    now = datetime.combine(today, time(9, 30), SHANGHAI)
    assert {entity.kind for entity in DATES.find(f"{said}{after}", now, SHANGHAI)} == {"vague_date"}


@given(TODAYS, st.integers(1, 11), st.integers(0, 1))
def test_of_two_hours_the_first_is_meant(today: date, hour: int, part: int) -> None:
    assume(hour < 9)
    words = "一二三四五六七八九"[hour - 1 : hour + 1]
    found = said(f"明天{['上午', '下午'][part]}{words}点", today)
    assert found == datetime.combine(today + timedelta(1), time(hour + 12 * part), SHANGHAI)


@given(TODAYS, st.integers(0, 40), st.integers(9, 18), st.booleans())
def test_a_day_said_as_the_bot_reads_it_out_is_that_day(
    today: date, ahead: int, hour: int, figures: bool
) -> None:
    day = today + timedelta(ahead)
    near = {0: "今天", 1: "明天", 2: "后天"}.get(ahead, "")
    month, number = (str(day.month), str(day.day)) if figures else (spoken(day.month), spoken(day.day))
    named = f"{near}{month}月{number}日星期{WEEKDAYS[day.weekday()]}"
    assert said(named, today) == day
    moment = said(f"{named}{'上午' if hour < 12 else '下午'}{spoken((hour - 1) % 12 + 1)}点", today)
    assert moment == datetime.combine(day, time(hour), SHANGHAI)


def test_two_days_said_on_end_stay_two() -> None:
    now = datetime.combine(date(2026, 11, 23), time(9, 30), SHANGHAI)
    found = [entity.value for entity in DATES.find("明天后天", now, SHANGHAI)]
    assert found == [date(2026, 11, 24), date(2026, 11, 25)]


def test_twelve_in_the_small_hours_is_midnight() -> None:
    assert said("明天凌晨十二点", date(2026, 11, 23)) == datetime(2026, 11, 24, 0, 0, tzinfo=SHANGHAI)
