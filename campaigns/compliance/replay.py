"""What a change of rules would have meant: decisions on record, taken again under other rules. Pure.

Each is taken alone, on the facts of its time. A call that would not have been made would have changed the
facts of later ones; that is not followed.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime

from campaigns.compliance.decide import decide
from campaigns.compliance.effective import EffectivePack
from campaigns.compliance.facts import CallFacts
from campaigns.compliance.verdict import Defer, Verdict


@dataclass(frozen=True, slots=True)
class Outcome:
    """A verdict as it is compared: which way, why, by which rule, until when."""

    verdict: str
    reason: str
    rule: str
    until: datetime | None = None

    @classmethod
    def of(cls, verdict: Verdict) -> Outcome:
        until = verdict.until if isinstance(verdict, Defer) else None
        return cls(type(verdict).__name__.lower(), verdict.reason.value, verdict.rule, until)


@dataclass(frozen=True, slots=True)
class Change:
    """One decision that would have come out differently."""

    decision_id: int
    at: datetime
    customer_id: int
    before: Outcome
    after: Outcome


@dataclass(slots=True)
class Replay:
    """Decisions replayed so far. ``kinds``: how often which outcome becomes which."""

    pack: EffectivePack
    installed: EffectivePack
    replayed: int = 0
    not_replayable: int = 0
    differ: int = 0  # recorded under the installed pack, and not what it says now: the program has changed
    changes: list[Change] = field(default_factory=list)

    def take(
        self, decision_id: int, customer_id: int, pack: str, was: Outcome, facts: CallFacts | None
    ) -> None:
        """Replay one decision; ``pack`` is the label it was recorded under."""
        if facts is None:
            self.not_replayable += 1
            return
        self.replayed += 1
        if pack == self.installed.label and Outcome.of(decide(facts, self.installed)) != was:
            self.differ += 1
        now = Outcome.of(decide(facts, self.pack))
        if now != was:
            self.changes.append(Change(decision_id, facts.now, customer_id, was, now))

    def kinds(self) -> list[tuple[tuple[str, str], tuple[str, str], int, int]]:
        """Was (verdict, reason), would be, decisions, customers: the most frequent first."""
        pairs = [
            ((c.before.verdict, c.before.reason), (c.after.verdict, c.after.reason), c.customer_id)
            for c in self.changes
        ]
        decisions = Counter((before, after) for before, after, _ in pairs)
        customers = Counter((before, after) for before, after, _ in set(pairs))
        return [(*kind, count, customers[kind]) for kind, count in decisions.most_common()]

    @property
    def short_of_days(self) -> int:
        """How many more days the tried rules look back than the recorded facts do for sure."""
        return max(0, (self.pack.look_back - self.installed.look_back).days)
