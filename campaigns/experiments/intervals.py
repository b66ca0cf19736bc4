"""Confidence intervals: of a rate, of a difference of rates, of a mean, of a difference of means.

Wilson's score interval for one rate and Newcombe's hybrid (his method 10) for a difference of two: R. G.
Newcombe, Statistics in Medicine 17 (1998), 857-872 and 873-890. Means: Student's t, differences with Welch's
degrees of freedom.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

from scipy import stats

LEVEL = 0.95


@dataclass(frozen=True, slots=True)
class Interval:
    """An estimate and the ends of its interval."""

    estimate: float
    low: float
    high: float

    @property
    def excludes_zero(self) -> bool:
        """Of a difference: it is told apart from none at this level."""
        return self.low > 0 or self.high < 0


@dataclass(frozen=True, slots=True)
class Sample:
    """A quantity over ``n`` customers, by its sum and the sum of its squares. All of them count, at 0 too."""

    n: int
    total: float
    squares: float

    @property
    def mean(self) -> float:
        return self.total / self.n

    @property
    def variance(self) -> float:
        """Of one customer; with the divisor n - 1. Rounding may not push it below 0."""
        return max(0.0, (self.squares - self.total**2 / self.n) / (self.n - 1))


def wilson(hits: int, n: int, level: float = LEVEL) -> Interval | None:
    """The rate ``hits`` of ``n``; None of nobody."""
    if n == 0:
        return None
    z, p = _z(level), hits / n
    centre = (p + z**2 / (2 * n)) / (1 + z**2 / n)
    half = z / (1 + z**2 / n) * math.sqrt(p * (1 - p) / n + z**2 / (4 * n**2))
    return Interval(p, max(0.0, centre - half), min(1.0, centre + half))


def newcombe(hits: int, n: int, hits_0: int, n_0: int, level: float = LEVEL) -> Interval | None:
    """The rate ``hits`` of ``n`` less the reference's; None when one of them is of nobody."""
    one, two = wilson(hits, n, level), wilson(hits_0, n_0, level)
    if one is None or two is None:
        return None
    difference = one.estimate - two.estimate
    down = math.hypot(one.estimate - one.low, two.high - two.estimate)
    up = math.hypot(one.high - one.estimate, two.estimate - two.low)
    return Interval(difference, difference - down, difference + up)


def mean(sample: Sample, level: float = LEVEL) -> Interval | None:
    """Student's t; None for fewer than two customers, or when all are alike: their spread is not known."""
    if sample.n < 2 or sample.variance == 0:
        return None
    half = float(stats.t.ppf((1 + level) / 2, sample.n - 1)) * math.sqrt(sample.variance / sample.n)
    return Interval(sample.mean, sample.mean - half, sample.mean + half)


def mean_difference(sample: Sample, reference: Sample, level: float = LEVEL) -> Interval | None:
    """The mean less the reference's, by Welch; None for fewer than two customers on a side, or no spread."""
    if sample.n < 2 or reference.n < 2:
        return None
    one, two = sample.variance / sample.n, reference.variance / reference.n
    difference = sample.mean - reference.mean
    if one + two == 0:
        return None
    freedom = (one + two) ** 2 / (one**2 / (sample.n - 1) + two**2 / (reference.n - 1))
    half = float(stats.t.ppf((1 + level) / 2, freedom)) * math.sqrt(one + two)
    return Interval(difference, difference - half, difference + half)


def _z(level: float) -> float:
    return float(stats.norm.ppf((1 + level) / 2))
