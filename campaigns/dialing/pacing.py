"""Pacing: when the next call may start, and how the rate of a line follows its faults.

Moments are integers, in ticks of 0.1 ms since 1970, so that a second process that reads them computes the
same. Nothing here keeps state: ``campaigns.store.pacing`` does.
"""

from __future__ import annotations

import math
from bisect import bisect_left, insort
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from campaigns.dialing.line_rules import LineRules

TICKS = 10_000  # a second
LATE_S = 2.0
"""A slot that was missed by more is not used any more, nor is a dial begun so long after its permit was
spent: a stalled process would start its calls all at once, and some after a pause."""

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_TICK = timedelta(microseconds=1_000_000 // TICKS)


def tick_of(moment: datetime) -> int:
    """The first tick at or after an aware ``moment``."""
    return -((_EPOCH - moment) // _TICK)


def moment_of(tick: int) -> datetime:
    return _EPOCH + tick * _TICK


def gap_of(rate: float) -> int:
    """Ticks between two starts at ``rate`` a second."""
    return math.ceil(TICKS / rate)


@dataclass(frozen=True, slots=True)
class Booked:
    """The starts that something with a rate has booked, in order, and the ticks to be kept between two.

    A later booking may fill a hole before an earlier one: a call that waits for its own number holds up
    nobody else's.
    """

    starts: Sequence[int]
    gap: int

    def free_from(self, tick: int) -> int:
        """The first tick from ``tick`` on that keeps its distance from every start."""
        for start in self.starts[bisect_left(self.starts, tick - self.gap + 1) :]:
            if start >= tick + self.gap:
                break
            tick = start + self.gap
        return tick


def earliest(tick: int, *all_booked: Booked) -> int:
    """The first tick from ``tick`` on that is free in all."""
    while True:
        moved = tick
        for booked in all_booked:
            moved = booked.free_from(moved)
        if moved == tick:
            return tick
        tick = moved


def with_start(starts: Sequence[int], tick: int, since: int) -> list[int]:
    """``starts`` with one more, without those before ``since``."""
    kept = list(starts[bisect_left(starts, since) :])
    insort(kept, tick)
    return kept


def reach(campaigns: Sequence[int], campaign: int, horizon: int) -> int:
    """How many ticks ahead ``campaign`` may book on a line; ``campaigns`` are those of its booked starts.

    Whoever has more than an equal share reaches half as far, as if one more campaign was about to come: what
    lies beyond is left to those who have less. A campaign alone loses nothing by it.
    """
    counts = Counter(campaigns)
    sharers = max(2, len(counts.keys() | {campaign}))
    return horizon // 2 if counts[campaign] * sharers > len(campaigns) else horizon


def slower(rate: float, rules: LineRules) -> float:
    """The rate after a fault (multiplicative decrease)."""
    return max(rules.floor_calls_per_second, within(rate, rules) * rules.slow_down_to)


def faster(rate: float, rules: LineRules) -> float:
    """The rate after a dial without one (additive increase)."""
    return min(rules.calls_per_second, within(rate, rules) + rules.speed_up_by)


def within(rate: float | None, rules: LineRules) -> float:
    """A rate on record, between the floor and the ceiling as they are now; None: the ceiling."""
    if rate is None:
        return rules.calls_per_second
    return min(rules.calls_per_second, max(rules.floor_calls_per_second, rate))


def concurrent(rate: float, rules: LineRules) -> int:
    """Calls at once at ``rate``: in proportion to it, for they come of it; at least one."""
    return max(1, math.floor(rules.concurrent_calls * rate / rules.calls_per_second))
