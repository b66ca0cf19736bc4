"""A campaign's own hours only narrow the law's, and what they defer is told apart from it."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, time, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from campaigns.compliance.campaign_window import CampaignWindow
from campaigns.compliance.decide import decide
from campaigns.compliance.facts_data import facts_data, facts_from
from campaigns.compliance.hours import Hours
from campaigns.compliance.reasons import Reason
from campaigns.compliance.verdict import Allow, Defer, Refuse
from tests.unit.compliance.build import SHANGHAI, china, facts, local
from tests.unit.compliance.test_properties import any_facts

WORKING = {"mon-fri": [["10:00", "12:00"], ["14:00", "18:00"]], "sat": [["10:00", "11:00"]]}


def window(**given: Any) -> CampaignWindow:
    return CampaignWindow.model_validate(given)


def decided(day: int, hour: int, minute: int = 0, **given: Any) -> Allow | Defer | Refuse:
    """What is decided in March 2026, of which the second is a Monday."""
    return decide(facts(now=local(day, hour, minute), campaign_hours=window(**given)), china())


@pytest.mark.parametrize(
    ("day", "hour", "until"),
    [
        (2, 9, local(2, 10)),
        (2, 13, local(2, 14)),
        (2, 19, local(3, 10)),
        (6, 19, local(7, 10)),
        (7, 12, local(9, 10)),
    ],
)
def test_outside_its_hours_a_call_waits_for_them(day: int, hour: int, until: datetime) -> None:
    verdict = decided(day, hour, hours=WORKING)
    assert verdict == Defer(until, Reason.CAMPAIGN_HOURS, rule="campaign")


def test_within_its_hours_a_call_is_over_by_their_end() -> None:
    assert decided(2, 11, hours=WORKING) == Allow(local(2, 12))


def test_what_the_law_defers_is_the_laws_reason() -> None:
    verdict = decided(2, 22, hours={"mon-sun": [["08:00", "22:00"]]})
    assert isinstance(verdict, Defer)
    assert verdict.reason is Reason.OUTSIDE_WINDOW


def test_it_never_opens_before_the_law_does() -> None:
    verdict = decided(2, 7, hours={"mon-sun": [["06:00", "23:00"]]})
    assert isinstance(verdict, Defer)
    assert (verdict.until, verdict.reason) == (local(2, 9), Reason.OUTSIDE_WINDOW)


@pytest.mark.parametrize(
    ("given", "until"),
    [
        ({"starts_on": "2026-03-05"}, local(5, 9)),
        ({"closed_on": ["2026-03-02", "2026-03-03"]}, local(4, 9)),
        ({"not_during": [["09:00", "11:30"]]}, local(2, 11, 30)),
        ({"hours": {"wed": [["10:00", "12:00"]]}, "not_during": [["10:00", "11:00"]]}, local(4, 11)),
    ],
)
def test_dates_and_forbidden_times(given: dict[str, Any], until: datetime) -> None:
    verdict = decided(2, 10, **given)
    assert isinstance(verdict, Defer)
    assert (verdict.until, verdict.reason) == (until, Reason.CAMPAIGN_HOURS)


def test_holidays_are_left_out_where_it_says_so() -> None:
    # Qingming, 4 to 6 April 2026, on which the law allows calls in fewer hours.
    now = datetime(2026, 4, 4, 11, 0, tzinfo=SHANGHAI)
    fact = replace(facts(now=now, campaign_hours=window()), number=facts(now=now).number)
    fact = replace(fact, number=replace(fact.number, status_at=now))
    assert isinstance(decide(fact, china()), Allow)
    verdict = decide(replace(fact, campaign_hours=window(holidays=False)), china())
    assert isinstance(verdict, Defer)
    assert verdict.until == datetime(2026, 4, 7, 9, 0, tzinfo=SHANGHAI)


@pytest.mark.parametrize(
    ("hour", "until"),
    [(11, datetime(2031, 3, 4, 11, tzinfo=SHANGHAI)), (23, datetime(2031, 3, 5, 10, tzinfo=SHANGHAI))],
)
def test_while_days_off_are_not_known_who_is_left_out_on_them_waits_and_is_asked_about_each_day(
    hour: int, until: datetime
) -> None:
    """Nobody is lost: the arrangement of the year may be brought in meanwhile."""
    now = datetime(2031, 3, 3, hour, tzinfo=SHANGHAI)  # a Monday
    fact = facts(now=now, campaign_hours=window(holidays=False))
    fact = replace(fact, number=replace(fact.number, status_at=now))
    assert decide(fact, china()) == Defer(until, Reason.CALENDAR_UNKNOWN, rule="campaign")
    over = decide(replace(fact, campaign_hours=window(holidays=False, ends_on="2031-03-02")), china())
    assert isinstance(over, Refuse)
    assert over.reason is Reason.WINDOW_NEVER_OPENS


def test_who_waits_for_something_else_is_asked_when_that_is_over_not_when_a_calendar_may_be_known() -> None:
    now = datetime(2031, 3, 3, 11, tzinfo=SHANGHAI)
    agreed = now + timedelta(days=3)
    fact = facts(now=now, callback_at=agreed, campaign_hours=window(holidays=False))
    fact = replace(fact, number=replace(fact.number, status_at=now))
    verdict = decide(fact, china())
    assert isinstance(verdict, Defer)
    assert (verdict.until, verdict.reason) == (agreed, Reason.CALLBACK_AGREED)


def test_after_its_last_day_nobody_is_called() -> None:
    verdict = decided(2, 10, ends_on="2026-03-01")
    assert isinstance(verdict, Refuse)
    assert verdict.reason is Reason.WINDOW_NEVER_OPENS


@pytest.mark.parametrize(
    "wrong",
    [
        {"hours": {"monday": [["10:00", "12:00"]]}},
        {"hours": {"fri-mon": [["10:00", "12:00"]]}},
        {"hours": {"mon-fri": [["10:00", "12:00"]], "tue": [["14:00", "15:00"]]}},
        {"hours": {"mon": [["12:00", "10:00"]]}},
        {"hours": {"mon": [["10:00", "12:00"]]}, "not_during": [["09:00", "13:00"]]},
        {"starts_on": "2026-03-02", "ends_on": "2026-03-01"},
        {"weekends": True},
    ],
)
def test_what_cannot_be_meant_is_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        window(**wrong)


hours = st.tuples(st.integers(6, 22), st.integers(6, 22)).filter(lambda pair: pair[0] < pair[1])
stretches = st.lists(hours.map(lambda pair: Hours(time(pair[0]), time(pair[1]))), min_size=1, max_size=2)
days = st.dates(date(2026, 2, 20), date(2026, 3, 20))


@st.composite
def windows(draw: st.DrawFn) -> CampaignWindow:
    by_day = draw(st.dictionaries(st.sampled_from(["mon-wed", "thu", "fri-sun"]), stretches, max_size=3))
    try:
        return CampaignWindow(
            hours={day: tuple(some) for day, some in by_day.items()},
            starts_on=draw(st.none() | days),
            ends_on=draw(st.none() | st.just(date(2026, 12, 31))),
            holidays=draw(st.booleans()),
            closed_on=tuple(draw(st.lists(days, max_size=2))),
            not_during=tuple(draw(st.just([]) | stretches)),
        )
    except ValidationError:
        return CampaignWindow()


@settings(deadline=None, max_examples=150)
@given(any_facts(), windows())
def test_a_window_only_narrows(case: Any, own: CampaignWindow) -> None:
    law = decide(replace(case, campaign_hours=None), china())
    both = decide(replace(case, campaign_hours=own), china())
    if isinstance(both, Allow):
        assert isinstance(law, Allow)
        assert both.window_end <= law.window_end
        wall = case.now.astimezone(SHANGHAI)
        assert own.within([Hours(time(0), time.max)], wall.date(), day_off=False)
    if isinstance(law, Refuse):
        assert both == law
    if isinstance(law, Defer) and isinstance(both, Defer):
        assert both.until >= law.until


@settings(deadline=None, max_examples=50)
@given(any_facts(), windows())
def test_a_decision_on_record_can_be_taken_again(case: Any, own: CampaignWindow) -> None:
    again = facts_from(facts_data(replace(case, campaign_hours=own), china()))
    assert again.campaign_hours == own
    assert decide(again, china()) == decide(replace(case, campaign_hours=own), china())
