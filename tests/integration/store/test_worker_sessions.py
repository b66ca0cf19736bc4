"""What a worker that stands still holds in the database is let go: by the server, or by who takes over."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import closing
from datetime import timedelta

import pytest
from sqlalchemy import text, update
from sqlalchemy.exc import DBAPIError

from campaigns.dialing.heart import Heart
from campaigns.dialing.lease import Lease
from campaigns.dialing.vigil import Gone
from campaigns.store import postgres
from campaigns.store.database import Database
from campaigns.store.exclusive import Place
from campaigns.store.models import WorkerRecord
from campaigns.store.postgres import session_name
from campaigns.store.worker_sessions import end_sessions
from campaigns.store.workers import Identity
from tests.integration.store.rows import add_worker

pytestmark = pytest.mark.external

LAPSE = timedelta(seconds=12)
SILENT = text("UPDATE worker SET beat_at = beat_at - interval '12 s'")
MANY = [{"seen": n, "name": f"nobody {n}"} for n in range(2)]
UPDATE = text("UPDATE worker SET live = :seen WHERE id = :name")


@pytest.fixture
def of_a(postgres_database: Database) -> Iterator[Database]:
    """The sessions of worker "a", which is alive on record."""
    with postgres_database.transaction() as session:
        add_worker(session, "a")
    with closing(_of(postgres_database, "a")) as database:
        yield database


def _of(database: Database, worker: str) -> Database:
    return Database(database.url.render_as_string(hide_password=False), worker=worker)


@pytest.mark.parametrize("rows", [MANY[:1], MANY], ids=["one row", "many rows"])
def test_a_transaction_that_is_left_standing_is_ended_by_the_server(
    postgres_database: Database, monkeypatch: pytest.MonkeyPatch, rows: list[dict[str, object]]
) -> None:
    monkeypatch.setattr(postgres, "IDLE_WORKER_MS", 50)
    with closing(_of(postgres_database, "a")) as mine, mine.engine.connect() as connection:
        connection.execute(UPDATE, rows)
        _wait_until_ended(postgres_database, "a")
        with pytest.raises(DBAPIError):
            connection.execute(text("SELECT 1"))


def test_who_takes_over_ends_all_sessions_of_one_that_has_been_silent(
    postgres_database: Database, of_a: Database
) -> None:
    with (
        closing(_of(postgres_database, "b")) as other,
        of_a.engine.connect() as held,
        other.engine.connect() as of_b,
    ):
        held.execute(text("SET idle_in_transaction_session_timeout = 0"))
        held.execute(UPDATE, {"seen": 7, "name": "a"})
        with postgres_database.transaction() as session:
            assert end_sessions(session, "a", LAPSE) == 0  # it has only just beaten
        held.rollback()
        with postgres_database.transaction() as session:
            session.execute(SILENT)
        held.execute(UPDATE, {"seen": 7, "name": "a"})
        with postgres_database.transaction() as session:
            assert end_sessions(session, "a", LAPSE) == 1
        _wait_until_ended(postgres_database, "a")
        with postgres_database.transaction() as session:  # its lock is free
            session.execute(text("SET LOCAL lock_timeout = '5s'"))
            session.execute(UPDATE, {"seen": 0, "name": "a"})
        assert of_b.scalar(text("SELECT 1")) == 1
        held.invalidate()


def test_one_that_is_not_alive_on_record_keeps_its_sessions(
    postgres_database: Database, of_a: Database
) -> None:
    with of_a.engine.connect(), postgres_database.transaction() as session:
        session.execute(SILENT)
        session.execute(update(WorkerRecord).values(state="left"))
        assert end_sessions(session, "a", LAPSE) == 0


def test_a_heart_that_beats_frees_what_a_peer_holds_though_no_thread_of_the_store_is_free(
    postgres_database: Database, of_a: Database
) -> None:
    who = Identity("b", "host", "elsewhere", 2)
    with closing(_of(postgres_database, "b")) as mine, of_a.engine.connect() as held:
        held.execute(text("SET idle_in_transaction_session_timeout = 0"))
        held.commit()
        with postgres_database.transaction() as session:
            session.execute(SILENT)
        held.execute(UPDATE, {"seen": 7, "name": "a"})
        heart = Heart(
            who,
            mine,
            Place(),
            Lease(),
            live=lambda: 0,
            fence=lambda: None,
            take_over=lambda _gone: None,
        )
        asyncio.run(heart.cut_off(Gone("a", LAPSE)))
        _wait_until_ended(postgres_database, "a")
        held.invalidate()


@pytest.mark.parametrize("worker", ["主机:12:ab", "host-" + "x" * 59, "host:1:ab"])
def test_the_server_knows_the_sessions_by_the_name_that_is_looked_for(
    postgres_database: Database, worker: str
) -> None:
    with closing(_of(postgres_database, worker)) as mine, mine.engine.connect() as connection:
        assert connection.scalar(text("SHOW application_name")) == session_name(worker)


def _wait_until_ended(database: Database, worker: str) -> None:
    asked = text("SELECT count(*) FROM pg_stat_activity WHERE application_name = :name")
    with database.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        for _ in range(3000):
            if connection.scalar(asked, {"name": session_name(worker)}) == 0:
                return
            connection.execute(text("SELECT pg_sleep(0.02)"))
    raise AssertionError("the session was not ended")
