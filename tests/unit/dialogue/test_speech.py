"""How money, days and times are said."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.dialogue.prompts import PromptBook
from bot.dialogue.speech import Speech
from bot.language import language_dir

TODAY = date(2026, 11, 23)
SPEECH = Speech.load(language_dir("zh"))


@pytest.mark.parametrize(
    ("amount", "spoken"),
    [
        (123450, "1234元5角"),
        (123400, "1234元"),
        (123456, "1234元5角6分"),
        (123405, "1234元零5分"),
        (50, "0元5角"),
    ],
)
def test_money(amount: int, spoken: str) -> None:
    assert SPEECH.say_money(amount) == spoken


@given(st.integers(min_value=0, max_value=10**9), st.integers(min_value=0, max_value=10**9))
def test_different_sums_never_sound_the_same(one: int, other: int) -> None:
    assert (SPEECH.say_money(one) == SPEECH.say_money(other)) == (one == other)


@pytest.mark.parametrize(
    ("day", "spoken"),
    [
        (date(2026, 11, 23), "今天11月23日星期一"),
        (date(2026, 11, 24), "明天11月24日星期二"),
        (date(2026, 11, 27), "11月27日星期五"),
        (date(2027, 1, 1), "2027年1月1日星期五"),
    ],
)
def test_days(day: date, spoken: str) -> None:
    assert SPEECH.say_day(day, TODAY) == spoken


@pytest.mark.parametrize(
    ("moment", "spoken"),
    [
        (datetime(2026, 11, 24, 7, 0, tzinfo=UTC), "11月24日星期二下午3点"),
        (datetime(2026, 11, 24, 4, 30, tzinfo=UTC), "11月24日星期二中午12点30分"),
        (datetime(2026, 11, 23, 16, 0, tzinfo=UTC), "11月24日星期二凌晨12点"),
    ],
)
def test_moments_are_said_in_the_customers_zone(moment: datetime, spoken: str) -> None:
    assert SPEECH.say_moment(moment, TODAY) == spoken


def test_variants_take_turns(prompts: PromptBook) -> None:
    facts = {"latest_day": TODAY, "today": TODAY}
    said = [prompts["limit_date"].render(facts, count) for count in range(4)]
    assert said[0] == said[2] != said[1] == said[3]
