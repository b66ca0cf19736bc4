"""The intervals cover what they say, and agree with the papers."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from campaigns.experiments.intervals import Sample, mean, mean_difference, newcombe, wilson
from campaigns.experiments.power import customers_needed, detectable
from campaigns.experiments.split import check_split

RUNS = 2_000


def test_wilson_gives_the_figures_of_newcombes_paper() -> None:
    # Statistics in Medicine 17 (1998), 857-872, table I, method 3.
    for hits, n, low, high in ((81, 263, 0.2553, 0.3662), (15, 148, 0.0624, 0.1605), (0, 20, 0.0, 0.1611)):
        found = wilson(hits, n)
        assert found is not None
        assert (found.low, found.high) == pytest.approx((low, high), abs=5e-5)


def test_newcombe_gives_the_figures_of_the_paper() -> None:
    # Statistics in Medicine 17 (1998), 873-890, table II, method 10.
    for one, two, low, high in (
        ((56, 70), (48, 80), 0.0524, 0.3339),
        ((9, 10), (3, 10), 0.1705, 0.8090),
        ((10, 10), (0, 10), 0.6075, 1.0),
    ):
        found = newcombe(*one, *two)
        assert found is not None
        assert (found.low, found.high) == pytest.approx((low, high), abs=5e-5)


@pytest.mark.parametrize(("rate", "n"), [(0.03, 400), (0.25, 60), (0.5, 30), (0.97, 400)])
def test_wilson_covers(rate: float, n: int) -> None:
    draws = np.random.default_rng(1).binomial(n, rate, RUNS)
    inside = 0
    for hits in draws:
        found = wilson(int(hits), n)
        assert found is not None
        inside += found.low <= rate <= found.high
    assert 0.925 < inside / RUNS < 0.985


@pytest.mark.parametrize(("one", "two", "n", "m"), [(0.25, 0.25, 300, 120), (0.06, 0.03, 500, 500)])
def test_newcombe_covers_the_difference(one: float, two: float, n: int, m: int) -> None:
    random = np.random.default_rng(2)
    pairs = zip(random.binomial(n, one, RUNS), random.binomial(m, two, RUNS), strict=True)
    inside = 0
    for hits, hits_0 in pairs:
        found = newcombe(int(hits), n, int(hits_0), m)
        assert found is not None
        inside += found.low <= one - two <= found.high
    assert 0.93 < inside / RUNS < 0.975


def sample(values: np.ndarray[tuple[int], np.dtype[np.float64]]) -> Sample:
    return Sample(len(values), float(values.sum()), float((values**2).sum()))


def test_money_is_covered_though_most_pay_nothing() -> None:
    random = np.random.default_rng(3)
    inside = apart = 0
    for _ in range(600):
        # Three in ten pay, what they owe is skewed: the mean is 0.3 * exp(7 + 0.5 * 0.64).
        one, two = (random.binomial(1, 0.3, 800) * random.lognormal(7, 0.8, 800) for _ in range(2))
        found, difference = mean(sample(one)), mean_difference(sample(one), sample(two))
        assert found is not None
        assert difference is not None
        inside += found.low <= 0.3 * math.exp(7.32) <= found.high
        apart += difference.excludes_zero
    assert 0.92 < inside / 600 < 0.98
    assert 0.025 < apart / 600 < 0.085


@given(st.integers(0, 500), st.integers(0, 500))
def test_an_interval_holds_its_estimate_and_stays_a_rate(hits: int, more: int) -> None:
    found = wilson(hits, hits + more)
    if hits + more == 0:
        assert found is None
    else:
        assert found is not None
        assert 0 <= found.low <= found.estimate + 1e-12
        assert found.estimate - 1e-12 <= found.high <= 1


@given(st.integers(0, 50), st.integers(0, 50), st.integers(0, 50), st.integers(0, 50))
def test_a_difference_turned_round_is_its_negative(a: int, b: int, c: int, d: int) -> None:
    one, two = newcombe(a, a + b, c, c + d), newcombe(c, c + d, a, a + b)
    assert (one is None) == (two is None)
    if one is not None and two is not None:
        assert (one.low, one.high) == pytest.approx((-two.high, -two.low))


def test_of_nobody_and_of_equals_there_is_no_interval() -> None:
    assert newcombe(0, 0, 1, 2) is None
    assert mean(Sample(1, 5, 25)) is None
    assert mean(Sample(3, 15, 75)) is None
    assert mean_difference(Sample(3, 0, 0), Sample(3, 0, 0)) is None


def test_as_many_as_are_needed_can_show_the_effect() -> None:
    # Fleiss, Levin, Paik: 25 % against 27 % takes about 7,550 a side.
    assert customers_needed(0.25, 0.02) == (7547, 7547)
    for base, effect in ((0.25, 0.02), (0.05, 0.01), (0.0, 0.02)):
        n, m = customers_needed(base, effect)
        assert detectable(base, n, m) == pytest.approx(effect, rel=0.03)
    assert detectable(0.25, 1, 1) is None
    assert detectable(0.9, 10, 10) is None


def test_the_power_that_is_promised_is_there() -> None:
    n, m = customers_needed(0.2, 0.05)
    random = np.random.default_rng(4)
    seen = 0
    for hits, hits_0 in zip(random.binomial(m, 0.25, RUNS), random.binomial(n, 0.2, RUNS), strict=True):
        found = newcombe(int(hits), m, int(hits_0), n)
        assert found is not None
        seen += found.excludes_zero
    assert 0.77 < seen / RUNS < 0.83


def test_a_split_is_broken_only_when_it_is() -> None:
    assert not check_split((4_010, 3_990, 1_000), (4_000, 4_000, 1_000)).broken
    assert check_split((4_300, 3_700), (5_000, 5_000)).broken
    assert check_split((3, 2), (5_000, 5_000)).p is None
    random = np.random.default_rng(5)
    alarms = sum(
        check_split((hits, 10_000 - hits), (5, 5)).broken for hits in random.binomial(10_000, 0.5, 3_000)
    )
    assert alarms < 12  # three are to be expected
