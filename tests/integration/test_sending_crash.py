"""A process killed with kill -9 while it sends: what may have gone is never sent again."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

from campaigns.store.database import Database
from campaigns.store.models import FollowUp
from tests.integration.texting_world import Bench, ScriptedMessenger, queued

CHILD = """
import asyncio, os, signal, sys
from pathlib import Path
from campaigns.store.database import Database
from tests.integration.texting_world import Bench, ScriptedMessenger

where, went = sys.argv[2], Path(sys.argv[3])

def die():
    os.kill(os.getpid(), signal.SIGKILL)

class Dying(ScriptedMessenger):
    async def send(self, number, text):
        if where == "before":
            die()
        with went.open("a") as file:
            file.write(number + chr(10))
            file.flush()
        if where == "after":
            die()
        return await super().send(number, text)

bench = Bench(Database(sys.argv[1]), Dying())
asyncio.run(bench.send())
die()
"""


@pytest.mark.parametrize(
    ("where", "went", "state"),
    [("before", 0, "unsure"), ("after", 1, "unsure"), ("concluded", 2, "accepted")],
)
async def test_a_killed_sender_leaves_nothing_that_is_sent_twice(
    sqlite_database: Database, tmp_path: Path, where: str, went: int, state: str
) -> None:
    with sqlite_database.transaction() as session:
        numbers = [queued(session)[1] for _ in range(2)]
    sent = tmp_path / "went"
    url = sqlite_database.url.render_as_string(hide_password=False)
    arguments = [sys.executable, "-c", CHILD, url, where, str(sent)]
    done = subprocess.run(arguments, cwd=Path(__file__).parents[2], env=os.environ, check=False)  # noqa: ASYNC221, S603
    assert done.returncode == -signal.SIGKILL
    assert len(sent.read_text().split() if sent.exists() else []) == went
    bench = Bench(sqlite_database, ScriptedMessenger())
    try:
        await bench.send()  # at once: the message in hand may still be somebody's
        bench.pass_time(minutes=11)
        for _ in range(2):
            await bench.send()
            bench.pass_time(hours=1)
    finally:
        bench.close()
    assert [found for found, _ in bench.messages()] == [state, "accepted"]
    again = [number for number, _ in bench.messenger.sent]
    assert again == ([] if where == "concluded" else numbers[1:])
    with sqlite_database.transaction() as session:
        assert len(session.scalars(select(FollowUp)).all()) == (where != "concluded")
    assert timedelta(minutes=bench.scales.rules.unsure_after_min) <= timedelta(minutes=11)
