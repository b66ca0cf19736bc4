"""Starts keep their distance however they are booked, and a line is shared."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from campaigns.dialing.line_rules import LineRules
from campaigns.dialing.pacing import (
    TICKS,
    Booked,
    concurrent,
    earliest,
    faster,
    gap_of,
    moment_of,
    reach,
    slower,
    tick_of,
    with_start,
    within,
)

ticks = st.integers(0, 10_000)
RULES = LineRules(calls_per_second=10, floor_calls_per_second=0.5, concurrent_calls=100)


@given(
    wishes=st.lists(st.tuples(ticks, st.integers(0, 2)), max_size=60),
    gaps=st.tuples(*[st.integers(1, 800)] * 4),
)
def test_no_two_starts_are_closer_than_any_rate_allows(
    wishes: list[tuple[int, int]], gaps: tuple[int, int, int, int]
) -> None:
    line: list[int] = []
    callers: list[list[int]] = [[], [], []]
    for tick, caller in wishes:
        at = earliest(tick, Booked(line, gaps[0]), Booked(callers[caller], gaps[1 + caller]))
        assert at >= tick
        line = with_start(line, at, 0)
        callers[caller] = with_start(callers[caller], at, 0)
    for starts, gap in zip([line, *callers], gaps, strict=True):
        assert starts == sorted(starts)
        assert all(later - sooner >= gap for sooner, later in pairwise(starts))


@given(starts=st.lists(ticks, max_size=30), tick=ticks, gap=st.integers(1, 500))
def test_the_earliest_free_start_is_given(starts: list[int], tick: int, gap: int) -> None:
    booked = Booked(sorted(starts), gap)
    found = booked.free_from(tick)
    by_hand = next(t for t in range(tick, tick + 40 * gap + 1) if all(abs(t - s) >= gap for s in starts))
    assert found == by_hand


def test_a_call_that_waits_for_its_number_holds_up_nobody_else() -> None:
    line = Booked([100, 5_000], 10)
    assert earliest(100, line) == 110
    assert earliest(100, line, Booked([100], 4_900)) == 5_010


@given(st.timedeltas(timedelta(0), timedelta(days=20_000)))
def test_a_moment_comes_back_no_earlier_and_within_a_tick(since: timedelta) -> None:
    moment = datetime(2020, 1, 1, tzinfo=UTC) + since
    back = moment_of(tick_of(moment))
    assert timedelta(0) <= back - moment < timedelta(microseconds=100)


@pytest.mark.parametrize(("rate", "gap"), [(1, TICKS), (3, 3334), (1000, 10), (0.2, 5 * TICKS)])
def test_a_gap_never_lets_more_than_the_rate_through(rate: float, gap: int) -> None:
    assert gap_of(rate) == gap


def test_one_that_has_more_than_its_share_reaches_half_as_far() -> None:
    assert reach([], 1, 100) == 100
    assert reach([1, 1], 1, 100) == 50  # alone: as if one more was about to come
    assert reach([1, 1, 2], 1, 100) == 50
    assert reach([1, 1, 2], 2, 100) == 100
    assert reach([1, 2], 1, 100) == 100
    assert reach([1, 2, 3, 3], 3, 100) == 50


@settings(max_examples=12)
@given(appetites=st.lists(st.integers(1, 12), min_size=2, max_size=4), seed=st.integers(0, 100))
def test_campaigns_that_ask_for_more_than_there_is_get_about_the_same(
    appetites: list[int], seed: int
) -> None:
    """Each asks as often as it likes, in any order, whenever time moves on: all get most of a share."""
    order = Random(seed)
    gap, horizon, now = 200, 5 * TICKS, 0
    starts: list[int] = []
    owners: list[int] = []
    got: Counter[int] = Counter()
    for _ in range(150):
        asks = [campaign for campaign, appetite in enumerate(appetites) for _ in range(appetite)]
        order.shuffle(asks)
        for campaign in asks:
            at = earliest(now, Booked(starts, gap))
            if at - now > reach(owners, campaign, horizon):
                continue
            place = sum(start < at for start in starts)
            starts.insert(place, at)
            owners.insert(place, campaign)
            got[campaign] += 1
        now += gap * min(2, len(asks))
        kept = [i for i, start in enumerate(starts) if start >= now - horizon]
        starts, owners = [starts[i] for i in kept], [owners[i] for i in kept]
    share = sum(got.values()) / len(appetites)
    assert min(got[campaign] for campaign in range(len(appetites))) >= 0.7 * share


@given(st.lists(st.booleans(), max_size=200))
def test_the_rate_stays_between_floor_and_ceiling(faults: list[bool]) -> None:
    rate = within(None, RULES)
    assert rate == 10
    for fault in faults:
        before = rate
        rate = slower(rate, RULES) if fault else faster(rate, RULES)
        assert 0.5 <= rate <= 10
        assert rate <= before if fault else rate >= before
        assert 1 <= concurrent(rate, RULES) <= 100


def test_a_rate_on_record_follows_new_settings() -> None:
    assert within(40, RULES) == 10
    assert within(0.1, RULES) == 0.5
    assert concurrent(5, RULES) == 50


@pytest.mark.parametrize(
    "wrong",
    [
        {"calls_per_second": 0},
        {"calls_per_second": 1, "floor_calls_per_second": 2},
        {"first_wait_s": 100, "longest_wait_s": 50},
        {"slow_down_to": 1},
        {"unheard_of": 1},
    ],
)
def test_senseless_limits_are_refused(wrong: dict[str, float]) -> None:
    with pytest.raises(ValidationError):
        LineRules(**wrong)  # type: ignore[arg-type]
