"""Pacing holds the rate however the demand comes."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from campaigns.clock import VirtualClock
from campaigns.dialing.pacing import TokenBucket

START = datetime(2026, 3, 2, 10, 0, tzinfo=UTC)


@given(
    rate=st.floats(0.2, 50),
    burst=st.integers(1, 5),
    arrivals=st.lists(st.floats(0, 5), min_size=1, max_size=40),
)
def test_never_more_starts_than_the_rate_and_the_burst(
    rate: float, burst: int, arrivals: list[float]
) -> None:
    clock = VirtualClock(START)
    bucket = TokenBucket(clock, rate, burst)
    starts: list[float] = []

    async def caller(arrival: float) -> None:
        with clock.busy():
            await clock.sleep(arrival)
            await bucket.take()
            starts.append((clock.now() - START).total_seconds())

    async def scenario() -> None:
        release = clock.hold()
        tasks = [asyncio.create_task(caller(arrival)) for arrival in arrivals]
        await asyncio.sleep(0)
        release()
        await asyncio.gather(*tasks)

    asyncio.run(scenario())
    starts.sort()
    for first in range(len(starts)):
        for last in range(first, len(starts)):
            allowed = burst + (starts[last] - starts[first]) * rate
            assert last - first + 1 <= allowed + 1e-3


@pytest.mark.parametrize(("rate", "burst"), [(0, 1), (-1, 1), (1, 0)])
def test_senseless_limits_are_refused(rate: float, burst: int) -> None:
    with pytest.raises(ValueError, match="rate"):
        TokenBucket(VirtualClock(START), rate, burst)
