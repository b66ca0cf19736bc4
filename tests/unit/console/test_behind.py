"""Values that are counted behind the page."""

from __future__ import annotations

import threading

import pytest

from campaigns.console.web.behind import AT_ONCE, KEPT, SPARED, Behind, Lane
from campaigns.errors import NotFoundError

LONG = 30.0


def test_what_is_quick_is_there_at_once() -> None:
    found = Behind(LONG).get("a", 10, lambda: 7)
    assert found is not None
    assert found.value == 7


def test_what_is_slow_is_there_later_and_made_once() -> None:
    go, made = threading.Event(), []

    def make() -> int:
        go.wait(LONG)
        made.append(1)
        return 7

    behind = Behind(0.0)
    assert behind.get("a", 10, make) is None
    assert behind.get("a", 10, make) is None
    go.set()
    waits = Behind(LONG)  # its patience alone differs
    waits.__dict__ |= {name: value for name, value in behind.__dict__.items() if name != "_patience_s"}
    found = waits.get("a", 10, make)
    assert found is not None
    assert (found.value, made) == (7, [1])


def test_what_is_old_is_shown_while_it_is_made_anew() -> None:
    clock, values, go = [0.0], [1, 2], threading.Event()
    go.set()

    def make() -> int:
        go.wait(LONG)
        return values.pop(0)

    behind = Behind(LONG, lambda: clock[0])
    behind.get("a", 10, make)
    clock[0] = 11.0
    go.clear()
    old = behind.get("a", 10, make)
    assert old is not None
    assert (old.value, old.age_s) == (1, 11.0)
    go.set()
    for thread in threading.enumerate():
        if thread.name == "counting":
            thread.join(LONG)
    new = behind.get("a", 10, make)
    assert new is not None
    assert new.value == 2


def test_what_is_too_old_to_be_shown_is_made_before_anybody_is_answered() -> None:
    clock, values = [0.0], [1, 2]
    behind = Behind(LONG, lambda: clock[0])
    behind.get("a", 10, lambda: values.pop(0), oldest_s=60.0)
    clock[0] = 61.0
    found = behind.get("a", 10, lambda: values.pop(0), oldest_s=60.0)
    assert found is not None
    assert (found.value, found.age_s) == (2, 0.0)


def test_what_takes_seconds_does_not_wait_for_what_takes_a_minute() -> None:
    go = threading.Event()
    behind, hurried = Behind(LONG), Behind(0.0)
    hurried.__dict__ |= {name: value for name, value in behind.__dict__.items() if name != "_patience_s"}
    for n in range(AT_ONCE):
        hurried.get(f"report {n}", 10, lambda: go.wait(LONG))
    try:
        found = behind.get("audience", 10, lambda: 7, lane=Lane.SHORT)
    finally:
        go.set()
    assert found is not None
    assert found.value == 7


def test_what_takes_long_is_made_seldom() -> None:
    clock, made = [0.0], []

    def make() -> int:
        clock[0] += 5.0
        made.append(1)
        return 1

    behind = Behind(LONG, lambda: clock[0])
    behind.get("a", 1, make)
    clock[0] += 5.0 * SPARED - 1
    behind.get("a", 1, make)
    assert made == [1]


def test_whoever_waited_is_told_what_went_wrong_and_the_next_one_may_try_again() -> None:
    def fail() -> int:
        raise NotFoundError("there is none")

    behind = Behind(LONG)
    with pytest.raises(NotFoundError):
        behind.get("a", 10, fail)
    found = behind.get("a", 10, lambda: 1)
    assert found is not None


def test_only_so_many_are_made_at_once_and_remembered() -> None:
    running, most, lock = [0], [0], threading.Lock()

    def make() -> int:
        with lock:
            running[0] += 1
            most[0] = max(most[0], running[0])
        with lock:
            running[0] -= 1
        return 1

    behind = Behind(LONG)
    for n in range(KEPT + 10):
        behind.get(n, 10, make)
    assert most[0] <= AT_ONCE
    assert len(behind._made) == KEPT
