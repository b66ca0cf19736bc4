"""`xiaorong serve` as an operator and a process manager know it: a process, its port and its signals."""

from __future__ import annotations

import asyncio
import os
import shutil
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
import uvicorn

from campaigns.cli.attending import Attendant, QuietServer
from campaigns.cli.serving import serve_console
from campaigns.clock import SystemClock
from campaigns.console.job import JobKind, Jobs
from campaigns.dialing.background import BackgroundWorker
from campaigns.dialing.worker import Duty, RunEnd
from campaigns.errors import ClockError, ConflictError
from campaigns.settings import create_home, load_settings
from campaigns.store.console.audit import Actor
from campaigns.store.console.jobs import NewJob
from campaigns.store.models import DecisionRecord
from tests.integration.console.world import World

LONG_S = 60.0


class SlowWorker:
    """A worker with one call, which ends when it is let."""

    waiting_until = None

    def __init__(self, *, ends: bool = True) -> None:
        self.live = 1
        self.stops = 0
        self.cut = False
        self.ends = ends
        self._stopped = asyncio.Event()

    def stop(self) -> None:
        self.stops += 1
        self._stopped.set()

    async def run(self) -> RunEnd:
        try:
            await self._stopped.wait()
            if not self.ends:
                await asyncio.Event().wait()
        except asyncio.CancelledError:
            self.cut = True
            raise
        self.live = 0
        return RunEnd.STOPPED


class Serving:
    """The web server of a world, with a worker beside it."""

    def __init__(self, world: World, opened: Any, *, leave_s: float = LONG_S) -> None:
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.base = f"http://127.0.0.1:{self.listener.getsockname()[1]}"
        self.lifetime = world.services.lifetime
        self.worker = BackgroundWorker(opened)
        config = uvicorn.Config(world.app, log_config=None, timeout_graceful_shutdown=1)
        jobs: Jobs = world.app.state.jobs
        self.attendant = Attendant(
            QuietServer(config), self.lifetime, jobs, self.worker, leave_s, lambda _told: None
        )

    def ready(self) -> tuple[int, str]:
        answer = httpx.get(f"{self.base}/readyz", timeout=10)
        return answer.status_code, answer.text

    async def until(self, true: Any) -> None:
        async with asyncio.timeout(20):
            while not true():  # noqa: ASYNC110 - threads tell nobody
                await asyncio.sleep(0)


@contextmanager
def opened(worker: Any) -> Iterator[Any]:
    yield worker


async def test_calls_end_while_the_process_is_not_ready_any_more(world: World) -> None:
    made: list[SlowWorker] = []

    def open_() -> Any:
        made.append(SlowWorker())
        return opened(made[0])

    serving = Serving(world, open_)
    run = asyncio.ensure_future(serving.attendant.run(serving.listener))
    await serving.until(lambda: serving.worker.live == 1)
    assert await asyncio.to_thread(serving.ready) == (200, "ready")
    os.kill(os.getpid(), signal.SIGTERM)
    await serving.until(lambda: serving.lifetime.leaving)
    await run
    assert (made[0].stops, made[0].cut, serving.worker.end) == (1, False, RunEnd.STOPPED)
    assert not serving.lifetime.hurried
    assert not serving.attendant.cut_short


async def test_it_says_not_ready_while_a_call_goes_on_and_a_second_signal_cuts_it(world: World) -> None:
    worker = SlowWorker(ends=False)
    serving = Serving(world, lambda: opened(worker))
    run = asyncio.ensure_future(serving.attendant.run(serving.listener))
    await serving.until(lambda: serving.worker.live == 1)
    os.kill(os.getpid(), signal.SIGTERM)
    await serving.until(lambda: worker.stops == 1)
    assert await asyncio.to_thread(serving.ready) == (503, "leaving")
    os.kill(os.getpid(), signal.SIGTERM)
    await run
    assert (worker.cut, serving.worker.end) == (True, RunEnd.LEFT)
    assert serving.attendant.cut_short


async def test_calls_that_go_on_for_too_long_are_cut_and_that_is_a_good_end(world: World) -> None:
    worker = SlowWorker(ends=False)
    serving = Serving(world, lambda: opened(worker), leave_s=0.0)
    run = asyncio.ensure_future(serving.attendant.run(serving.listener))
    await serving.until(lambda: serving.worker.live == 1)
    os.kill(os.getpid(), signal.SIGTERM)
    await run
    assert worker.cut
    assert not serving.attendant.cut_short


async def test_a_worker_is_not_begun_once_the_server_was_told_to_leave(world: World) -> None:
    begun: list[bool] = []
    serving = Serving(world, lambda: begun.append(True))
    serving.attendant.ask()
    await serving.attendant.run(serving.listener)
    assert begun == []
    assert not serving.attendant.cut_short


