"""The circuit breaker over any history: nothing passes while it is open, one call while it is half open."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from campaigns.dialing.breaker import (
    Breaker,
    Circuit,
    Pass,
    Recent,
    Wait,
    after_fault,
    after_no_dial,
    after_success,
    ask,
    may_start,
)
from campaigns.dialing.line_rules import LineRules

AT = datetime(2026, 3, 2, 2, 0, tzinfo=UTC)
RULES = LineRules(faults=3, fault_share=0.5, first_wait_s=10, longest_wait_s=35, wait_growth=2, probe_s=20)
MANY = Recent(dials=3, faults=3)


def later(seconds: float) -> datetime:
    return AT + timedelta(seconds=seconds)


def opened() -> Breaker:
    return after_fault(Breaker(), AT, AT, MANY, RULES)


def test_it_opens_for_many_faults_that_are_a_good_part_of_the_dials() -> None:
    assert after_fault(Breaker(), AT, AT, Recent(2, 2), RULES) == Breaker()
    assert after_fault(Breaker(), AT, AT, Recent(100, 3), RULES) == Breaker()
    assert opened() == Breaker(Circuit.OPEN, AT, later(10), 1)


def test_the_wait_grows_with_each_probe_that_fails_up_to_the_longest() -> None:
    breaker, now, waits = opened(), AT, []
    for _ in range(4):
        assert breaker.until is not None
        waits.append((breaker.until - now).total_seconds())
        now = breaker.until
        breaker, leave = ask(breaker, now, RULES)
        assert leave == Pass(probe=True)
        breaker = after_fault(breaker, now, now, Recent(1, 1), RULES)
    assert waits == [10, 20, 35, 35]


def test_a_probe_that_went_through_closes_it_and_the_next_trip_is_a_first_one() -> None:
    breaker, _ = ask(opened(), later(10), RULES)
    breaker = after_success(breaker, later(10), later(12))
    assert breaker == Breaker(since=later(12))
    assert after_fault(breaker, later(13), later(13), MANY, RULES).trips == 1


def test_old_news_changes_nothing() -> None:
    half_open, _ = ask(opened(), later(10), RULES)
    assert after_success(half_open, later(9), later(11)) == half_open
    assert after_fault(half_open, later(9), later(11), MANY, RULES) == half_open
    assert after_success(opened(), AT, later(1)) == opened()
    assert after_fault(opened(), AT, later(1), MANY, RULES) == opened()


def test_a_probe_never_dialled_or_never_heard_of_is_replaced() -> None:
    half_open, _ = ask(opened(), later(10), RULES)
    assert ask(half_open, later(15), RULES)[1] == Wait(later(30))
    given_back = after_no_dial(half_open, later(10), later(16))
    assert ask(given_back, later(16), RULES)[1] == Pass(probe=True)
    assert ask(half_open, later(30), RULES)[1] == Pass(probe=True)


class Histories(RuleBasedStateMachine):
    """Calls pass, fail, go through or vanish at any time; the clock moves on."""

    def __init__(self) -> None:
        super().__init__()
        self.now = AT
        self.breaker = Breaker()
        self.out: list[tuple[datetime, bool]] = []
        self.probe_due: datetime | None = None

    @rule(seconds=st.floats(0.1, 25))
    def wait(self, seconds: float) -> None:
        self.now += timedelta(seconds=seconds)

    @rule()
    def dial(self) -> None:
        before = self.breaker
        self.breaker, leave = ask(before, self.now, RULES)
        match leave:
            case Wait(until):
                assert before.circuit is not Circuit.CLOSED
                assert until > self.now
                assert self.breaker == before
            case Pass(probe):
                assert probe == (before.circuit is not Circuit.CLOSED)
                assert may_start(self.breaker, probe=probe)
                self.out.append((self.now, probe))

    @precondition(lambda self: self.out)
    @rule(data=st.data(), recent=st.builds(Recent, st.integers(1, 20), st.integers(1, 5)))
    def fail(self, data: st.DataObject, recent: Recent) -> None:
        passed_at, _ = self.out.pop(data.draw(st.integers(0, len(self.out) - 1)))
        before = self.breaker
        self.breaker = after_fault(before, passed_at, self.now, recent, RULES)
        assert self.breaker.circuit is not Circuit.CLOSED or before.circuit is Circuit.CLOSED
        if self.breaker is not before:
            assert self.breaker.trips == before.trips + 1

    @precondition(lambda self: self.out)
    @rule(data=st.data())
    def succeed(self, data: st.DataObject) -> None:
        passed_at, probe = self.out.pop(data.draw(st.integers(0, len(self.out) - 1)))
        before = self.breaker
        self.breaker = after_success(before, passed_at, self.now)
        if before.circuit is not Circuit.CLOSED and self.breaker.circuit is Circuit.CLOSED:
            assert probe  # nothing but a probe can have been let pass since it opened

    @precondition(lambda self: self.out)
    @rule(data=st.data())
    def withdraw(self, data: st.DataObject) -> None:
        passed_at, _ = self.out.pop(data.draw(st.integers(0, len(self.out) - 1)))
        self.breaker = after_no_dial(self.breaker, passed_at, self.now)

    @invariant()
    def it_always_opens_up_again(self) -> None:
        if self.breaker.circuit is Circuit.CLOSED:
            return
        assert self.breaker.until is not None
        assert self.breaker.until - self.now <= timedelta(seconds=35)
        assert isinstance(ask(self.breaker, self.breaker.until, RULES)[1], Pass)

    @invariant()
    def one_probe_at_most_is_waited_for(self) -> None:
        if self.breaker.circuit is Circuit.HALF_OPEN and self.breaker.since is not None:
            assert sum(passed_at >= self.breaker.since for passed_at, _ in self.out) <= 1
        if self.breaker.circuit is Circuit.OPEN:
            assert not may_start(self.breaker, probe=True)


Histories.TestCase.settings = settings(max_examples=40, stateful_step_count=40, deadline=None)
TestHistories = Histories.TestCase
