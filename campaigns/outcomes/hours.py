"""At which hour a customer is likely to answer, and the best of the hours that are open for the next try.

Pure: the same dials give the same hour. Chances are Beta posteriors; the data file says what it goes by.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta, tzinfo
from enum import StrEnum
from functools import cache
from pathlib import Path
from typing import Annotated, Any, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from bot.datafile import load_model

SHIPPED = Path(__file__).with_name("hours.yaml")
MILLE = 1000
SPREAD_MIN = 45  # calls that go to the same hour begin within so many minutes of it
_SPREADER = 7919  # a prime: neighbouring ids land far apart


class DayKind(StrEnum):
    """What kind of day: people answer at other hours on days off. Values are on record."""

    WORK = "work"
    OFF = "off"


Bucket = tuple[DayKind, int]
"""A kind of day and an hour, 0 to 23."""

PerMille = Annotated[int, Field(ge=0, le=MILLE)]
HourOfDay = Annotated[int, Field(ge=0, le=23)]


class HourRules(BaseModel):
    """The figures; the shipped file explains each."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    version: Literal[1]
    answers: dict[DayKind, dict[str, PerMille]]
    file_weight: Annotated[int, Field(ge=1, le=100_000)]
    customer_weight: Annotated[int, Field(ge=1, le=1000)]
    half_life_days: Annotated[int, Field(ge=1, le=3650)]
    neighbour: PerMille
    look_ahead_h: Annotated[int, Field(ge=1, le=24 * 7)]
    least_gain: PerMille
    patience: PerMille

    @model_validator(mode="after")
    def _every_hour(self) -> Self:
        for kind in DayKind:
            hours = self.answers.get(kind)
            if hours is None or "0" not in hours:
                raise ValueError(f"answers of {kind.value} must begin at hour 0")
            if not all(hour.isdecimal() and int(hour) < 24 for hour in hours):
                raise ValueError(f"answers of {kind.value}: hours are 0 to 23")
        return self

    def guess(self, bucket: Bucket) -> float:
        """The file's chance that a call is answered."""
        kind, hour = bucket
        begun = max((int(first) for first in self.answers[kind] if int(first) <= hour), default=0)
        return self.answers[kind][str(begun)] / MILLE

    def weight(self, age: timedelta) -> float:
        """How much a dial of this age counts."""
        return float(0.5 ** (max(0.0, age / timedelta(days=1)) / self.half_life_days))


@dataclass(frozen=True, slots=True)
class Tally:
    """Dials and answers, older ones counting less."""

    dials: float = 0.0
    answers: float = 0.0


@dataclass(frozen=True, slots=True)
class Dial:
    """One dial of a customer, and whether a person answered."""

    at: datetime
    answered: bool


@dataclass(frozen=True, slots=True)
class Chance:
    """How likely an answer is in an hour, and the customer's own dials that it rests on."""

    mean: float
    dials: int
    answers: int


KindOf = Callable[[date], DayKind]


def bucket_of(at: datetime, zone: tzinfo, kind_of: KindOf) -> Bucket:
    wall = at.astimezone(zone)
    return kind_of(wall.date()), wall.hour


class Habit:
    """When a customer answers: the portfolio's habit, bent by their own dials."""

    def __init__(
        self,
        rules: HourRules,
        portfolio: Mapping[Bucket, Tally],
        dials: Iterable[Dial],
        now: datetime,
        zone: tzinfo,
        kind_of: KindOf,
    ) -> None:
        self._rules = rules
        self._portfolio = portfolio
        self._now = now
        self._own = [(bucket_of(dial.at, zone, kind_of), dial) for dial in dials]

    def chance(self, bucket: Bucket) -> Chance:
        """The posterior mean of an answer in ``bucket``."""
        rules = self._rules
        prior = self._prior(bucket)
        alpha, beta = rules.customer_weight * prior, rules.customer_weight * (1 - prior)
        counted = answered = 0
        for (kind, hour), dial in self._own:
            near = abs(hour - bucket[1])
            if kind is not bucket[0] or near > 1:
                continue
            weight = rules.weight(self._now - dial.at) * (1.0 if near == 0 else rules.neighbour / MILLE)
            alpha, beta = alpha + weight * dial.answered, beta + weight * (not dial.answered)
            counted += near == 0
            answered += near == 0 and dial.answered
        return Chance(alpha / (alpha + beta), counted, answered)

    def _prior(self, bucket: Bucket) -> float:
        heard, guess = self._portfolio.get(bucket, Tally()), self._rules.guess(bucket)
        weight = self._rules.file_weight
        return (weight * guess + heard.answers) / (weight + heard.dials)


@dataclass(frozen=True, slots=True)
class Timing:
    """When to call next, and why. ``rule`` is a key of the report labels: first_open or best_hour."""

    at: datetime
    rule: str
    bucket: Bucket | None = None
    chance: Chance | None = None
    first: Chance | None = None  # that of the hour that would have been the soonest

    def record(self) -> dict[str, Any]:
        """As the store keeps it; chances in per mille."""
        told: dict[str, Any] = {"rule": self.rule}
        if self.bucket is not None and self.chance is not None:
            told |= {
                "day": self.bucket[0].value,
                "hour": self.bucket[1],
                "chance": round(MILLE * self.chance.mean),
                "dials": self.chance.dials,
                "answers": self.chance.answers,
            }
        if self.first is not None:
            told["soonest"] = round(MILLE * self.first.mean)
        return told


def best_time(
    openings: Sequence[tuple[datetime, datetime]],
    habit: Habit,
    rules: HourRules,
    zone: tzinfo,
    kind_of: KindOf,
    *,
    spread: int = 0,
) -> Timing | None:
    """The moment to call within ``openings`` (aware, in order), None when there is none.

    The first moment, unless a later hour within ``look_ahead_h`` is better by enough. ``spread`` (an id)
    decides how far into its hour the call begins.
    """
    if not openings:
        return None
    first_at = openings[0][0]
    first = habit.chance(bucket_of(first_at, zone, kind_of))
    best = Timing(first_at, "first_open", bucket_of(first_at, zone, kind_of), first)
    best_worth = first.mean + rules.least_gain / MILLE
    for start, end in _hours(openings, first_at + timedelta(hours=rules.look_ahead_h), zone):
        bucket = bucket_of(start, zone, kind_of)
        chance = habit.chance(bucket)
        days = (start - first_at) / timedelta(days=1)
        worth = chance.mean * (rules.patience / MILLE) ** days
        if start > first_at and worth > best_worth:
            best_worth = worth
            minutes = min((end - start) / timedelta(minutes=1), SPREAD_MIN)
            into = timedelta(minutes=int(spread * _SPREADER % SPREAD_MIN * minutes / SPREAD_MIN))
            best = Timing(start + into, "best_hour", bucket, chance, first)
    return best


def _hours(
    openings: Sequence[tuple[datetime, datetime]], until: datetime, zone: tzinfo
) -> Iterable[tuple[datetime, datetime]]:
    """The openings cut at the full hours of the wall clock, those that begin before ``until``."""
    for opened, closes in openings:
        start = opened
        while start < closes and start < until:
            wall = start.astimezone(zone)
            past = timedelta(minutes=wall.minute, seconds=wall.second, microseconds=wall.microsecond)
            end = min(closes, start - past + timedelta(hours=1))
            yield start, end
            start = end


def load_hours(path: Path = SHIPPED) -> HourRules:
    """Read an hours file. Raises DataFileError."""
    return load_model(path, HourRules)


@cache
def shipped_hours() -> HourRules:
    """The rules that ship, read once."""
    return load_hours()
