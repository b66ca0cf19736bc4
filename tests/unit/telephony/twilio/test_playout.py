"""Pacing, joins, marks and clearing of what is played to the far end."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from telephony.twilio.playout import BYTES_S, Pacing, PlayMark, PlayNothing, Playout, PlaySound, Wait

PACINGS = [Pacing(), Pacing(0.2, 0.02), Pacing(0.4, 0.1), Pacing(0.1, 0.1)]


class PlayoutMachine(RuleBasedStateMachine):
    """Anything may be added, cleared and polled at any time; a model of the far end follows along."""

    def __init__(self) -> None:
        super().__init__()
        self.playout = Playout(Pacing())
        self.now = 0.0
        self.added = b""  # since the last clear
        self.sent = b""
        self.ends_at = 0.0
        self.marks: list[tuple[str, int]] = []  # name, bytes of sound before it
        self.sent_marks: list[tuple[PlayMark, int]] = []
        self.cleared: set[str] = set()

    @rule(size=st.integers(0, 3000), fill=st.integers(0, 255))
    def add(self, size: int, fill: int) -> None:
        self.playout.add(bytes([fill]) * size)
        self.added += bytes([fill]) * size

    @rule()
    def mark(self) -> None:
        name = f"mark {len(self.marks)}"
        self.playout.mark(name)
        self.marks.append((name, len(self.added)))

    @rule()
    def clear(self) -> None:
        self.playout.clear()
        self.cleared |= {mark.wire for mark, _ in self.sent_marks}
        self.added, self.sent, self.marks, self.sent_marks = b"", b"", [], []
        assert isinstance(self.playout.next(self.now), PlayNothing)
        self.ends_at = self.now

    @rule(seconds=st.floats(0, 0.5))
    def time_passes(self, seconds: float) -> None:
        self.now += seconds

    @rule()
    def send_all_that_is_due(self) -> None:
        for _ in range(1000):
            match self.playout.next(self.now):
                case PlaySound(ulaw):
                    self.sent += ulaw
                    self.ends_at = max(self.ends_at, self.now) + len(ulaw) / BYTES_S
                case PlayMark() as mark:
                    self.sent_marks.append((mark, len(self.sent)))
                case Wait(None):
                    assert self.sent == self.added
                    assert len(self.sent_marks) == len(self.marks)
                    return
                case Wait(float() as seconds):
                    assert 0 < seconds <= Pacing().lead_s
                    assert self.ends_at - self.now > Pacing().lead_s - Pacing().message_s - 1e-6
                    return
        pytest.fail("it never waits")

    @invariant()
    def nothing_is_lost_doubled_or_out_of_place(self) -> None:
        assert self.added.startswith(self.sent)
        assert [(mark.name, at) for mark, at in self.sent_marks] == self.marks[: len(self.sent_marks)]
        assert self.playout.queued_s == (len(self.added) - len(self.sent)) / BYTES_S

    @invariant()
    def the_lead_is_kept(self) -> None:
        assert self.ends_at - self.now <= Pacing().lead_s + 1e-6

    @invariant()
    def what_was_cleared_is_never_reached(self) -> None:
        assert not any(self.playout.reached(wire) for wire in self.cleared)


TestPlayout = PlayoutMachine.TestCase


@pytest.mark.parametrize("pacing", PACINGS)
@given(sizes=st.lists(st.integers(1, 5000), min_size=1, max_size=8))
def test_woken_as_asked_the_far_end_never_runs_dry_and_time_does_not_drift(
    pacing: Pacing, sizes: list[int]
) -> None:
    playout, now, ends_at, sent = Playout(pacing), 100.0, 100.0, 0
    for size in sizes:
        playout.add(bytes(size))
    while True:
        match playout.next(now):
            case PlaySound(ulaw):
                assert now <= ends_at + 1e-6, "it ran dry"
                ends_at += len(ulaw) / BYTES_S
                sent += len(ulaw)
            case Wait(None):
                break
            case Wait(float() as seconds):
                now += seconds
    assert sent == sum(sizes)
    assert math.isclose(ends_at, 100.0 + sum(sizes) / BYTES_S)


def test_a_mark_is_reached_once_and_only_when_it_was_sent() -> None:
    playout = Playout(Pacing())
    playout.mark("asked")
    assert playout.reached("1") is None
    sent = playout.next(0.0)
    assert isinstance(sent, PlayMark)
    assert [playout.reached(sent.wire), playout.reached(sent.wire)] == ["asked", None]


def test_after_a_clear_a_mark_of_the_same_name_is_another() -> None:
    playout = Playout(Pacing())
    playout.mark("asked")
    first = playout.next(0.0)
    playout.clear()
    playout.mark("asked")
    assert playout.next(0.0) == PlayNothing()
    second = playout.next(0.0)
    assert isinstance(first, PlayMark)
    assert isinstance(second, PlayMark)
    assert playout.reached(first.wire) is None
    assert playout.reached(second.wire) == "asked"


@pytest.mark.parametrize(("lead_s", "message_s"), [(0.1, 0.2), (0.1, 0.0), (0.0, 0.0)])
def test_a_pacing_that_would_starve_is_refused(lead_s: float, message_s: float) -> None:
    with pytest.raises(ValueError, match="lead_s"):
        Pacing(lead_s, message_s)
