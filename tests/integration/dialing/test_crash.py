"""A worker is killed again and again in the middle of a campaign; the campaign ends as if it had not been."""

from __future__ import annotations

import random
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import func, select

from campaigns.compliance.chain import LogSeal
from campaigns.store.database import Database
from campaigns.store.models import Attempt, Call, CampaignMember, DecisionRecord, Permit
from campaigns.store.verify import verify
from tests.integration.dialing.campaigning import install
from tests.integration.dialing.drill import DIALS

KILLS = 4
NOT_CALLED = ("trunk_fault", "withdrawn")


@pytest.mark.slow
def test_kill_9_loses_no_member_doubles_no_dial_and_breaks_no_cap(tmp_path: Path, model_cache: Path) -> None:
    settings = install(tmp_path, customers=40, cache=model_cache)
    chance = random.Random(11)
    for _ in range(KILLS):
        worker = _start(tmp_path)
        _wait_for_dials(tmp_path / DIALS, more=chance.randint(3, 12))
        time.sleep(chance.uniform(0.0, 0.05))  # real time: to die at any point between two dials
        worker.send_signal(signal.SIGKILL)
        worker.communicate()
    out, err = _start(tmp_path).communicate(timeout=240)
    assert "finished" in out, err

    database = Database(settings.store_url)
    with database.transaction() as session:
        assert set(session.scalars(select(CampaignMember.state))) == {"done"}
        attempts = session.scalars(select(Attempt)).all()
        assert {attempt.state for attempt in attempts} <= {"ended", "lost"}
        dialled = Counter(int(line.split()[0]) for line in (tmp_path / DIALS).read_text().splitlines())
        assert max(dialled.values()) == 1
        # Whatever reached the carrier was reserved, permitted and dialling before.
        by_id = {attempt.id: attempt for attempt in attempts}
        assert all(by_id[attempt_id].dialed_at is not None for attempt_id in dialled)
        used = set(session.scalars(select(Permit.attempt_id).where(Permit.used_at.is_not(None))))
        assert set(dialled) <= used
        calls = session.scalar(select(func.count()).select_from(Call))
        ended = [a for a in attempts if a.state == "ended" and a.disposition not in NOT_CALLED]
        assert calls == len(ended)
        allowed = session.scalars(select(DecisionRecord.attempt_id).where(DecisionRecord.verdict == "allow"))
        assert sorted(a for a in allowed if a is not None) == sorted(by_id)
        _check_caps(attempts)
    found = verify(database, LogSeal(settings.permit_key()))
    assert found.broken is None
    assert found.records >= len(attempts)
    database.close()


def _wait_for_dials(log: Path, more: int) -> None:
    """Until the carrier has seen so many more dials."""
    before = _lines(log)
    deadline = time.monotonic() + 60
    while _lines(log) < before + more:
        assert time.monotonic() < deadline, "the worker does not dial"
        time.sleep(0.01)


def _lines(log: Path) -> int:
    return log.read_text().count("\n") if log.exists() else 0


def _check_caps(attempts: Sequence[Attempt]) -> None:
    """The shipped pack: a number twice a day, a debtor three times, within the hours of a working day."""
    zone = ZoneInfo("Asia/Shanghai")
    numbers: Counter[tuple[str, object]] = Counter()
    debtors: Counter[tuple[int, object]] = Counter()
    for attempt in attempts:
        when = (attempt.dialed_at or attempt.reserved_at).astimezone(zone)
        assert 9 <= when.hour < 21
        if attempt.charged:
            numbers[attempt.e164, when.date()] += 1
            debtors[attempt.customer_id, when.date()] += 1
    assert max(numbers.values()) <= 2
    assert max(debtors.values()) <= 3


def _start(home: Path) -> subprocess.Popen[str]:
    return subprocess.Popen(  # noqa: S603
        [sys.executable, "-m", "tests.integration.dialing.drill", str(home)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        cwd=Path(__file__).parents[3],
    )
