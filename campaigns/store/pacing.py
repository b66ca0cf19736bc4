"""Slots: when a call may start on a line, agreed between all campaigns and all workers.

The line's row is locked while a slot is taken or a report comes in, so what is booked is exact over
processes. It is locked last in a transaction that also locks a customer.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from sqlalchemy import bindparam, func, select, true
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
from campaigns.store.people import shared, theirs

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
    known = _last_caller(session, customer_id)
    row = lock_line(session, trunk.line)
    # Whoever wants a slot waits from here to the end of this transaction: as little as can be is asked.
    breaker, leave = breakers.ask(breaker_of(row), now, trunk.rules)
    if isinstance(leave, Wait):
        return NoSlot(leave.until, "line_open")
    campaign = _campaign(session, trunk, campaign_id)
    rate = within(row.rate, trunk.rules)
    if campaign.channels_left(rate, trunk) < 1:
        return NoSlot(now + timedelta(seconds=FULL_S), "line_full")

    present = tick_of(now)
    horizon = round(trunk.horizon_s * TICKS)
    own_name = f"campaign/{campaign_id}"
    names = {name: f"caller/{name}" for name in campaign.caller_ids or trunk.callers}
    paces = _paces(session, [own_name, *names.values()])
    own = paces[own_name]
    whole = earliest(
        present, Booked(row.starts, gap_of(rate)), Booked(own.starts, gap_of(campaign.calls_per_second))
    )
    callers = {name: paces[full] for name, full in names.items()}
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
    caller = _choose(starts, callers, known)
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
    campaign = _campaign(session, trunk, campaign_id)
    _, leave = breakers.ask(breaker_of(row), now, trunk.rules)
    if isinstance(leave, Wait):
        return 0
    if leave.probe:
        return 1
    rate = within(row.rate, trunk.rules)
    channels = campaign.channels_left(rate, trunk)
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


@dataclass(frozen=True, slots=True)
class _Calling:
    """A campaign as it stands, with the calls in progress on the line and of its own."""

    concurrency: int
    calls_per_second: float
    caller_ids: list[str] | None
    on_line: int
    of_campaign: int

    def channels_left(self, rate: float, trunk: Trunk) -> int:
        """How many more calls the line and the campaign may have at once."""
        return min(concurrent(rate, trunk.rules) - self.on_line, self.concurrency - self.of_campaign)


_LIVE_ON_LINE = (
    select(
        func.count().label("all"),
        func.count().filter(Attempt.campaign_id == bindparam("campaign")).label("own"),
    )
    .where(Attempt.line == bindparam("line"), is_live())
    .subquery()
)
_CAMPAIGN = (
    select(
        Campaign.concurrency,
        Campaign.calls_per_second,
        Campaign.caller_ids,
        _LIVE_ON_LINE.c.all,
        _LIVE_ON_LINE.c.own,
    )
    .join(_LIVE_ON_LINE, true())
    .where(Campaign.id == bindparam("campaign"))
)


def _campaign(session: Session, trunk: Trunk, campaign_id: int) -> _Calling:
    return _Calling(*session.execute(_CAMPAIGN, {"campaign": campaign_id, "line": trunk.line}).one())


_LAST_CALLER = (
    select(Attempt.caller_id)
    .where(theirs(Attempt.customer_id, Attempt.reserved_at), Attempt.caller_id.is_not(None))
    .order_by(Attempt.reserved_at.desc(), Attempt.id.desc())
    .limit(1)
)


def _last_caller(session: Session, customer_id: int) -> str | None:
    """The number that the person was last dialled from."""
    return session.scalars(_LAST_CALLER, shared(session, customer_id).values).one_or_none()


def _choose(starts: dict[str, int], paces: dict[str, Pace], known: str | None) -> str:
    """The number that the customer knows if it is free about as soon, else that of the least load."""
    best = min(starts, key=lambda name: (starts[name], paces[name].taken, name))
    if known in starts and starts[known] - starts[best] <= SAME_NUMBER_S * TICKS:
        return known
    return best


def _paces(session: Session, names: Sequence[str]) -> dict[str, Pace]:
    """The rows of these names; the line's lock holds off others who would make them."""
    query = select(Pace).where(Pace.name.in_(names)).execution_options(populate_existing=True)
    found = {pace.name: pace for pace in session.scalars(query)}
    for name in names:
        if name not in found:
            found[name] = Pace(name=name, starts=[], taken=0)
            session.add(found[name])
    return found


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
