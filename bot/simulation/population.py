"""Whom simulated calls are to: briefs drawn by seed from the ranges of a data file."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from pathlib import Path
from random import Random
from typing import Annotated, Literal, Self

from pydantic import AfterValidator, AwareDatetime, BaseModel, ConfigDict, Field, model_validator

from bot.datafile import load_model
from bot.dialogue.brief import (
    Brief,
    BrokenPromise,
    Debt,
    InstalmentPlan,
    Invitation,
    Offer,
    Party,
    unknown_caller,
)
from bot.dialogue.speech import Speech


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


def _in_order(ends: tuple[int, int]) -> tuple[int, int]:
    if ends[0] > ends[1]:
        raise ValueError("a range goes from the lower to the higher")
    return ends


Range = Annotated[tuple[int, int], AfterValidator(_in_order)]
Chance = Annotated[float, Field(ge=0, le=1)]


class Ranges(_Strict):
    """From what a customer is drawn. Money in major units; percent of the amount due; days from the call.

    ``unknown`` is how often a caller's number is nobody's here, ``invitation`` the approved words of one.
    """

    amount_due: Range
    minimum_percent: Range
    days_past_due: Range
    id_tail: Chance
    offer: Chance
    offer_percent: Range
    offer_days: Range
    instalments: Chance = 0.0
    instalment_count: Range = (3, 12)
    broken_promise: bool = False
    invitation: str = ""
    unknown: Chance = 0.0


class PopulationFile(_Strict):
    """The file ``population.yml``: the ``default`` ranges, and what is other in some ``flows``."""

    at: AwareDatetime
    institution: str
    hotline: str
    products: list[str] = Field(min_length=1)
    default: Ranges
    flows: dict[str, dict[str, object]] = {}

    @model_validator(mode="after")
    def _flows_are_ranges(self) -> Self:
        for flow in self.flows:
            self.ranges(flow)
        return self

    def ranges(self, flow: str) -> Ranges:
        return Ranges.model_validate(self.default.model_dump() | self.flows.get(flow, {}))


class NameFile(_Strict):
    """The file ``names.yml``."""

    surnames: list[str] = Field(min_length=1)
    given: dict[Literal["male", "female"], list[str]]


@dataclass(frozen=True, slots=True)
class Population:
    """Draws customers. Calls begin at ``at``."""

    file: PopulationFile
    names: NameFile
    speech: Speech

    @classmethod
    def load(cls, language_dir: Path, speech: Speech) -> Self:
        """Raises DataFileError."""
        return cls(
            load_model(language_dir / "population.yml", PopulationFile),
            load_model(language_dir / "names.yml", NameFile),
            speech,
        )

    @property
    def at(self) -> datetime:
        return self.file.at

    def draw(self, flow: str, random: Random) -> Brief:
        """One customer for a call of ``flow``."""
        ranges = self.file.ranges(flow)
        today = self.at.astimezone(self.speech.zone).date()
        days = random.randint(*ranges.days_past_due)
        amount = random.randint(ranges.amount_due[0] * 100, ranges.amount_due[1] * 100)
        debt = Debt(
            product=self.speech.product(random.choice(self.file.products)),
            amount_due=amount,
            minimum_due=_share(amount, ranges.minimum_percent, random),
            currency="CNY",
            due_date=today - timedelta(days=days),
            days_past_due=days,
        )
        offer = None
        if random.random() < ranges.offer:
            until = today + timedelta(days=random.randint(*ranges.offer_days))
            waives = _share(amount, ranges.offer_percent, random)
            offer = Offer("1", waives, until, "simulation", until)
        party = self._party(random, with_tail=random.random() < ranges.id_tail)
        brief = Brief(self.file.institution, self.file.hotline, party, debt, offer)
        return self._more(brief, ranges, today, random)

    def _more(self, brief: Brief, ranges: Ranges, today: date, random: Random) -> Brief:
        """What only some flows need. Nothing is drawn for what a flow has not."""
        soon, debt = today + timedelta(days=7), brief.debt
        if ranges.unknown and random.random() < ranges.unknown:
            return unknown_caller(brief.institution, brief.hotline)
        if ranges.instalments and random.random() < ranges.instalments:
            count = random.randint(*ranges.instalment_count)
            plan = InstalmentPlan("1", count, -(-debt.amount_due // count), soon, "simulation", soon)
            brief = replace(brief, instalments=plan)
        if ranges.broken_promise:
            broken = BrokenPromise(debt.amount_due, today - timedelta(days=random.randint(1, 5)))
            brief = replace(brief, broken_promise=broken)
        if ranges.invitation:
            brief = replace(brief, invitation=Invitation(ranges.invitation, soon))
        return brief

    def _party(self, random: Random, *, with_tail: bool) -> Party:
        gender = random.choice(sorted(self.names.given))
        name = random.choice(self.names.surnames) + random.choice(self.names.given[gender])
        tail = f"{random.randrange(1000):03d}{random.choice('0123456789X')}" if with_tail else ""
        return Party(name, self.speech.honorific(gender), tail)


def _share(amount: int, percent: tuple[int, int], random: Random) -> int:
    return max(amount * random.randint(*percent) // 100, 1)
