"""The parts of a pack that others than ``decide`` go by: calendars, places, third parties, what is said."""

from __future__ import annotations

from datetime import date, timedelta

import chinese_calendar
import holidays
import pytest

from bot.datafile import read_yaml
from bot.language import language_dir
from campaigns.compliance.area_code import line_of, zones_of
from campaigns.compliance.calendars import CALENDARS
from campaigns.compliance.facts import LineType
from campaigns.compliance.pack import load_pack, pack_names
from campaigns.compliance.people import Ground, Reachability, failures_in_a_row, grounds
from campaigns.compliance.words import label
from telephony.status import NumberStatus
from tests.unit.compliance.build import china, us

CHINA, STATES = CALENDARS["cn-state-council"], CALENDARS["us-federal"]


def test_two_libraries_agree_on_every_arranged_day() -> None:
    china = holidays.country_holidays("CN", years=range(2021, 2027))
    day = date(2021, 1, 1)
    while day.year < 2027:
        other = day in china or (day.weekday() >= 5 and day not in china.weekend_workdays)
        assert CHINA(day) is chinese_calendar.is_holiday(day) is other, day
        day += timedelta(days=1)


def test_a_year_that_neither_library_knows_is_one_long_day_off() -> None:
    assert all(CHINA(date(2031, 3, day)) for day in range(1, 32))
    assert STATES(date(2150, 3, 6))


@pytest.mark.parametrize(
    ("day", "off"),
    [
        (date(2026, 7, 3), True),  # the fourth is a Saturday
        (date(2026, 7, 4), True),
        (date(2026, 11, 26), True),
        (date(2021, 12, 31), True),  # for the first of January
        (date(2026, 6, 19), True),
        (date(2026, 3, 3), False),
        (date(2026, 3, 8), False),  # a Sunday is the weekday's business
    ],
)
def test_federal_holidays(day: date, off: bool) -> None:
    assert STATES(day) is off


@pytest.mark.parametrize(
    ("number", "zones", "line"),
    [
        ("+12125550123", ("America/New_York",), LineType.UNKNOWN),
        ("+12085550123", ("America/Boise", "America/Los_Angeles"), LineType.UNKNOWN),
        ("+8613800138000", ("Asia/Shanghai",), LineType.WIRELESS),
        ("+861062888888", ("Asia/Shanghai",), LineType.LANDLINE),
        ("+8615400000001", (), LineType.UNKNOWN),
        ("nonsense", (), LineType.UNKNOWN),
    ],
)
def test_a_number_tells_its_zones(number: str, zones: tuple[str, ...], line: LineType) -> None:
    assert zones_of(number) == zones
    assert line_of(number) is line


def test_a_toll_free_number_may_be_anywhere() -> None:
    assert {"America/New_York", "Pacific/Honolulu"} <= set(zones_of("+18005550123"))


EMPTY, ACTIVE = NumberStatus.EMPTY, NumberStatus.ACTIVE


@pytest.mark.parametrize(
    ("known", "given"),
    [
        (Reachability([ACTIVE], 2), ()),
        (Reachability([ACTIVE], 3), (Ground.FAILURES_IN_A_ROW,)),
        (Reachability([EMPTY, ACTIVE], 0), ()),
        (Reachability([EMPTY], 0), (Ground.NUMBERS_INVALID,)),
        (Reachability([ACTIVE], 0, frozenset({"deceased"})), (Ground.DECEASED,)),
        (Reachability([ACTIVE], 0, frozenset({"incapable"})), (Ground.INCAPABLE,)),
    ],
)
def test_third_parties_only_where_the_debtor_cannot_be_reached(
    known: Reachability, given: tuple[Ground, ...]
) -> None:
    rule = china().rules.third_parties
    assert rule is not None
    assert grounds(rule, known) == given
    assert us().rules.third_parties is None


def test_failures_are_counted_from_the_latest_attempt() -> None:
    assert failures_in_a_row([False, False, True, False]) == 2
    assert failures_in_a_row([]) == 0


@pytest.mark.parametrize("prompt", ["disclose_ai", "answer_robot", "closing_label"])
def test_what_the_bot_says_it_is_holds_both_words_of_the_label(prompt: str) -> None:
    """At the start of a call, when asked, and at its end, in every wording."""
    files = [read_yaml(path) for path in (language_dir("zh") / "prompts").glob("*.yml")]
    said = [file["prompts"][prompt]["say"] for file in files if prompt in file["prompts"]]
    assert said
    for text in [text for each in said for text in ([each] if isinstance(each, str) else each)]:
        assert not china().rules.speak.ai_identity.missing(text), text


def test_half_a_label_is_none() -> None:
    label_of = china().rules.speak.ai_identity
    assert label_of.missing("我是人工智能语音助手") == (("生成", "合成"),)
    assert label_of.missing("合成的声音") == (("人工智能", "AI"),)


@pytest.mark.parametrize("name", pack_names())
def test_debt_comes_after_identity_and_the_label_before(name: str) -> None:
    order = load_pack(name).speak.order
    assert order.index("ai_identity") < order.index("identity_check") < order.index("purpose_and_debt")


def test_every_word_is_there_in_both_languages() -> None:
    assert label("verified", "zh") != label("verified", "en") == label("verified", "fr")
