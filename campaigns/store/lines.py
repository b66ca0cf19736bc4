"""What is on record of a line: its circuit breaker, its rate, and reports on the dials over it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from campaigns.dialing import breaker as breakers
from campaigns.dialing.breaker import Breaker, Circuit, Recent
from campaigns.dialing.line_rules import LineRules
from campaigns.dialing.pacing import concurrent, faster, slower, tick_of, within
from campaigns.said import Said
from campaigns.store.changes import pause_by_system
from campaigns.store.models import Attempt, Campaign, LineState, Pace
from campaigns.store.models.campaigns import is_live

LONGEST_TEXT = 255
_NEW: dict[str, Any] = {
    "circuit": Circuit.CLOSED.value, "trips": 0, "starts": [], "campaigns": [], "taken": 0,
}  # fmt: skip
TRUNK_FAULT = "trunk_fault"


def lock_line(session: Session, line: str) -> LineState:
    """The line's row, locked until the transaction ends; made when it is not there."""
    wanted = select(LineState).where(LineState.line == line).with_for_update()
    row = session.scalars(wanted, execution_options={"populate_existing": True}).one_or_none()
    if row is not None:
        return row
    postgres = session.get_bind().dialect.name == "postgresql"
    insert = postgresql.insert(LineState) if postgres else sqlite.insert(LineState)
    session.execute(insert.values(line=line, **_NEW).on_conflict_do_nothing())
    return session.scalars(wanted).one()


def new_line(line: str) -> LineState:
    """A line that was never dialled on, not on record."""
    return LineState(line=line, **_NEW)


def breaker_of(row: LineState) -> Breaker:
    return Breaker(Circuit(row.circuit), row.since, row.until, row.trips)


def put_breaker(row: LineState, breaker: Breaker) -> None:
    row.circuit, row.since, row.until = breaker.circuit.value, breaker.since, breaker.until
    row.trips = breaker.trips


def may_start(session: Session, line: str, *, probe: bool) -> bool:
    """Whether a call that has its slot may still be dialled: the line may have been left alone since."""
    row = session.get(LineState, line, populate_existing=True)
    return row is None or breakers.may_start(breaker_of(row), probe=probe)


def report_fault(
    session: Session, line: str, passed_at: datetime, now: datetime, says: str, rules: LineRules
) -> Circuit:
    """The trunk failed a call, whose attempt is on record as ended so; the state of the circuit after it."""
    row = lock_line(session, line)
    breaker = breaker_of(row)
    recent = _recent(session, line, breaker, now, rules)
    put_breaker(row, breakers.after_fault(breaker, passed_at, now, recent, rules))
    if row.slowed_at is None or passed_at >= row.slowed_at:
        # Dials from before the last slowing met the line as it was then: they do not slow it again.
        row.rate = slower(within(row.rate, rules), rules)
        row.slowed_at = now
    row.fault_at, row.fault = now, says[:LONGEST_TEXT]
    return Circuit(row.circuit)


def report_success(session: Session, line: str, passed_at: datetime, now: datetime, rules: LineRules) -> None:
    """The line placed a call. Worth a report where the slot was ``watched``."""
    row = lock_line(session, line)
    put_breaker(row, breakers.after_success(breaker_of(row), passed_at, now))
    if row.rate is not None and (row.slowed_at is None or passed_at >= row.slowed_at):
        rate = faster(row.rate, rules)
        row.rate = None if rate >= rules.calls_per_second else rate


def report_no_dial(session: Session, line: str, passed_at: datetime, now: datetime) -> None:
    """A call that had its slot was not dialled. Worth a report where it was the probe."""
    row = lock_line(session, line)
    put_breaker(row, breakers.after_no_dial(breaker_of(row), passed_at, now))


def pause_all(session: Session, why: Said | str, at: datetime) -> list[str]:
    """running → paused for every campaign, since none can be dialled; the names of those paused."""
    running = session.execute(
        select(Campaign.id, Campaign.name).where(Campaign.state == "running").order_by(Campaign.id)
    ).all()
    return sorted(name for id_, name in running if pause_by_system(session, id_, why, at))


def _recent(session: Session, line: str, breaker: Breaker, now: datetime, rules: LineRules) -> Recent:
    since = now - timedelta(seconds=rules.fault_window_s)
    if breaker.since is not None:
        since = max(since, breaker.since)
    dials, faults = session.execute(
        select(func.count(), func.count().filter(Attempt.disposition == TRUNK_FAULT)).where(
            Attempt.line == line, Attempt.dialed_at >= since, Attempt.reserved_at >= since - _MOST_PERMIT
        )
    ).one()
    return Recent(dials, faults)


_MOST_PERMIT = timedelta(seconds=60)  # no dial is later than so long after its reservation: an index serves


@dataclass(frozen=True, slots=True)
class CallerLoad:
    """One number of ours: slots taken so far, and how many starts are booked ahead."""

    number: str
    taken: int
    booked: int


@dataclass(frozen=True, slots=True)
class LineView:
    """A line as an operator sees it. Rates are calls a second; ``live``: attempts reserved or dialling."""

    line: str
    breaker: Breaker
    rate: float
    ceiling: float
    concurrent: int
    live: int
    booked: int
    taken: int
    recent: Recent
    fault_at: datetime | None
    fault: str | None
    callers: tuple[CallerLoad, ...]


def line_view(
    session: Session, line: str, callers: tuple[str, ...], now: datetime, rules: LineRules
) -> LineView:
    """How a line stands at ``now``; one never dialled on is as new."""
    row = session.get(LineState, line) or new_line(line)
    rate = within(row.rate, rules)
    live = session.scalar(select(func.count()).where(Attempt.line == line, is_live()))
    present = tick_of(now)
    loads = []
    for number in callers:
        pace = session.get(Pace, f"caller/{number}")
        booked = 0 if pace is None else sum(start >= present for start in pace.starts)
        loads.append(CallerLoad(number, 0 if pace is None else pace.taken, booked))
    return LineView(
        line=line,
        breaker=breaker_of(row),
        rate=rate,
        ceiling=rules.calls_per_second,
        concurrent=concurrent(rate, rules),
        live=live or 0,
        booked=sum(start >= present for start in row.starts),
        taken=row.taken,
        recent=_recent(session, line, Breaker(), now, rules),
        fault_at=row.fault_at,
        fault=row.fault,
        callers=tuple(loads),
    )
