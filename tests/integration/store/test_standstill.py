"""Who stands still in a transaction and is waited for is ended; whoever works, or holds up nobody, is not."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import timedelta
from threading import Thread
from typing import Any

import psycopg
import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from campaigns.store import standstill
from campaigns.store.database import Database
from campaigns.store.standstill import Standstill
from tests.integration.store.rows import add_worker

pytestmark = pytest.mark.external

NO_TIME = timedelta(0)
UPDATE = text("UPDATE worker SET live = live + 1 WHERE id = 'a'")


@pytest.fixture(autouse=True)
def at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(standstill, "WAITED", NO_TIME)


@pytest.fixture
def other(postgres_database: Database) -> Iterator[Database]:
    """The same database, for who stands still; a worker "a" is there to be locked."""
    with postgres_database.transaction() as session:
        add_worker(session, "a")
    with closing(Database(postgres_database.url.render_as_string(hide_password=False))) as database:
        yield database


def look(database: Database, watch: Standstill) -> int:
    with database.transaction() as session:
        return watch.look(session)


@contextmanager
def waiting(database: Database) -> Iterator[list[str]]:
    """Somebody waits for the lock on "a", and is told in the list when it has it."""
    got: list[str] = []

    def wait() -> None:
        with database.transaction() as session:
            session.execute(UPDATE)
            got.append("the lock")

    thread = Thread(target=wait)
    thread.start()
    _until(database, "active", "Lock")
    yield got
    thread.join()


def _until(database: Database, state: str, wait_event_type: str) -> None:
    """Until a session of this database is so."""
    asked = text(
        "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() "
        "AND state = :state AND wait_event_type = :wait"
    ).bindparams(state=state, wait=wait_event_type)
    with database.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        for _ in range(3000):
            if connection.scalar(asked):
                return
            connection.execute(text("SELECT pg_sleep(0.01)"))
    raise AssertionError(f"no session is {state}, waiting for {wait_event_type}")


def test_one_that_is_waited_for_is_ended_at_the_second_look(
    postgres_database: Database, other: Database
) -> None:
    with other.engine.connect() as still:
        still.execute(UPDATE)
        watch = Standstill(NO_TIME)
        with waiting(postgres_database) as got:
            assert look(postgres_database, watch) == 0
            assert not got
            assert look(postgres_database, watch) == 1
        assert got == ["the lock"]
        with pytest.raises(DBAPIError):
            still.execute(text("SELECT 1"))


def test_one_that_went_on_between_two_looks_is_let_be(postgres_database: Database, other: Database) -> None:
    with other.engine.connect() as busy:
        busy.execute(UPDATE)
        watch = Standstill(NO_TIME)
        with waiting(postgres_database) as got:
            for _ in range(3):
                assert look(postgres_database, watch) == 0
                busy.execute(text("SELECT 1"))
            assert not got
            busy.commit()
        assert got == ["the lock"]


def test_one_that_has_only_just_begun_to_stand_still_is_let_be(
    postgres_database: Database, other: Database
) -> None:
    with other.engine.connect() as still:
        still.execute(UPDATE)
        watch = Standstill(timedelta(hours=1))
        with waiting(postgres_database):
            assert [look(postgres_database, watch) for _ in range(3)] == [0, 0, 0]
            still.commit()


def test_one_that_holds_up_nobody_may_stand_still(postgres_database: Database, other: Database) -> None:
    with other.engine.connect() as still:
        still.execute(UPDATE)
        watch = Standstill(NO_TIME)
        assert [look(postgres_database, watch) for _ in range(3)] == [0, 0, 0]
        still.commit()


def test_one_that_stopped_amid_many_statements_is_ended_too(
    postgres_database: Database, other: Database
) -> None:
    """The server calls it active: no time limit of an idle transaction reaches it."""
    with other.engine.connect() as connection:
        driver: Any = connection.connection.dbapi_connection
        pipeline = driver.pipeline()
        pipeline.__enter__()
        driver.execute("UPDATE worker SET live = 7 WHERE id = 'a'")
        driver.pgconn.send_flush_request()
        driver.pgconn.flush()
        _until(postgres_database, "active", "Client")
        watch = Standstill(NO_TIME)
        with waiting(postgres_database) as got:
            assert look(postgres_database, watch) == 0
            assert look(postgres_database, watch) == 1
        assert got == ["the lock"]
        with pytest.raises(psycopg.OperationalError):
            pipeline.__exit__(None, None, None)
        connection.invalidate()
