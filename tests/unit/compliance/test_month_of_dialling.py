"""A greedy dialler that does all that it is allowed to, for a month: no cap breaks, and it always gets on."""

from __future__ import annotations

import random
from collections import Counter
from datetime import datetime, timedelta
from itertools import pairwise
from pathlib import Path

import pytest

from campaigns.compliance.decide import decide
from campaigns.compliance.effective import EffectivePack
from campaigns.compliance.facts import AttemptFact, CallFacts, TalkFact
from campaigns.compliance.verdict import Allow, Defer
from tests.unit.compliance.build import DAY, SHANGHAI, china, china_with, facts, local, number

OUTCOMES = [
    "no_answer",
    "busy",
    "dropped",
    "powered_off",
    "not_in_service",
    "callback",
    "no_commitment",
    None,
]
LOOSEST = """\
times: {window: {default: ["08:00", "22:00"]}, days_off: {window: {default: ["08:00", "22:00"]}}}
caps:
  effective_talks_per_debtor_day: {default: 3}
  attempts_per_number_day: {default: 6}
  attempts_per_debtor_day: {default: 6}
  attempts_per_debtor_7d: {default: 100}
min_gap_min: {otherwise: {default: 0}, busy: {default: 0}, dropped: {default: 0}}
cooldown: {after_talk_h: {default: 0}}
"""


class Dialler:
    """Follows every verdict at once: dials on an Allow, waits out a Defer."""

    def __init__(self, pack: EffectivePack, seed: int) -> None:
        self.pack, self.random = pack, random.Random(seed)
        self.now = local(1, 0)
        self.attempts: dict[int, list[AttemptFact]] = {1: [], 2: []}
        self.talks: list[TalkFact] = []
        self.callback_at: datetime | None = None
        self.steps = 0

    def facts(self, number_id: int) -> CallFacts:
        both = [attempt for attempts in self.attempts.values() for attempt in attempts]
        return facts(
            now=self.now,
            number=number(id=number_id, status_at=self.now),
            ledger_time=self.now,
            debtor_attempts=tuple(both),
            number_attempts=tuple(self.attempts[number_id]),
            talks=tuple(self.talks),
            callback_at=self.callback_at,
        )

    def run(self, days: int) -> None:
        end = self.now + days * DAY
        while self.now < end:
            self.steps += 1
            verdicts = {number_id: decide(self.facts(number_id), self.pack) for number_id in (1, 2)}
            allowed = [number_id for number_id, verdict in verdicts.items() if isinstance(verdict, Allow)]
            if allowed:
                self.dial(self.random.choice(allowed))
            else:
                waits = [verdict.until for verdict in verdicts.values() if isinstance(verdict, Defer)]
                assert min(waits) > self.now
                self.now = min(waits)

    def dial(self, number_id: int) -> None:
        outcome = self.random.choice(OUTCOMES)
        ended = self.now + timedelta(seconds=self.random.randint(1, 180))
        self.attempts[number_id].append(AttemptFact(self.now, True, outcome, ended if outcome else None))
        self.callback_at = None
        if outcome in ("callback", "no_commitment") and self.random.random() < 0.7:
            self.talks.append(TalkFact(self.now))
        if outcome == "callback":
            self.callback_at = ended + timedelta(minutes=self.random.randint(5, 600))
        self.now = ended


@pytest.mark.parametrize("seed", range(6))
@pytest.mark.parametrize(
    ("overrides", "talks", "per_number", "per_debtor", "week"), [("", 1, 2, 3, 7), (LOOSEST, 3, 6, 6, 100)]
)
def test_no_cap_is_broken(
    tmp_path: Path, seed: int, overrides: str, talks: int, per_number: int, per_debtor: int, week: int
) -> None:
    dialler = Dialler(china_with(tmp_path, overrides) if overrides else china(), seed)
    dialler.run(days=30)
    dialled = sorted(attempt.at.astimezone(SHANGHAI) for of in dialler.attempts.values() for attempt in of)
    days = Counter(moment.date() for moment in dialled)
    assert max(days.values()) <= per_debtor
    for attempts in dialler.attempts.values():
        assert (
            max(Counter(attempt.at.astimezone(SHANGHAI).date() for attempt in attempts).values())
            <= per_number
        )
    assert max(Counter(talk.at.astimezone(SHANGHAI).date() for talk in dialler.talks).values()) <= talks
    for day in days:
        assert sum(days[day + n * DAY] for n in range(7)) <= week
    assert all(8 <= moment.hour < 22 for moment in dialled)
    assert all(earlier < later for earlier, later in pairwise(dialled))
    assert len(dialled) > 20, "a dialler that is never allowed to dial proves nothing"
    assert dialler.steps < 30 * 40, "following deferrals must lead on"
