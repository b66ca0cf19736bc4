"""Durable turns: started once, closed when their worker is no more, forgotten when long finished."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import closing
from datetime import timedelta
from pathlib import Path

import pytest
from dbos import DBOS
from sqlalchemy import text
from sqlalchemy.exc import OperationalError

from campaigns.dialing import engine
from campaigns.dialing.engine import DurableTurns, QueuedTurn
from campaigns.errors import StoreError
from campaigns.store import patience
from campaigns.store.database import Database

TURNS = [QueuedTurn(1, 1), QueuedTurn(2, 1)]


Work = Callable[[DurableTurns], Awaitable[int]]


def run(path: Path | str, worker: str, work: Work, *, hang: bool = False) -> int:
    """``work`` in a run of ``worker``, whose turns end at once or, with ``hang``, never; plus turns begun."""
    done: list[QueuedTurn] = []

    async def handler(turn: QueuedTurn) -> None:
        done.append(turn)
        if hang:
            await asyncio.Event().wait()

    async def main() -> int:
        url = path if isinstance(path, str) else f"sqlite:///{path}"
        with closing(Database(url, queue=True)) as database:
            durable = DurableTurns(handler, database, worker)
            await durable.launch()
            result = await work(durable)
            await durable.stop()
        return result + len(done)

    return asyncio.run(main())


async def start(durable: DurableTurns) -> int:
    for _ in range(2):  # the second time does nothing
        await durable.start(TURNS)
    await asyncio.sleep(0)
    return 0


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "queue.db"


def test_a_database_that_is_away_at_the_launch_is_waited_for(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    launch, away = DBOS.launch, [OperationalError("BEGIN", {}, Exception("connection is bad"), True)] * 2

    def launched() -> None:
        if away:
            raise away.pop()
        launch()

    monkeypatch.setattr(DBOS, "launch", launched)
    monkeypatch.setattr(patience, "pauses", lambda _patience: [0.0, 0.0])
    assert run(path, "one", start) == len(TURNS)
    assert not away


def test_a_database_that_stays_away_is_told(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def launched() -> None:
        raise OperationalError("BEGIN", {}, Exception("connection is bad"), True)

    monkeypatch.setattr(DBOS, "launch", launched)
    monkeypatch.setattr(patience, "pauses", lambda _patience: [0.0])
    with pytest.raises(StoreError, match=r"the queue .* cannot be used: .*connection is bad"):
        run(path, "one", start)


def test_a_turn_is_started_once_by_each_worker_that_is_given_it(path: Path) -> None:
    assert run(path, "one", start, hang=True) == len(TURNS)
    assert run(path, "two", start, hang=True) == len(TURNS)


def test_turns_of_the_dead_are_closed_and_never_run_again(path: Path) -> None:
    run(path, "one", start, hang=True)

    async def close(durable: DurableTurns) -> int:
        async def alive() -> list[str]:
            return ["two"]

        closed = await durable.close_turns_of_the_dead(alive)
        assert await durable.close_turns_of_the_dead(alive) == 0
        return closed

    assert run(path, "two", close) == len(TURNS)


def test_turns_of_the_living_are_left_alone(path: Path) -> None:
    run(path, "one", start, hang=True)

    async def close(durable: DurableTurns) -> int:
        async def alive() -> list[str]:
            return ["one", "two"]

        return await durable.close_turns_of_the_dead(alive)

    assert run(path, "two", close) == 0


def test_finished_turns_are_forgotten_after_a_while(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    run(path, "one", start, hang=True)

    async def alive() -> list[str]:
        return []

    async def close(durable: DurableTurns) -> int:
        return await durable.close_turns_of_the_dead(alive)

    async def forget(durable: DurableTurns) -> int:
        return await durable.forget_finished()

    run(path, "two", close)
    assert run(path, "three", forget) == 0  # not long ago yet
    monkeypatch.setattr(engine, "KEPT", timedelta(seconds=-60))
    assert run(path, "four", forget) == len(TURNS)
    assert run(path, "five", forget) == 0


def test_only_what_is_finished_is_forgotten_on_either_database(
    bare_database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A peer tidies beside turns in progress: they stay, and those that ended leave no row behind."""
    url = bare_database.url.render_as_string(hide_password=False)
    schema = "" if bare_database.is_sqlite else "dbos."
    monkeypatch.setattr(engine, "KEPT", timedelta(seconds=-60))

    def rows() -> list[tuple[str, str]]:
        statement = text(f"SELECT executor_id, status FROM {schema}workflow_status")  # noqa: S608
        with bare_database.engine.connect() as connection:
            return sorted((row[0], row[1]) for row in connection.execute(statement))

    async def forget(durable: DurableTurns) -> int:
        await start(durable)
        for _ in range(1_000):  # its tables are written behind the turns
            if sum(status == "SUCCESS" for _, status in await asyncio.to_thread(rows)) == len(TURNS):
                break
        assert await durable.forget_finished() == len(TURNS)
        return await durable.forget_finished()

    run(url, "busy", start, hang=True)
    assert run(url, "peer", forget) == len(TURNS)  # none was left the second time
    assert rows() == [("busy", "PENDING")] * len(TURNS)
