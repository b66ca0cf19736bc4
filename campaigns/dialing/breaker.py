"""A circuit breaker for a line: while it keeps failing nothing is dialled on it, and one call tries it out.

::

    closed ── enough faults in the window ──→ open ── the wait is over: one probe ──→ half open
       ↑                                        ↑                                        │
       │                                        └──── the probe failed: wait longer ─────┤
       └────────────────────────── the probe went through ───────────────────────────────┘

Pure: every function gives the breaker that follows. A report on a dial from before the present state is old
news and changes nothing.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum

from campaigns.dialing.line_rules import LineRules


class Circuit(StrEnum):
    """The state of a breaker. Values are on record."""

    CLOSED = "closed"  # calls pass
    OPEN = "open"  # none does
    HALF_OPEN = "half_open"  # one is trying the line out


@dataclass(frozen=True, slots=True)
class Breaker:
    """``since``: when it came into its state. ``until``: of an open one, when it is tried out; of a half-open
    one, when its probe is given up. ``trips``: how often in a row it opened.
    """

    circuit: Circuit = Circuit.CLOSED
    since: datetime | None = None
    until: datetime | None = None
    trips: int = 0


@dataclass(frozen=True, slots=True)
class Pass:
    """Dial. ``probe``: as the one call that tries the line out."""

    probe: bool = False


@dataclass(frozen=True, slots=True)
class Wait:
    """Do not dial before ``until``, and ask again then."""

    until: datetime


@dataclass(frozen=True, slots=True)
class Recent:
    """Dials on the line within the window of faults, and how many of them the trunk failed."""

    dials: int
    faults: int


def ask(breaker: Breaker, now: datetime, rules: LineRules) -> tuple[Breaker, Pass | Wait]:
    """Whether a call may be dialled now. A probe that was let go and never heard of is replaced in time."""
    if breaker.circuit is Circuit.CLOSED:
        return breaker, Pass()
    if breaker.until is not None and now < breaker.until:
        return breaker, Wait(breaker.until)
    given_up_at = now + timedelta(seconds=rules.probe_s)
    return replace(breaker, circuit=Circuit.HALF_OPEN, since=now, until=given_up_at), Pass(probe=True)


def may_start(breaker: Breaker, *, probe: bool) -> bool:
    """Whether a call that was let pass earlier may still be dialled."""
    return breaker.circuit is Circuit.CLOSED or (breaker.circuit is Circuit.HALF_OPEN and probe)


def after_fault(
    breaker: Breaker, passed_at: datetime, now: datetime, recent: Recent, rules: LineRules
) -> Breaker:
    """The trunk failed a call that was let pass at ``passed_at``; ``recent`` counts that one too."""
    match breaker.circuit:
        case Circuit.CLOSED:
            enough = recent.faults >= rules.faults and recent.faults >= rules.fault_share * recent.dials
            return _open(breaker, now, rules) if enough else breaker
        case Circuit.HALF_OPEN if _is_news(breaker, passed_at):
            return _open(breaker, now, rules)
        case _:
            return breaker


def after_success(breaker: Breaker, passed_at: datetime, now: datetime) -> Breaker:
    """The line placed a call that was let pass at ``passed_at``, whoever answered it or did not."""
    if breaker.circuit is Circuit.HALF_OPEN and _is_news(breaker, passed_at):
        return Breaker(since=now)
    return breaker


def after_no_dial(breaker: Breaker, passed_at: datetime, now: datetime) -> Breaker:
    """A call that was let pass was not dialled after all: if it was the probe, another may go."""
    if breaker.circuit is Circuit.HALF_OPEN and _is_news(breaker, passed_at):
        return replace(breaker, circuit=Circuit.OPEN, since=now, until=now)
    return breaker


def _is_news(breaker: Breaker, passed_at: datetime) -> bool:
    return breaker.since is None or passed_at >= breaker.since


def _open(breaker: Breaker, now: datetime, rules: LineRules) -> Breaker:
    waits = rules.first_wait_s * rules.wait_growth ** min(breaker.trips, 40)
    until = now + timedelta(seconds=min(float(rules.longest_wait_s), waits))
    return Breaker(Circuit.OPEN, now, until, breaker.trips + 1)
