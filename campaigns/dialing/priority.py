"""Who is called first: the expected value of a call now, as data, and why.

Whole numbers only, so that every database orders the same; ``campaigns.store.priorities`` computes in SQL
what ``value_of`` computes here.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Annotated, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from bot.datafile import load_model

SHIPPED = Path(__file__).with_name("priorities.yaml")
MOST_VALUE = 999_999_999  # minor units; with the bands below, a priority fits into 32 bits
BROKEN_BAND = -1_000_000_000
CALLBACK_PRIORITY = -2_000_000_000
MILLE = 1000
MOST_CHANCE = MILLE**3

PerMille = Annotated[int, Field(ge=0, le=MILLE)]
Factor = Annotated[int, Field(ge=0, le=10_000)]


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Chances(_Part):
    """Per mille: of calls that a customer answers, of those a promise is made in, of promises kept."""

    answers: PerMille
    promises: PerMille
    kept: PerMille

    @property
    def whole(self) -> int:
        """Of 10⁹."""
        return self.answers * self.promises * self.kept


class Waiting(_Part):
    """From ``from_days`` past due a day costs ``per_mille`` of the amount due."""

    from_days: Annotated[int, Field(ge=-3650, le=3650)]
    per_mille: PerMille


class PriorityRules(_Part):
    """The figures; the shipped file explains each."""

    version: Literal[1]
    grades: dict[Literal["A", "B", "C", "D", "none"], Chances]
    tags: dict[Annotated[str, Field(max_length=48)], Factor] = Field(default_factory=dict, max_length=8)
    after: dict[Annotated[str, Field(max_length=32)], Factor] = Field(default_factory=dict)
    call_cost: Annotated[int, Field(ge=0, le=1_000_000)] = 0
    waiting: tuple[Waiting, ...] = ()

    @model_validator(mode="after")
    def _whole_and_in_order(self) -> Self:
        if missing := {"A", "B", "C", "D", "none"} - self.grades.keys():
            raise ValueError(f"nothing is said of grade {min(missing)}")
        days = [step.from_days for step in self.waiting]
        if days != sorted(set(days)):
            raise ValueError("waiting must rise by from_days")
        return self

    def waiting_at(self, days_past_due: int) -> int:
        """Per mille of the amount that a day of waiting costs."""
        passed = [step.per_mille for step in self.waiting if step.from_days <= days_past_due]
        return passed[-1] if passed else 0


@dataclass(frozen=True, slots=True)
class MemberFacts:
    """What the value of a call to a member goes by. ``tags``: those of the customer, rules or no rules."""

    amount_due: int
    days_past_due: int
    grade: str | None
    tags: frozenset[str] = frozenset()
    outcome: str | None = None  # the latest in this campaign
    broken: bool = False  # the latest promise on the account is broken and not made good
    callback: bool = False  # the customer asked to be called at a time


@dataclass(frozen=True, slots=True)
class Value:
    """The value of a call now, minor units, and what it is made of. ``chance``: of 10⁹, that it is paid."""

    brings: int
    waiting: int
    cost: int
    chance: int
    grade: str
    factors: tuple[tuple[str, int], ...]  # tags and outcome that raised or lowered the chance, per mille
    callback: bool
    broken: bool

    @property
    def total(self) -> int:
        return max(-MOST_VALUE, min(MOST_VALUE, self.brings + self.waiting - self.cost))

    @property
    def priority(self) -> int:
        """Lower is sooner."""
        if self.callback:
            return CALLBACK_PRIORITY
        return -self.total + (BROKEN_BAND if self.broken else 0)


def value_of(facts: MemberFacts, rules: PriorityRules) -> Value:
    """The expected value of a call to a member now."""
    grade = facts.grade if facts.grade in rules.grades else None
    chances = rules.grades[grade or "none"]
    factors = [(tag, factor) for tag, factor in sorted(rules.tags.items()) if tag in facts.tags]
    if facts.outcome in rules.after:
        factors.append((facts.outcome, rules.after[facts.outcome]))
    chance = chances.whole
    for _, factor in factors:
        chance = min(MOST_CHANCE, chance * factor // MILLE)
    due = max(0, min(facts.amount_due, MOST_VALUE))
    return Value(
        brings=due * chance // MOST_CHANCE,
        waiting=due * rules.waiting_at(facts.days_past_due) // MILLE,
        cost=rules.call_cost,
        chance=chance,
        grade=grade or "none",
        factors=tuple(factors),
        callback=facts.callback,
        broken=facts.broken,
    )


def load_priorities(path: Path = SHIPPED) -> PriorityRules:
    """Read a priority file. Raises DataFileError."""
    return load_model(path, PriorityRules)


@cache
def shipped_priorities() -> PriorityRules:
    """The rules that ship, read once."""
    return load_priorities()
