"""What time it is for the ledger."""

from __future__ import annotations

from datetime import datetime

from campaigns.clock import SystemClock
from campaigns.dialing.timing import SIMULATED
from campaigns.settings import Settings
from campaigns.store.database import Session
from campaigns.store.facts import latest_event_at


def ledger_now(settings: Settings, session: Session) -> datetime:
    """The present; on the simulated line time may have run ahead of the clock: then the ledger's."""
    now = SystemClock().now()
    ledger_time = latest_event_at(session) if settings.line == SIMULATED else None
    return now if ledger_time is None else max(now, ledger_time)
