"""Proposals of treatments: a higher limit, another product. Somebody else decides on them."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Annotated, Any, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from bot.datafile import load_model

SHIPPED = Path(__file__).with_name("proposals.yaml")

Minor = Annotated[int, Field(ge=1, le=10**13, strict=True)]
Percent = Annotated[int, Field(ge=1, le=1000, strict=True)]


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Band(_Part):
    upto: Percent
    raise_percent: Percent


class LimitIncrease(_Part):
    bands: tuple[Band, ...] = Field(min_length=1)
    at_most: Minor
    step: Minor

    @model_validator(mode="after")
    def _rising(self) -> Self:
        ends = [band.upto for band in self.bands]
        if ends != sorted(set(ends)):
            raise ValueError("the bands rise")
        return self


class CrossSell(_Part):
    product: str = Field(min_length=1, max_length=48)
    amount_percent: Percent
    at_most: Minor
    step: Minor


class Proposals(_Part):
    """The file; the shipped one says what each key means."""

    version: int = Field(ge=1)
    every_days: int = Field(ge=1, le=366)
    limit_increase: LimitIncrease
    cross_sell: CrossSell

    def limit(self, limit: int, balance: int, currency: str) -> dict[str, Any] | None:
        """What is proposed for a limit that is used so far; None where nothing is. Minor units."""
        if limit <= 0:
            return None
        used = utilisation(limit, balance)
        rule = self.limit_increase
        band = next((band for band in rule.bands if used <= band.upto), None)
        if band is None:
            return None
        more = min(limit * band.raise_percent // 100, rule.at_most) // rule.step * rule.step
        if more <= 0:
            return None
        return {
            "utilisation": used,
            "limit": limit,
            "proposed_limit": limit + more,
            "currency": currency,
        }

    def product(self, limit: int, balance: int, currency: str) -> dict[str, Any] | None:
        """The further product that is proposed; None where its amount would be nothing. Minor units."""
        rule = self.cross_sell
        amount = min(max(limit, 0) * rule.amount_percent // 100, rule.at_most) // rule.step * rule.step
        if amount <= 0:
            return None
        return {
            "utilisation": utilisation(limit, balance),
            "limit": limit,
            "product": rule.product,
            "proposed_amount": amount,
            "currency": currency,
        }


def utilisation(limit: int, balance: int) -> int:
    """Percent of the limit that is used, rounded down; an overpaid account uses nothing."""
    return max(0, balance) * 100 // limit if limit > 0 else 0


def load_proposals(path: Path = SHIPPED) -> Proposals:
    """Read a proposals file. Raises DataFileError with file, line and key."""
    return load_model(path, Proposals)


@cache
def shipped_proposals() -> Proposals:
    """The file that ships, read once."""
    return load_proposals()
