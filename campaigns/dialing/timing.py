"""Which clock this installation lives by."""

from __future__ import annotations

from datetime import datetime

from campaigns.clock import Clock, SystemClock, VirtualClock
from campaigns.compliance.checks.trust import CLOCK_SKEW
from campaigns.errors import ClockError
from campaigns.settings import Settings
from campaigns.store.database import Database, Session
from campaigns.store.facts import latest_event_at

SIMULATED = "simulated"


def choose_clock(settings: Settings, database: Database, *, real_time: bool) -> Clock:
    """Virtual time on the simulated line, unless real time is asked for; real time on every other line.

    Virtual time starts now, or where the ledger's time stands when that is later. Raises ClockError when real
    time is behind the ledger: no call may be decided on then.
    """
    with database.transaction() as session:
        ledger_time = latest_event_at(session)
    now = SystemClock().now()
    if settings.line == SIMULATED and not real_time:
        return VirtualClock(max(now, ledger_time) if ledger_time else now)
    if ledger_time is not None and ledger_time > now + CLOCK_SKEW:  # as far apart as honest clocks may be
        raise ClockError(
            f"the latest event on record is of {ledger_time:%Y-%m-%d %H:%M} UTC, which is still to come: "
            "either the clock was moved back, or this data directory was used in virtual time; "
            "use virtual time, or a new data directory with --home"
        )
    return SystemClock()


def ledger_now(settings: Settings, session: Session, clock: Clock | None = None) -> datetime:
    """The present; on the simulated line time may have run ahead of the clock: then the ledger's."""
    now = (clock or SystemClock()).now()
    ledger_time = latest_event_at(session) if settings.line == SIMULATED else None
    return now if ledger_time is None else max(now, ledger_time)
