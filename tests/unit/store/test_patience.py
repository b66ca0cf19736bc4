"""A database that is away for a while is waited for; what is wrong with it for good is told at once."""

from __future__ import annotations

import asyncio

import pytest

from campaigns.errors import StoreError
from campaigns.store import patience
from campaigns.store.patience import patiently, wait_patiently


class Hours:
    """Time that passes only where somebody sleeps."""

    def __init__(self) -> None:
        self.now, self.slept = 100.0, list[float]()

    def monotonic(self) -> float:
        return self.now

    def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.now += seconds

    async def sleep_on(self, seconds: float) -> None:
        self.sleep(seconds)


class Flaky:
    """Fails so many times; each try takes its time."""

    def __init__(self, faults: int, hours: Hours, *, takes_s: float = 0.0, transient: bool = True) -> None:
        self.left, self.transient, self.tries = faults, transient, 0
        self._hours, self._takes_s = hours, takes_s

    async def awaited(self) -> str:
        return self()

    def __call__(self) -> str:
        self.tries += 1
        self._hours.now += self._takes_s
        if self.left:
            self.left -= 1
            raise StoreError("away", transient=self.transient)
        return "there"


@pytest.fixture
def hours(monkeypatch: pytest.MonkeyPatch) -> Hours:
    hours = Hours()
    monkeypatch.setattr(patience, "time", hours)
    monkeypatch.setattr(asyncio, "sleep", hours.sleep_on)
    return hours


def test_it_is_tried_again_until_it_is_there(hours: Hours) -> None:
    assert patiently(Flaky(3, hours)) == "there"
    assert hours.slept == [0.25, 0.5, 1.0]


def test_an_event_loop_waits_the_same_way(hours: Hours) -> None:
    assert asyncio.run(wait_patiently(Flaky(3, hours).awaited)) == "there"
    assert hours.slept == [0.25, 0.5, 1.0]
    with pytest.raises(StoreError, match="away"):
        asyncio.run(wait_patiently(Flaky(10**6, hours).awaited, 5.0))


def test_nobody_waits_for_ever(hours: Hours) -> None:
    work = Flaky(10**6, hours)
    with pytest.raises(StoreError, match="away"):
        patiently(work, patience_s=5.0)
    assert sum(hours.slept) == 5.0
    assert work.tries == len(hours.slept) + 1


def test_tries_that_wait_themselves_are_counted(hours: Hours) -> None:
    work = Flaky(10**6, hours, takes_s=30.0)
    with pytest.raises(StoreError, match="away"):
        patiently(work)
    assert work.tries == 2


def test_what_waiting_does_not_mend_is_told_at_once(hours: Hours) -> None:
    work = Flaky(1, hours, transient=False)
    with pytest.raises(StoreError, match="away"):
        patiently(work)
    assert (work.tries, hours.slept) == (1, [])