def test_a_process_that_still_starts_leaves_as_a_success_and_says_nothing() -> None:
    start = "with may_leave():\n    print('starting', flush=True)\n    input()"
    with subprocess.Popen(  # noqa: S603
        [sys.executable, "-c", f"from campaigns.cli.starting import may_leave\n{start}"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    ) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "starting\n"
        process.send_signal(signal.SIGTERM)
        assert (process.stdout.read(), process.wait(60)) == ("", 0)


async def test_a_worker_that_cannot_begin_ends_the_server(world: World) -> None:
    def fails() -> Any:
        raise ConflictError("a worker is already running on this database")

    serving = Serving(world, fails)
    with pytest.raises(ConflictError, match="already running"):
        await serving.attendant.run(serving.listener)


def test_a_worker_that_was_taken_over_from_goes_on_as_another() -> None:
    ends = [RunEnd.FENCED, RunEnd.IDLE]

    class Ends:
        live = 0

        def stop(self) -> None: ...

        async def run(self) -> RunEnd:
            return ends.pop(0)

    worker = BackgroundWorker(lambda: opened(Ends()))
    assert not worker.over
    worker.start()
    assert worker.join(10)
    assert (worker.end, ends) == (RunEnd.IDLE, [])


def test_no_job_is_taken_once_the_console_is_about_to_stop(world: World) -> None:
    jobs = Jobs(world.services, {"work": JobKind("work", lambda _context: {})})
    jobs.stop()
    with world.database.transaction() as session, pytest.raises(ConflictError, match="about to stop"):
        jobs.add(session, NewJob("work", "thing", "1", {}), Actor(None, "somebody", "job"))


def test_a_worker_that_cannot_go_by_the_clock_is_told_of_before_the_address(
    tmp_path: Path, world: World, capsys: pytest.CaptureFixture[str]
) -> None:
    create_home(tmp_path / "ahead")
    with world.database.transaction() as session:
        tomorrow = SystemClock().now() + timedelta(days=1)
        latest = session.query(DecisionRecord).order_by(DecisionRecord.id.desc()).first()
        assert latest is not None
        session.add(
            DecisionRecord(
                at=tomorrow,
                campaign_id=latest.campaign_id,
                customer_id=latest.customer_id,
                verdict="refuse",
                reason="capped",
                pack="cn@1",
            )
        )
    with pytest.raises(ClockError, match="virtual time"):
        serve_console(
            load_settings(tmp_path / "ahead"), world.database, None, 0, Duty(calls=1), real_time=True
        )
    assert capsys.readouterr().out == ""


def test_a_terminated_process_leaves_with_exit_code_0(
    tmp_path: Path, sqlite_template: Path, model_cache: Path
) -> None:
    home = tmp_path / "home"
    create_home(home)
    shutil.copy(sqlite_template, home / "xiaorong.db")
    command = [sys.executable, "-m", "campaigns.cli.main", "--home", str(home)]
    with subprocess.Popen(  # noqa: S603
        [*command, "serve", "--with-worker", "--port", "0"],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        env={**os.environ, "XIAORONG_CACHE_DIR": str(model_cache)},
    ) as process:
        assert process.stdout is not None
        address = process.stdout.readline().removeprefix("The console: ").strip()
        for line in process.stdout:
            if "startup complete" in line:
                break
        assert httpx.get(f"{address}/readyz", timeout=10).status_code == 200
        process.send_signal(signal.SIGTERM)
        rest = process.stdout.read()
        assert process.wait(60) == 0
    assert "calls in progress may end first" in rest
    assert "leaked" not in rest


WATCHED = """
import asyncio, gc, sys
from campaigns.cli.main import app

def run(serving):
    serving.close()
    print(gc.get_freeze_count(), len(gc.get_objects()))

asyncio.run = run
app(["--home", sys.argv[1], "serve", "--port", "0"], standalone_mode=False)
"""


def test_what_is_loaded_when_it_begins_to_serve_is_not_gone_over_again(
    tmp_path: Path, sqlite_template: Path
) -> None:
    """A console without a worker too: else every fiftieth page waits for the garbage collector."""
    home = tmp_path / "home"
    create_home(home)
    shutil.copy(sqlite_template, home / "xiaorong.db")
    ended = subprocess.run(  # noqa: S603
        [sys.executable, "-c", WATCHED, str(home)], capture_output=True, text=True, check=True, timeout=LONG_S
    )
    frozen, watched = map(int, ended.stdout.splitlines()[-1].split())
    assert frozen > 10 * watched
