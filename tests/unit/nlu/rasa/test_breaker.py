from __future__ import annotations

from hypothesis import settings
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule
from hypothesis.strategies import floats

from bot.nlu.rasa.breaker import CircuitBreaker

FAILURES, REST_S = 3, 10.0


class BreakerMachine(RuleBasedStateMachine):
    """Against a plain account of what the circuit should be."""

    @initialize()
    def start(self) -> None:
        self.now, self.in_a_row, self.tries_at = 0.0, 0, None  # type: float, int, float | None
        self.breaker = CircuitBreaker(FAILURES, REST_S, lambda: self.now)

    @rule(passed=floats(0, 2 * REST_S))
    def time_passes(self, passed: float) -> None:
        self.now += passed

    @rule()
    def a_request_fails(self) -> None:
        if not self.ask():
            return
        opens = self.breaker.failed()
        self.in_a_row += 1
        if self.in_a_row >= FAILURES:
            assert opens is (self.tries_at is None)
            self.tries_at = self.now + REST_S
        else:
            assert not opens

    @rule()
    def a_request_succeeds(self) -> None:
        if not self.ask():
            return
        assert self.breaker.succeeded() is (self.tries_at is not None)
        self.in_a_row, self.tries_at = 0, None

    def ask(self) -> bool:
        admitted = self.breaker.admits()
        assert admitted is (self.tries_at is None or self.now >= self.tries_at)
        if admitted and self.tries_at is not None:
            assert not self.breaker.admits()  # one tries, and no other
            self.tries_at = self.now + REST_S
        return admitted

    @invariant()
    def it_is_open_while_it_rests(self) -> None:
        if hasattr(self, "breaker"):
            assert self.breaker.open is (self.tries_at is not None)


BreakerMachine.TestCase.settings = settings(max_examples=50, deadline=None)
TestBreaker = BreakerMachine.TestCase
