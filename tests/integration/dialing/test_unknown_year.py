"""A year whose holidays nobody knows yet: each day of it keeps the hours of days off, and it is told."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from datetime import date, datetime, time
from pathlib import Path

import pytest
from sqlalchemy import select, update

from campaigns.cli.calendar_watch import watch_calendar
from campaigns.clock import VirtualClock
from campaigns.compliance import calendars, effective
from campaigns.dialing.assembly import open_worker
from campaigns.dialing.worker import RunEnd
from campaigns.settings import Settings
from campaigns.store.database import Database
from campaigns.store.models import Account, Attempt, DecisionRecord, PhoneNumber
from tests.integration.dialing.campaigning import MONDAY_MORNING, campaign, install

UNKNOWN = 2027
NEW_YEARS_EVE = date(2026, 12, 31)  # a Thursday that is worked
OPENS, CLOSES = time(10), time(20)


@pytest.fixture
def settings(tmp_path: Path, model_cache: Path, monkeypatch: pytest.MonkeyPatch) -> Settings:
    """A portfolio of today, on the last day that is known; the libraries may know more by now."""
    monkeypatch.setattr(effective, "_knows", lambda _calendar, year: year < UNKNOWN)
    days_off = calendars.CALENDARS["cn-state-council"]
    monkeypatch.setitem(
        calendars.CALENDARS, "cn-state-council", lambda day: day.year >= UNKNOWN or days_off(day)
    )
    settings = install(tmp_path, customers=12, cache=model_cache)
    later = NEW_YEARS_EVE - MONDAY_MORNING.date()
    database = Database(settings.store_url)
    with database.transaction() as session:
        for account in session.scalars(select(Account)):
            account.as_of, account.due_date = account.as_of + later, account.due_date + later
        session.execute(update(PhoneNumber).values(status_at=MONDAY_MORNING + later))
    database.close()
    return settings


@pytest.fixture
def database(settings: Settings) -> Iterator[Database]:
    database = Database(settings.store_url)
    yield database
    database.close()


def run(settings: Settings, database: Database, at: datetime) -> RunEnd:
    with open_worker(settings, database, campaign(database), VirtualClock(at), lambda _event: None) as worker:
        return asyncio.run(worker.run())


@pytest.mark.parametrize(
    ("today", "told"),
    [
        (date(2026, 11, 1), None),
        (date(2026, 12, 1), "until 2026-12-31 only (days left: 30)"),
        (date(2027, 1, 1), "until 2026-12-31 only (days left: 0)"),
    ],
)
def test_a_workers_log_warns_before_and_after_the_end(
    settings: Settings, caplog: pytest.LogCaptureFixture, today: date, told: str | None
) -> None:
    watch_calendar(settings, datetime.combine(today, time(0, 30), settings.zone))
    assert (told in caplog.text) if told else (caplog.text == "")


def test_calls_of_the_new_year_keep_the_hours_of_days_off(settings: Settings, database: Database) -> None:
    closing = datetime.combine(NEW_YEARS_EVE, time(20, 24), settings.zone)  # too late for another call
    assert run(settings, database, closing) is RunEnd.FINISHED
    with database.reading() as session:
        dialled = session.scalars(select(Attempt.dialed_at).where(Attempt.dialed_at.is_not(None))).all()
        allowed = session.scalars(select(DecisionRecord.at).where(DecisionRecord.verdict == "allow")).all()
    local = sorted(at.astimezone(settings.zone) for at in (*dialled, *allowed) if at is not None)
    assert local[0].date() == date(UNKNOWN, 1, 1)
    assert local[0].time() >= OPENS
    assert any(at.date() > date(UNKNOWN, 1, 1) for at in local)
    assert all(OPENS <= at.time() < CLOSES for at in local)
