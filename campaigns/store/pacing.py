"""Slots: when a call may start on a line, agreed between all campaigns and all workers.

The line's row is locked while a slot is taken or a report comes in, so what is booked is exact over
processes. It is locked last in a transaction that also locks a customer.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from campaigns.dialing import breaker as breakers
from campaigns.dialing.breaker import Pass, Wait
from campaigns.dialing.line_rules import LineRules
from campaigns.dialing.pacing import (
    TICKS,
    Booked,
    concurrent,
    earliest,
    gap_of,
    moment_of,
    reach,
    tick_of,
    with_start,
    within,
)
from campaigns.store.lines import breaker_of, lock_line, new_line, put_breaker
from campaigns.store.models import Attempt, Campaign, LineState, Pace
from campaigns.store.models.campaigns import is_live

LIVE = ("reserved", "dialing")
FULL_S = 1.0  # when to ask again after all channels were taken
SAME_NUMBER_S = 2.0  # how much later a call may start to come from the number that the customer knows


@dataclass(frozen=True, slots=True)
class Trunk:
    """The line to dial on, the numbers of ours to dial from, and how far ahead starts are booked."""

    line: str = "simulated"
    callers: tuple[str, ...] = ("+8610000000",)
    rules: LineRules = field(default_factory=LineRules)
    horizon_s: float = 5.0


@dataclass(frozen=True, slots=True)
class Slot:
    """Dial at ``at``, from ``caller_id``. ``passed_at``: when the line let the call pass.

    ``watched``: the line is not in full health, so it wants to be told at once that a dial went well.
    """

    line: str
    caller_id: str
    at: datetime
    passed_at: datetime
    probe: bool = False
    watched: bool = False


@dataclass(frozen=True, slots=True)
class NoSlot:
    """No call can start soon. Ask again at ``until``; ``reason``: line_open, line_full or no_slot."""

    until: datetime
    reason: str


def take_slot(
    session: Session, trunk: Trunk, campaign_id: int, customer_id: int, now: datetime
) -> Slot | NoSlot:
    """Book the next start for a call of a campaign to a customer; nothing is booked for NoSlot."""
    row = lock_line(session, trunk.line)
    breaker, leave = breakers.ask(breaker_of(row), now, trunk.rules)
    if isinstance(leave, Wait):
        return NoSlot(leave.until, "line_open")
    campaign = session.get_one(Campaign, campaign_id, populate_existing=True)
    rate = within(row.rate, trunk.rules)
    if _channels_left(session, trunk, campaign, rate) < 1:
        return NoSlot(now + timedelta(seconds=FULL_S), "line_full")

    present = tick_of(now)
    horizon = round(trunk.horizon_s * TICKS)
    own = _pace(session, f"campaign/{campaign_id}")
    whole = earliest(
        present, Booked(row.starts, gap_of(rate)), Booked(own.starts, gap_of(campaign.calls_per_second))
    )
    callers = {name: _pace(session, f"caller/{name}") for name in campaign.caller_ids or trunk.callers}
    caller_gap = gap_of(trunk.rules.caller_calls_per_second)
    starts = {
        name: earliest(
            whole,
            Booked(row.starts, gap_of(rate)),
            Booked(own.starts, gap_of(campaign.calls_per_second)),
            Booked(pace.starts, caller_gap),
        )
        for name, pace in callers.items()
    }
    caller = _choose(starts, callers, _last_caller(session, customer_id))
    at = starts[caller]
    if at - present > reach(row.campaigns, campaign_id, horizon):
        # Half a horizon before it, there is room ahead again.
        return NoSlot(max(moment_of(at - horizon // 2), now + timedelta(milliseconds=200)), "no_slot")

    if isinstance(leave, Pass) and leave.probe:
        put_breaker(row, breaker)
    # A horizon longer than needed for the distance: the shares are counted, and clocks of workers differ.
    _book_line(row, at, campaign_id, present - horizon - gap_of(rate))
    _book(own, at, present - horizon - gap_of(campaign.calls_per_second))
    _book(callers[caller], at, present - horizon - caller_gap)
    watched = leave.probe or rate < trunk.rules.calls_per_second
    return Slot(trunk.line, caller, moment_of(at), now, leave.probe, watched)


def room(session: Session, trunk: Trunk, campaign_id: int, now: datetime) -> int:
    """About how many slots a campaign could take now; 0 where it would get none.

    A look without a lock: what is taken is decided when it is taken.
    """
    row = session.get(LineState, trunk.line, populate_existing=True) or new_line(trunk.line)
    campaign = session.get_one(Campaign, campaign_id, populate_existing=True)
    _, leave = breakers.ask(breaker_of(row), now, trunk.rules)
    if isinstance(leave, Wait):
        return 0
    if leave.probe:
        return 1
    rate = within(row.rate, trunk.rules)
    channels = _channels_left(session, trunk, campaign, rate)
    if channels < 1:
        return 0
    present = tick_of(now)
    reached = reach(row.campaigns, campaign_id, round(trunk.horizon_s * TICKS))
    pace = session.get(Pace, f"campaign/{campaign_id}", populate_existing=True)
    own = [] if pace is None else pace.starts
    soonest = earliest(
        present, Booked(row.starts, gap_of(rate)), Booked(own, gap_of(campaign.calls_per_second))
    )
    if soonest - present > reached:
        return 0
    ahead = reached / TICKS
    free = min(
        ahead * rate - _booked_after(row.starts, present),
        ahead * campaign.calls_per_second - _booked_after(own, present),
    )
    return max(1, min(channels, int(free)))


def _booked_after(starts: Sequence[int], tick: int) -> int:
    return len(starts) - bisect_left(starts, tick)


def _channels_left(session: Session, trunk: Trunk, campaign: Campaign, rate: float) -> int:
    """How many more calls the line and the campaign may have at once."""
    on_line, of_campaign = session.execute(
        select(func.count(), func.count().filter(Attempt.campaign_id == campaign.id)).where(
            Attempt.line == trunk.line, is_live()
        )
    ).one()
    return min(concurrent(rate, trunk.rules) - on_line, campaign.concurrency - of_campaign)


def _last_caller(session: Session, customer_id: int) -> str | None:
    """The number that the customer was last dialled from."""
    return session.scalars(
        select(Attempt.caller_id)
        .where(Attempt.customer_id == customer_id, Attempt.caller_id.is_not(None))
        .order_by(Attempt.n.desc())
        .limit(1)
    ).one_or_none()


def _choose(starts: dict[str, int], paces: dict[str, Pace], known: str | None) -> str:
    """The number that the customer knows if it is free about as soon, else that of the least load."""
    best = min(starts, key=lambda name: (starts[name], paces[name].taken, name))
    if known in starts and starts[known] - starts[best] <= SAME_NUMBER_S * TICKS:
        return known
    return best


def _pace(session: Session, name: str) -> Pace:
    """The row called ``name``; the line's lock holds off others who would make it."""
    pace = session.get(Pace, name, populate_existing=True)
    if pace is None:
        pace = Pace(name=name, starts=[], taken=0)
        session.add(pace)
    return pace


def _book(pace: Pace, tick: int, since: int) -> None:
    pace.starts = with_start(pace.starts, tick, since)
    pace.taken += 1


def _book_line(row: LineState, tick: int, campaign_id: int, since: int) -> None:
    first = bisect_left(row.starts, since)
    starts, campaigns = row.starts[first:], row.campaigns[first:]
    place = bisect_left(starts, tick)
    starts.insert(place, tick)
    campaigns.insert(place, campaign_id)
    row.starts, row.campaigns = starts, campaigns
    row.taken += 1
