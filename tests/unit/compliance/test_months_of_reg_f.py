"""A greedy dialler in the United States, over changes of clocks and a clock that jumps: no rule breaks."""

from __future__ import annotations

import random
from dataclasses import replace
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import holidays
import pytest

from campaigns.compliance.decide import decide
from campaigns.compliance.facts import AttemptFact, CallFacts, Consent, LineType, TalkFact
from campaigns.compliance.permits import permit_terms
from campaigns.compliance.reasons import Reason
from campaigns.compliance.verdict import Allow, Defer, Refuse
from tests.unit.compliance.build import DAY, HOUR, clear, us, us_facts

PLACES: list[tuple[str | None, str | None, tuple[str, ...]]] = [
    ("New York", None, ("America/New_York",)),
    ("Massachusetts", None, ("America/New_York",)),
    (None, None, ("America/Boise", "America/Los_Angeles")),
    ("Texas", "Arizona", ("America/Chicago",)),
    ("Alaska", None, ("America/Anchorage",)),
]
CELL, LANDLINE = 1, 2


class Dialler:
    """Dials whenever it may, up to a minute late, with a clock that is set back now and then."""

    def __init__(self, seed: int, start: datetime) -> None:
        self.chance = random.Random(seed)
        self.region, self.last_region, self.zones = self.chance.choice(PLACES)
        self.now, self.ledger_time = start, start
        self.attempts: dict[int, list[AttemptFact]] = {CELL: [], LANDLINE: []}
        self.talks: list[TalkFact] = []
        self.refused = 0

    def facts(self, number_id: int) -> CallFacts:
        both = [attempt for attempts in self.attempts.values() for attempt in attempts]
        base = us_facts(now=self.now)
        line = (LineType.WIRELESS, Consent.GIVEN) if number_id == CELL else (LineType.LANDLINE, Consent.NONE)
        return replace(
            base,
            number=replace(base.number, id=number_id, zones=self.zones, line=line[0], consent=line[1]),
            ledger_time=self.ledger_time,
            region=self.region,
            last_region=self.last_region,
            flags=clear(self.now - HOUR),
            notice_sent_at=self.ledger_time - 90 * DAY,
            first_contact_at=min((talk.at for talk in self.talks), default=None),
            debtor_attempts=tuple(both),
            number_attempts=tuple(self.attempts[number_id]),
            talks=tuple(self.talks),
        )

    def run(self, days: int) -> None:
        end = self.now + days * DAY
        while self.now < end:
            verdicts = {number: decide(self.facts(number), us()) for number in self.attempts}
            self.ledger_time = max(self.ledger_time, self.now)
            allowed = [number for number, verdict in verdicts.items() if isinstance(verdict, Allow)]
            if allowed:
                number = self.chance.choice(allowed)
                self.dial(number, verdicts[number])
            elif any(isinstance(verdict, Refuse) for verdict in verdicts.values()):
                assert {getattr(v, "reason", None) for v in verdicts.values()} == {Reason.CLOCK_UNTRUSTED}
                self.refused += 1
                self.now = self.ledger_time  # somebody has set the clock right
            else:
                waits = [verdict.until for verdict in verdicts.values() if isinstance(verdict, Defer)]
                assert min(waits) > self.now
                self.now = min(waits)
            if self.chance.random() < 0.05:
                self.now -= self.chance.random() * 3 * HOUR

    def dial(self, number: int, verdict: object) -> None:
        assert isinstance(verdict, Allow)
        terms = permit_terms(verdict, us(), 1, self.now)
        late = self.now + self.chance.random() * timedelta(seconds=70)
        if late >= terms.expires_at:
            self.now = late  # the permit is over before the line is free: no dial
            return
        ended = late + timedelta(seconds=self.chance.randint(1, 300))
        self.attempts[number].append(AttemptFact(late, True, "no_answer", ended, 1))
        if self.chance.random() < 0.2:
            self.talks.append(TalkFact(late))
        self.now = self.ledger_time = ended

    def wall_clocks(self, moment: datetime) -> list[datetime]:
        regions = us().rules.regions
        keys = [us().region_key(name) for name in (self.region, self.last_region) if name]
        zones = {*self.zones, *(zone for key in keys if key for zone in regions[key].zones)}
        return [moment.astimezone(ZoneInfo(zone)) for zone in zones]


@pytest.mark.parametrize("seed", range(8))
@pytest.mark.parametrize("start", [datetime(2026, 2, 20, tzinfo=UTC), datetime(2026, 10, 20, tzinfo=UTC)])
def test_no_rule_of_regulation_f_is_broken(seed: int, start: datetime) -> None:
    dialler = Dialler(seed, start)
    dialler.run(days=45)
    dialled = sorted(attempt.at for attempts in dialler.attempts.values() for attempt in attempts)
    week = 2 if dialler.region in ("Massachusetts", None) else 3
    assert len(dialled) >= 5, "a dialler that is never allowed to dial proves nothing"
    closed = holidays.country_holidays("US", years=2026)
    for moment in dialled:
        assert sum(moment - 7 * DAY < other <= moment for other in dialled) <= week
        for wall in dialler.wall_clocks(moment):
            assert time(9) <= wall.time() < time(19, 53)
            assert wall.weekday() != 6
            assert wall.date() not in closed
            same_day = [other for other in dialled if other.astimezone(wall.tzinfo).date() == wall.date()]
            assert len(same_day) == 1
            days = [(wall.date() - other.astimezone(wall.tzinfo).date()).days for other in dialled]
            assert sum(0 <= ago < 7 for ago in days) <= week
            for talk in dialler.talks:
                if talk.at < moment:
                    assert (wall.date() - talk.at.astimezone(wall.tzinfo).date()).days >= 7
    for attempt in dialler.attempts[LANDLINE]:
        earlier = [a.at for a in dialler.attempts[LANDLINE] if attempt.at - 30 * DAY < a.at <= attempt.at]
        assert len(earlier) <= 3
