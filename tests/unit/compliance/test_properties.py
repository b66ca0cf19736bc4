"""What must hold of every decision, over random facts."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import chinese_calendar
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from campaigns.compliance.decide import decide
from campaigns.compliance.effective import EffectivePack
from campaigns.compliance.facts import AttemptFact, CallFacts, SuppressionFact, TalkFact
from campaigns.compliance.hours import Hours
from campaigns.compliance.inputs import decision_inputs
from campaigns.compliance.reasons import SUPPRESSIONS, Reason
from campaigns.compliance.verdict import Allow, Defer, Refuse
from telephony.status import HangupCause, NumberStatus
from tests.unit.compliance.build import DAY, MONDAY_NOON, SHANGHAI, american, china, facts, number

MARGIN = timedelta(seconds=420)
OUTCOMES = [None, "promise", "callback", "trunk_fault", "lost", *(cause.value for cause in HangupCause)]

moments = st.datetimes(datetime(2026, 2, 1), datetime(2028, 12, 31), timezones=st.just(UTC))  # noqa: DTZ001
past = st.timedeltas(timedelta(0), timedelta(days=9))
hours = st.integers(0, 47).flatmap(
    lambda start: (
        st.integers(start + 1, 47).map(
            lambda end: Hours(time(start // 2, start % 2 * 30), time(end // 2, end % 2 * 30))
        )
        if start < 47
        else st.just(Hours(time(23, 30), time(23, 59)))
    )
)


def attempts(now: datetime) -> st.SearchStrategy[AttemptFact]:
    return st.builds(
        lambda ago, took, charged, outcome: AttemptFact(
            now - ago, charged, outcome, min(now, now - ago + took) if outcome else None
        ),
        past,
        st.timedeltas(timedelta(0), timedelta(minutes=10)),
        st.booleans(),
        st.sampled_from(OUTCOMES),
    )


def suppressions(now: datetime) -> st.SearchStrategy[SuppressionFact]:
    return st.builds(
        SuppressionFact,
        st.sampled_from([*sorted(SUPPRESSIONS), "unheard of"]),
        st.none() | past.map(lambda ahead: now + ahead) | past.map(lambda ago: now - ago),
        st.booleans(),
    )


@st.composite
def any_facts(draw: st.DrawFn) -> CallFacts:
    """Mostly callable, so that an Allow is common enough to be spoilt."""
    now = draw(moments)
    own = draw(st.lists(attempts(now), max_size=3))
    others = draw(st.lists(attempts(now), max_size=2))
    return facts(
        now=now,
        number=number(
            status=draw(
                st.sampled_from([*[NumberStatus.ACTIVE] * 4, NumberStatus.POWERED_OFF, NumberStatus.SILENT])
            ),
            status_at=now - draw(past),
        ),
        ledger_time=draw(st.none() | past.map(lambda ago: now - ago)),
        region=draw(st.sampled_from(["广东", "新疆", "Tibet", None, "nowhere"])),
        zones=draw(st.sampled_from([(), (), ("Asia/Shanghai",), ("Asia/Shanghai", "Asia/Urumqi")])),
        debtor_attempts=tuple(own),
        number_attempts=tuple(own[:2] + others),
        talks=tuple(TalkFact(now - ago) for ago in draw(st.lists(past, max_size=1))),
        promise_due=draw(st.none() | st.integers(-5, 5).map(lambda n: (now + n * DAY).date())),
        suppressions=tuple(draw(st.lists(suppressions(now), max_size=1))),
        open_cases=draw(
            st.sampled_from([frozenset(), frozenset(), frozenset({"callback"}), frozenset({"legal"})])
        ),
        callback_at=draw(
            st.none()
            | past.map(lambda d: now + d)
            | st.timedeltas(-2 * DAY / 24, DAY / 24).map(lambda d: now + d)
        ),
        campaign_hours=draw(st.none() | hours),
    )


def outside_every_rule_book(moment: datetime, zone: ZoneInfo, start: time, end: time) -> bool:
    """An independent reading of the window: by the clock on the wall."""
    wall, later = moment.astimezone(zone), (moment + MARGIN).astimezone(zone)
    return not (start <= wall.time() and wall.date() == later.date() and later.time() < end)


@settings(deadline=None)
@given(moments, st.sampled_from(["广东", "新疆", "西藏", None]))
@example(datetime(2026, 3, 2, 12, 22, 59, 999999, tzinfo=UTC), "广东")
@example(datetime(2026, 3, 2, 12, 23, tzinfo=UTC), "广东")
def test_china_is_never_called_outside_its_hours(now: datetime, region: str | None) -> None:
    verdict = decide(facts(now=now, region=region, number=number(status_at=now)), china())
    day = now.astimezone(SHANGHAI).date()
    day_off = day.year > 2026 or chinese_calendar.is_holiday(day)
    start = {"广东": time(9), "西藏": time(9, 30)}.get(region or "", time(10))
    first, last = (max(start, time(10)), time(20)) if day_off else (start, time(20, 30))
    assert isinstance(verdict, Allow) is not outside_every_rule_book(now, SHANGHAI, first, last)


@pytest.fixture(scope="module")
def us(tmp_path_factory: pytest.TempPathFactory) -> EffectivePack:
    return american(tmp_path_factory.mktemp("us"))


# Zones whose clocks change at midnight, by half an hour, on other dates, or not at all.
ZONES = [
    "America/New_York",
    "America/Los_Angeles",
    "America/Havana",
    "Australia/Lord_Howe",
    "Asia/Kolkata",
    "Asia/Beirut",
]
CHANGES = [datetime(2026, *day, tzinfo=UTC) for day in ((3, 8), (11, 1), (4, 5), (10, 4), (3, 29), (10, 25))]
around_changes = st.sampled_from(CHANGES).flatmap(
    lambda day: st.timedeltas(-2 * DAY, 2 * DAY).map(lambda d: day + d)
)


@settings(deadline=None, max_examples=250)
@given(moments | around_changes, st.lists(st.sampled_from(ZONES), min_size=1, max_size=3, unique=True))
def test_no_call_falls_outside_the_window_of_any_candidate_zone(
    us: EffectivePack, now: datetime, zones: list[str]
) -> None:
    case = facts(now=now, zones=tuple(zones), region=None, number=number(status_at=now))
    verdict = decide(case, us)
    for moment in [now] if isinstance(verdict, Allow) else []:
        for zone in map(ZoneInfo, zones):
            assert not outside_every_rule_book(moment, zone, time(9), time(20))
            assert moment.astimezone(zone).weekday() != 6
            assert verdict.window_end.astimezone(zone).time() <= time(20)  # type: ignore[union-attr]
    if isinstance(verdict, Defer):
        again = decide(replace(case, now=verdict.until, number=number(status_at=verdict.until)), us)
        assert isinstance(again, Allow)


@settings(deadline=None, max_examples=250)
@given(any_facts())
def test_a_deferral_lies_ahead_and_only_a_calendar_that_is_not_known_defers_again(case: CallFacts) -> None:
    verdict = decide(case, china())
    if isinstance(verdict, Defer):
        assert verdict.until > case.now
        again = decide(replace(case, now=verdict.until), china())
        assert not isinstance(again, Defer) or again.reason is Reason.CALENDAR_UNKNOWN


@settings(deadline=None)
@given(any_facts())
def test_the_same_facts_give_the_same_decision_and_record(case: CallFacts) -> None:
    shuffled = replace(
        case,
        debtor_attempts=case.debtor_attempts[::-1],
        number_attempts=case.number_attempts[::-1],
        talks=case.talks[::-1],
    )
    assert decide(case, china()) == decide(shuffled, china())
    assert decision_inputs(case, china()) == decision_inputs(shuffled, china())


MISSING: list[dict[str, Any]] = [
    {"debt_owed": None},
    {"zones": ("Nowhere/Known",)},
    {"number": number(status=NumberStatus.UNKNOWN)},
    {"number": number(status_at=None)},
    {"number": number(status_at=MONDAY_NOON - 1000 * DAY)},
    {"number": number(relation="")},
    {"number": number(generated=True)},
    {"clock_virtual": True},
]


@settings(deadline=None)
@given(any_facts(), st.sampled_from(MISSING))
def test_a_missing_or_stale_fact_never_allows(case: CallFacts, missing: dict[str, Any]) -> None:
    assert isinstance(decide(replace(case, **missing), china()), Refuse)


@settings(deadline=None)
@given(any_facts(), st.timedeltas(timedelta(seconds=2, microseconds=1), timedelta(days=400)))
def test_a_clock_moved_back_allows_nothing(case: CallFacts, back: timedelta) -> None:
    verdict = decide(replace(case, ledger_time=case.now + back), china())
    assert isinstance(verdict, Refuse)
    assert verdict.reason is Reason.CLOCK_UNTRUSTED


@settings(deadline=None, max_examples=250)
@given(any_facts(), st.data())
def test_one_more_restriction_never_adds_a_call(case: CallFacts, data: st.DataObject) -> None:
    more: list[dict[str, Any]] = [
        {"debtor_attempts": (*case.debtor_attempts, data.draw(attempts(case.now)))},
        {"number_attempts": (data.draw(attempts(case.now)), *case.number_attempts)},
        {"talks": (*case.talks, TalkFact(case.now - data.draw(past)))},
        {"suppressions": (*case.suppressions, data.draw(suppressions(case.now)))},
        {"open_cases": case.open_cases | {data.draw(st.sampled_from(["callback", "legal", "new"]))}},
        {"zones": (*(case.zones or ("Asia/Shanghai",)), "Asia/Tokyo")},
    ]
    if case.promise_due is None:
        more.append({"promise_due": case.now.date()})
    if case.campaign_hours is None:
        more.append({"campaign_hours": data.draw(hours)})
    change = data.draw(st.sampled_from(more))
    before, after = decide(case, china()), decide(replace(case, **change), china())
    assert isinstance(before, Allow) or not isinstance(after, Allow)
    if isinstance(before, Defer) and isinstance(after, Defer):
        assert after.until >= before.until
