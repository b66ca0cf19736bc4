"""The virtual clock: hours pass as fast as the work between them, and never faster."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from campaigns.clock import SystemClock, VirtualClock

START = datetime(2026, 3, 2, 10, 0, tzinfo=UTC)


def seconds(clock: VirtualClock) -> float:
    return (clock.now() - START).total_seconds()


async def test_a_lone_sleeper_jumps() -> None:
    clock = VirtualClock(START)
    with clock.busy():
        await clock.sleep(3600)
    assert seconds(clock) == 3600


async def test_time_stands_still_while_someone_works() -> None:
    clock = VirtualClock(START)
    release = clock.hold()

    async def sleeper() -> None:
        with clock.busy():
            await clock.sleep(10)

    task = asyncio.create_task(sleeper())
    for _ in range(20):
        await asyncio.sleep(0)
    assert not task.done()
    assert seconds(clock) == 0
    release()
    await task
    assert seconds(clock) == 10


@given(st.lists(st.lists(st.integers(0, 500), max_size=6), min_size=1, max_size=8))
def test_every_sleeper_wakes_exactly_when_due(plans: list[list[int]]) -> None:
    clock = VirtualClock(START)
    woken: list[float] = []

    async def worker(plan: list[int]) -> None:
        with clock.busy():
            due = 0
            for nap in plan:
                due += nap
                await clock.sleep(nap)
                assert seconds(clock) == due
                woken.append(seconds(clock))

    async def scenario() -> None:
        with clock.busy():
            tasks = [asyncio.create_task(worker(plan)) for plan in plans]
            await asyncio.sleep(0)
        await asyncio.gather(*tasks)

    asyncio.run(scenario())
    assert woken == sorted(woken)
    assert seconds(clock) == max(sum(plan) for plan in plans)


async def test_a_cancelled_sleeper_does_not_hold_time() -> None:
    clock = VirtualClock(START)

    async def sleeper(length: float) -> None:
        with clock.busy():
            await clock.sleep(length)

    release = clock.hold()
    short, long = asyncio.create_task(sleeper(5)), asyncio.create_task(sleeper(50))
    await asyncio.sleep(0)
    short.cancel()
    with pytest.raises(asyncio.CancelledError):
        await short
    release()
    await long
    assert seconds(clock) == 50


async def test_releasing_twice_counts_once() -> None:
    clock = VirtualClock(START)
    outer = clock.hold()
    inner = clock.hold()
    inner()
    inner()
    task = asyncio.create_task(clock.sleep(1))
    clock.hold()
    await asyncio.sleep(0)
    assert not task.done()
    outer()
    task.cancel()


def test_a_virtual_clock_wants_an_aware_start() -> None:
    with pytest.raises(ValueError, match="aware"):
        VirtualClock(datetime(2026, 1, 1))  # noqa: DTZ001


async def test_the_system_clock_is_aware_and_not_virtual() -> None:
    clock = SystemClock()
    assert clock.now().utcoffset() == timedelta(0)
    assert not clock.virtual
    with clock.busy():
        await clock.sleep(0)
