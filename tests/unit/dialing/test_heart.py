"""Lease, vigil and takeover of two workers in every order of their steps, on a clock that the test moves."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from campaigns.dialing.heart import FENCE_TICK_S
from campaigns.dialing.lease import FENCE_S, Lease
from campaigns.dialing.process import identity, is_running
from campaigns.dialing.vigil import LAPSE_S, Gone, Vigil
from campaigns.store.workers import Peer
from tests.effort import times


class Time:
    def __init__(self) -> None:
        self.s = 0.0

    def __call__(self) -> float:
        return self.s


def peer(name: str = "b", *, silent_s: float = 0.0, place: str = "here", pid: int = 1) -> Peer:
    return Peer(name, place, pid, None, timedelta(seconds=silent_s))


def vigil(time: Time, *, running: bool = True) -> Vigil:
    return Vigil("here", time, lambda _pid: running)


def test_a_lease_runs_from_when_a_beat_was_sent_not_from_when_it_was_answered() -> None:
    time = Time()
    lease = Lease(now=time)
    time.s = 5.0
    lease.renew(sent_at=1.0)
    held = []
    for now in (1.0 + FENCE_S - 0.01, 1.0 + FENCE_S):
        time.s = now
        held.append(lease.holds)
    lease.renew(sent_at=time.s)
    assert [*held, lease.holds] == [True, False, True]


def test_a_lease_is_not_shortened_by_an_older_beat() -> None:
    time = Time()
    lease = Lease(now=time)
    lease.renew(sent_at=4.0)
    lease.renew(sent_at=0.0)
    time.s = FENCE_S + 1.0
    assert lease.holds


def test_a_lease_that_was_ended_is_renewed_by_nothing() -> None:
    lease = Lease(now=Time())
    lease.end()
    lease.renew(sent_at=0.0)
    assert not lease.holds


def test_a_lease_without_a_fence_holds_through_any_silence() -> None:
    time = Time()
    lease = Lease(None, time)
    time.s = 1e6
    assert lease.holds
    lease.end()
    assert not lease.holds


def steady(time: Time, watch: Vigil) -> None:
    """Beats that come through until silence counts."""
    while time.s <= LAPSE_S:
        watch.beaten(time.s)
        time.s += 1.0
    watch.beaten(time.s)


def test_a_peer_is_taken_over_from_when_it_was_silent_for_the_lapse() -> None:
    time = Time()
    watch = vigil(time)
    steady(time, watch)
    assert watch.gone([peer(silent_s=LAPSE_S - 0.1)]) == []
    assert watch.gone([peer(silent_s=LAPSE_S)]) == [Gone("b", timedelta(seconds=LAPSE_S))]


def test_after_the_database_was_away_nobody_is_taken_over_from_until_they_had_time_to_beat() -> None:
    time = Time()
    watch = vigil(time)
    steady(time, watch)
    time.s += 20.0
    watch.beaten(time.s)
    assert watch.gone([peer(silent_s=20.0)]) == []
    for _ in range(int(LAPSE_S)):
        time.s += 1.0
        watch.beaten(time.s)
    assert watch.gone([peer(silent_s=20.0 + LAPSE_S)]) != []


@pytest.mark.parametrize(
    ("running", "place", "gone"), [(False, "here", True), (True, "here", False), (False, "elsewhere", False)]
)
def test_a_process_that_is_no_more_is_known_to_be_gone_only_in_its_own_place(
    running: bool, place: str, gone: bool
) -> None:
    watch = vigil(Time(), running=running)
    assert watch.gone([peer(place=place)]) == ([Gone("b", None)] if gone else [])


def test_every_run_is_a_worker_of_its_own_in_the_same_place() -> None:
    one, two = identity(), identity(7)
    assert one.id != two.id
    assert len(one.id) <= 64
    assert (one.place, one.pid) == (two.place, two.pid)
    assert is_running(one.pid)
    assert not is_running(2**22 + 1)  # above the highest id that Linux gives


@dataclass
class Row:
    """A worker's row in the ledger."""

    beat_at: float
    alive: bool = True


class Side:
    """One worker: what it knows, and the call it has up."""

    def __init__(self, name: str, time: Time) -> None:
        self.name = name
        self.lease = Lease(now=time)
        self.vigil = Vigil(name, time, lambda _pid: True)
        self.sent_at: float | None = None  # of the beat under way
        self.stamped: bool | None = None  # what the ledger answered to it
        self.frozen = False
        self.calling = False
        self.may_dial = False  # start_dial has committed
        self.to_take: list[Gone] = []


