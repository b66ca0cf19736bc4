"""The hour in which a customer answers best: learnt, explained, never before the wait nor out of hours."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.errors import DataFileError
from campaigns.outcomes.hours import (
    DayKind,
    Dial,
    Habit,
    HourRules,
    Tally,
    Timing,
    best_time,
    bucket_of,
    load_hours,
    shipped_hours,
)

ZONE = ZoneInfo("Asia/Shanghai")
RULES = HourRules(
    version=1,
    answers={DayKind.WORK: {"0": 300}, DayKind.OFF: {"0": 300}},
    file_weight=100,
    customer_weight=4,
    half_life_days=45,
    neighbour=400,
    look_ahead_h=30,
    least_gain=40,
    patience=850,
)


def at(day: int, hour: int, minute: int = 0) -> datetime:
    """A moment in March 2026, whose second is a Monday."""
    return datetime(2026, 3, day, hour, minute, tzinfo=ZONE)


def kind_of(day: date) -> DayKind:
    return DayKind.OFF if day.weekday() >= 5 else DayKind.WORK


def habit(*dials: Dial, portfolio: dict[tuple[DayKind, int], Tally] | None = None) -> Habit:
    return Habit(RULES, portfolio or {}, dials, at(16, 9), ZONE, kind_of)


def best(found: Habit, *openings: tuple[datetime, datetime], spread: int = 0) -> Timing:
    timing = best_time(openings, found, RULES, ZONE, kind_of, spread=spread)
    assert timing is not None
    return timing


MONDAY = (at(16, 9), at(16, 20, 23))


def test_a_customer_who_is_not_known_is_called_as_soon_as_may_be() -> None:
    timing = best(habit(), MONDAY)
    assert (timing.at, timing.rule) == (at(16, 9), "first_open")


def test_their_own_answers_lead_to_their_hour_of_that_kind_of_day() -> None:
    found = habit(
        *(Dial(at(day, 18, 20), True) for day in (9, 10, 11)),
        *(Dial(at(day, 10), False) for day in (9, 10, 11)),
        *(Dial(at(day, 15), True) for day in (7, 8)),  # a weekend
    )
    timing = best(found, MONDAY)
    assert (timing.rule, timing.bucket, timing.at) == ("best_hour", (DayKind.WORK, 18), at(16, 18))
    record = timing.record()
    assert (record["hour"], record["dials"], record["answers"]) == (18, 3, 3)
    assert record["chance"] > record["soonest"]
    weekend = best_time([(at(21, 10), at(21, 20))], found, RULES, ZONE, kind_of)
    assert weekend is not None
    assert weekend.bucket == (DayKind.OFF, 15)


def test_the_portfolio_leads_who_has_no_history() -> None:
    heard = {(DayKind.WORK, hour): Tally(1000, 900 if hour == 19 else 100) for hour in range(24)}
    assert best(habit(portfolio=heard), MONDAY).bucket == (DayKind.WORK, 19)


def test_an_old_answer_counts_less_than_a_new_one() -> None:
    old = habit(Dial(at(16, 18) - timedelta(days=180), True))
    new = habit(Dial(at(13, 18), True))
    assert new.chance((DayKind.WORK, 18)).mean > old.chance((DayKind.WORK, 18)).mean > 0.3


def test_a_better_hour_far_away_is_not_worth_the_wait() -> None:
    found = habit(*(Dial(at(day, 18), True) for day in (9, 10, 11)))
    assert best(found, (at(16, 19), at(16, 20)), (at(18, 9), at(18, 20))).at == at(16, 19)


def test_calls_to_the_same_hour_are_spread_over_it() -> None:
    found = habit(*(Dial(at(day, 18), True) for day in (9, 10, 11)))
    moments = {best(found, MONDAY, spread=customer).at for customer in range(200)}
    assert len(moments) > 30
    assert all(at(16, 18) <= moment < at(16, 18, 45) for moment in moments)
    assert best(found, MONDAY, spread=7).at == best(found, MONDAY, spread=7).at


moments = st.timedeltas(timedelta(0), timedelta(days=13)).map(lambda since: at(2, 0) + since)
dials = st.lists(st.builds(Dial, moments, st.booleans()), max_size=40)


@given(
    dials, st.integers(0, 23 * 60), st.lists(st.tuples(st.integers(1, 300), st.integers(1, 400)), max_size=5)
)
def test_the_choice_is_open_no_earlier_than_the_wait_and_the_same_each_time(
    known: list[Dial], first: int, parts: list[tuple[int, int]]
) -> None:
    openings, start = [], at(16, 0) + timedelta(minutes=first)
    for gap, length in parts:
        openings.append((start, start + timedelta(minutes=length)))
        start += timedelta(minutes=length + gap)
    found = habit(*known)
    timing = best_time(openings, found, RULES, ZONE, kind_of, spread=first)
    if not openings:
        assert timing is None
        return
    assert timing is not None
    assert any(opened <= timing.at < closes for opened, closes in openings)
    assert timing == best_time(openings, habit(*known), RULES, ZONE, kind_of, spread=first)
    assert timing.chance is not None
    assert (timing.rule == "best_hour") == (timing.first is not None)
    if timing.first is not None:
        assert timing.chance.mean > timing.first.mean
    assert timing.at - openings[0][0] <= timedelta(hours=RULES.look_ahead_h + 1)
    assert timing.bucket == bucket_of(timing.at, ZONE, kind_of)


@given(dials, st.sampled_from(list(DayKind)), st.integers(0, 23))
def test_a_chance_is_a_chance(known: list[Dial], kind: DayKind, hour: int) -> None:
    chance = habit(*known).chance((kind, hour))
    assert 0 < chance.mean < 1
    assert chance.answers <= chance.dials <= len(known)


@pytest.mark.parametrize(
    ("old", "new"),
    [('"0": 150', '"1": 150'), ("patience: 850", "patience: 1850"), ('"18": 400', '"25": 400')],
)
def test_a_mistake_in_the_file_is_told(tmp_path: Path, old: str, new: str) -> None:
    text = Path("campaigns/outcomes/hours.yaml").read_text(encoding="utf-8")
    assert old in text
    wrong = tmp_path / "hours.yaml"
    wrong.write_text(text.replace(old, new), encoding="utf-8")
    with pytest.raises(DataFileError):
        load_hours(wrong)


def test_the_shipped_file_knows_every_hour() -> None:
    rules = shipped_hours()
    assert all(0 < rules.guess((kind, hour)) < 1 for kind in DayKind for hour in range(24))
