"""A database that is away for a while is waited for; what is wrong with it for good is told at once."""

from __future__ import annotations

import pytest

from campaigns.errors import StoreError
from campaigns.store import threads


class Flaky:
    def __init__(self, faults: int, *, transient: bool = True) -> None:
        self.left, self.transient, self.tries = faults, transient, 0

    def __call__(self) -> str:
        self.tries += 1
        if self.left:
            self.left -= 1
            raise StoreError("away", transient=self.transient)
        return "there"


@pytest.fixture
def slept(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    pauses: list[float] = []
    monkeypatch.setattr("campaigns.store.threads.time.sleep", pauses.append)
    return pauses


def test_it_is_tried_again_until_it_is_there(slept: list[float]) -> None:
    assert threads.patiently(Flaky(3)) == "there"
    assert slept == [0.25, 0.5, 1.0]


def test_nobody_waits_for_ever(slept: list[float]) -> None:
    work = Flaky(10**6)
    with pytest.raises(StoreError, match="away"):
        threads.patiently(work, patience_s=5.0)
    assert 5.0 <= sum(slept) < 10.0
    assert work.tries == len(slept) + 1


def test_what_waiting_does_not_mend_is_told_at_once(slept: list[float]) -> None:
    work = Flaky(1, transient=False)
    with pytest.raises(StoreError, match="away"):
        threads.patiently(work)
    assert (work.tries, slept) == (1, [])
