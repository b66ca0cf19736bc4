"""Many workers over one campaign on a PostgreSQL of its own: started, killed, stopped, and looked at."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from sqlalchemy import text

from campaigns.settings import Settings
from campaigns.store.database import Database
from tests.integration.dialing.drill_line import RECORD
from tests.integration.dialing.shared_clock import SharedClock

ROOT = Path(__file__).parents[3]
LOOK_S = 0.1
PATIENCE_S = 1200.0  # for a machine that is busy with other things
AT_ONCE = 200  # members that are let come due together, when nobody is due

# How many hold a turn, when the first of those waiting is due, and when so many are.
_STANDING = text(
    """
    WITH waiting AS (
        SELECT next_at, row_number() OVER (ORDER BY next_at) AS nth
        FROM campaign_member WHERE state = 'waiting'
    )
    SELECT (SELECT count(*) FROM campaign_member WHERE state = 'queued'),
           min(next_at), max(next_at) FILTER (WHERE nth <= :many)
    FROM waiting
    """
)
_ALIVE = text("SELECT count(*) FROM worker WHERE state = 'alive'")
_IN_HAND = text("SELECT count(*) FROM campaign_member WHERE state = 'queued'")


@dataclass
class Field:
    """The installation, its shared clock, and the workers at work. ``deaths``: second of death by process."""

    home: Path
    settings: Settings
    database: Database
    clock: SharedClock
    deaths: dict[int, float] = field(default_factory=dict)
    workers: list[subprocess.Popen[str]] = field(default_factory=list)

    def start(self) -> subprocess.Popen[str]:
        """One more worker."""
        log = (self.home / "workers.err").open("a")
        worker = subprocess.Popen(  # noqa: S603
            [sys.executable, "-m", "tests.integration.dialing.workers_drill", str(self.home)],
            stdout=subprocess.PIPE,
            stderr=log,
            text=True,
            cwd=ROOT,
        )
        self.workers.append(worker)
        return worker

    def kill(self, worker: subprocess.Popen[str]) -> None:
        """``kill -9``, and the second by which it was certainly dead."""
        worker.send_signal(signal.SIGKILL)
        worker.wait()
        self.deaths[worker.pid] = self.clock.now().timestamp()
        self.workers.remove(worker)

    def run_until(self, reached: Callable[[], bool], *, move: bool = True) -> None:
        """Look on until ``reached``; with ``move`` the clock is moved ahead when nobody is due."""
        deadline = time.monotonic() + PATIENCE_S
        while not reached():
            assert time.monotonic() < deadline, f"not within {PATIENCE_S} s; {self.tail()}"
            if move:
                self.move()
            time.sleep(LOOK_S)

    def move(self) -> None:
        """Move the clock to where members are due, when nobody holds a turn and nobody is due."""
        with self.database.engine.connect() as connection:
            held, first, many = connection.execute(_STANDING, {"many": AT_ONCE}).one()
        if held == 0 and first is not None and first > self.clock.now():
            self.clock.move_to(many)

    def at_work(self) -> int:
        """How many turns are in hand."""
        with self.database.engine.connect() as connection:
            return connection.scalar(_IN_HAND) or 0

    def alive(self) -> int:
        """How many workers are alive on record: one that starts takes its time to get there."""
        with self.database.engine.connect() as connection:
            return connection.scalar(_ALIVE) or 0

    def dials(self) -> int:
        """How many dials have reached the carrier."""
        path = self.home / RECORD
        return sum(line.startswith("+") for line in path.read_text().splitlines()) if path.exists() else 0

    def more_dials(self, many: int) -> Callable[[], bool]:
        goal = self.dials() + many
        return lambda: self.dials() >= goal

    def taken_over(self, pid: int) -> bool:
        """Whether a peer has taken over from every worker that this process was."""
        with self.database.engine.connect() as connection:
            alive = connection.scalar(
                text("SELECT count(*) FROM worker WHERE pid = :pid AND state = 'alive'"), {"pid": pid}
            )
        return not alive

    def over(self) -> bool:
        """Whether all workers have come to their end."""
        return all(worker.poll() is not None for worker in self.workers)

    def tail(self) -> str:
        return (self.home / "workers.err").read_text()[-2000:]

    def clear(self) -> None:
        for worker in self.workers:
            if worker.poll() is None:
                os.kill(worker.pid, signal.SIGCONT)
                worker.kill()
            worker.communicate()
        self.database.close()


@dataclass(frozen=True, slots=True)
class Placed:
    """One dial by the carrier's record, in seconds of the shared clock; of a killed worker the latest end."""

    attempt_id: int
    number: str
    started: float
    ended: float

    @property
    def at(self) -> datetime:
        return datetime.fromtimestamp(self.started).astimezone()


def placed(record: Path, deaths: dict[int, float]) -> list[Placed]:
    """What the carrier has on record, in its order."""
    starts: list[tuple[int, str, float, int]] = []
    ends: dict[int, float] = {}
    for line in record.read_text().splitlines():
        kind, *words = line.split()
        if kind == "+":
            starts.append((int(words[0]), words[1], float(words[2]), int(words[3])))
        else:
            ends[int(words[0])] = float(words[1])
    return [
        Placed(attempt_id, number, started, ends[attempt_id] if attempt_id in ends else deaths[pid])
        for attempt_id, number, started, pid in starts
    ]