class TwoWorkers(RuleBasedStateMachine):
    """Each beat, takeover and dial is several steps, and anything may come between two of them."""

    def __init__(self) -> None:
        super().__init__()
        self.time = Time()
        self.database_up = True
        self.sides = {name: Side(name, self.time) for name in "ab"}
        self.rows = {name: Row(0.0) for name in "ab"}

    def other(self, name: str) -> str:
        return "b" if name == "a" else "a"

    @rule(ticks=st.integers(1, 60))
    def time_passes(self, ticks: int) -> None:
        for _ in range(ticks):
            self.time.s += FENCE_TICK_S
            for side in self.sides.values():
                self.fence(side)

    def fence(self, side: Side) -> None:
        if not side.frozen and not side.lease.holds:
            side.calling = False

    @rule(name=st.sampled_from("ab"))
    def beats_until_now(self, name: str) -> None:
        """Some quiet seconds: so that vigils become steady."""
        for _ in range(14):
            self.time_passes(4)
            self.sends(name)
            self.is_stamped(name)
            self.is_answered(name)

    @rule(name=st.sampled_from("ab"))
    def sends(self, name: str) -> None:
        side = self.sides[name]
        if not side.frozen and side.sent_at is None and not side.lease.ended:
            side.sent_at = self.time.s

    @rule(name=st.sampled_from("ab"))
    def is_stamped(self, name: str) -> None:
        side, row = self.sides[name], self.rows[name]
        if side.sent_at is None or side.stamped is not None or not self.database_up:
            return
        if row.alive:
            row.beat_at = self.time.s
        side.stamped = row.alive

    @rule(name=st.sampled_from("ab"))
    def is_answered(self, name: str) -> None:
        side = self.sides[name]
        if side.frozen or side.sent_at is None or side.stamped is None:
            return
        if side.stamped:
            side.lease.renew(side.sent_at)
            side.vigil.beaten(side.sent_at)
            other = self.rows[self.other(name)]
            if other.alive:
                silent = self.time.s - other.beat_at
                side.to_take = side.vigil.gone([peer(self.other(name), silent_s=silent)])
        else:
            side.lease.end()
        side.sent_at = side.stamped = None
        self.fence(side)

    @rule(name=st.sampled_from("ab"))
    def beat_fails(self, name: str) -> None:
        side = self.sides[name]
        if not side.frozen:
            side.sent_at = side.stamped = None  # stamped or not: the answer did not come

    @rule(name=st.sampled_from("ab"))
    def takes_over(self, name: str) -> None:
        """``end_and_settle``: only the living do, and the silence is measured again with the row locked."""
        side, row = self.sides[name], self.rows[self.other(name)]
        if side.frozen or not side.to_take or not self.database_up or not self.rows[name].alive:
            return
        [gone] = side.to_take
        side.to_take = []
        assert gone.silent is not None
        if row.alive and self.time.s - row.beat_at >= gone.silent.total_seconds():
            row.alive = False

    @rule(name=st.sampled_from("ab"))
    def starts_to_dial(self, name: str) -> None:
        """The ledger lets only the living dial."""
        side = self.sides[name]
        if not side.frozen and side.lease.holds and self.database_up:
            side.may_dial = self.rows[name].alive

    @rule(name=st.sampled_from("ab"))
    def dials(self, name: str) -> None:
        side = self.sides[name]
        if not side.frozen and side.may_dial:
            side.may_dial = False
            side.calling = side.lease.holds

    @rule(name=st.sampled_from("ab"))
    def hangs_up(self, name: str) -> None:
        if not self.sides[name].frozen:
            self.sides[name].calling = False

    @rule(name=st.sampled_from("ab"))
    def freezes(self, name: str) -> None:
        self.sides[name].frozen = True

    @rule(name=st.sampled_from("ab"))
    def thaws(self, name: str) -> None:
        self.sides[name].frozen = False
        self.fence(self.sides[name])

    @precondition(lambda self: self.database_up)
    @rule()
    def database_stops(self) -> None:
        self.database_up = False

    @precondition(lambda self: not self.database_up)
    @rule()
    def database_starts(self) -> None:
        self.database_up = True

    @invariant()
    def nobody_who_runs_is_on_the_line_after_a_takeover(self) -> None:
        for name, side in self.sides.items():
            if not self.rows[name].alive and not side.frozen:
                assert not side.calling

    @invariant()
    def they_never_bury_each_other(self) -> None:
        assert any(row.alive for row in self.rows.values())


TestTwoWorkers = TwoWorkers.TestCase
TestTwoWorkers.settings = settings(
    max_examples=times(60, 3000), stateful_step_count=times(30, 80), deadline=None
)
