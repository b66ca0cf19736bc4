"""What calls and messages cost, by the contract with whoever carries them. Unknown is not zero."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from bot.datafile import load_model

SHIPPED = Path(__file__).with_name("rates.yaml")

Price = Annotated[Decimal, Field(ge=0, decimal_places=6)]
Currency = Annotated[str, Field(pattern="^[A-Z]{3}$")]


class LineRate(BaseModel):
    """Prices of one line in units of ``currency``; None: not known."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    currency: Currency
    per_minute: Price | None = None
    increment_s: int = Field(default=60, ge=1, le=3600)
    per_attempt: Price | None = None


class MessageRate(BaseModel):
    """Price of one message in units of ``currency``."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    currency: Currency
    each: Price


class Rates(BaseModel):
    """The file of rates."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    version: int = Field(ge=1)
    lines: dict[str, LineRate] = Field(default_factory=dict)
    messages: dict[str, MessageRate] = Field(default_factory=dict)

    def increments(self) -> dict[str, int]:
        """Seconds that an answered call is rounded up to, by line; 60 for one without an entry."""
        return {name: rate.increment_s for name, rate in self.lines.items()}

    def of_calls(self, line: str | None, attempts: int, increments: int) -> Cost:
        """The cost of dials on one line and of the increments they were billed for."""
        if not attempts and not increments:
            return Cost()
        rate = self.lines.get(line or "")
        if (
            rate is None
            or (rate.per_attempt is None and attempts)
            or (rate.per_minute is None and increments)
        ):
            return Cost(unknown=frozenset({line or "?"}))
        amount = attempts * (rate.per_attempt or Decimal()) + (
            increments * rate.increment_s * (rate.per_minute or Decimal()) / 60
        )
        return Cost({rate.currency: amount})

    def of_messages(self, channel: str, messages: int) -> Cost:
        rate = self.messages.get(channel)
        if not messages:
            return Cost()
        if rate is None:
            return Cost(unknown=frozenset({channel}))
        return Cost({rate.currency: messages * rate.each})


@dataclass(frozen=True, slots=True)
class Cost:
    """Money by currency, in units; ``unknown``: lines and channels whose prices nobody has told.

    With anything unknown in it a cost as a whole is unknown: a part of it would read like all of it.
    """

    amounts: dict[str, Decimal] = field(default_factory=dict)
    unknown: frozenset[str] = frozenset()

    def of(self, currency: str) -> Decimal | None:
        """The amount in one currency; None when it is not known."""
        return None if self.unknown else self.amounts.get(currency, Decimal())


def total_cost(costs: Iterable[Cost]) -> Cost:
    """All of them together."""
    amounts: defaultdict[str, Decimal] = defaultdict(Decimal)
    unknown: frozenset[str] = frozenset()
    for cost in costs:
        for currency, amount in cost.amounts.items():
            amounts[currency] += amount
        unknown |= cost.unknown
    return Cost(dict(amounts), unknown)


def load_rates(path: Path | None = None) -> Rates:
    """The rates of ``path``, or those that ship. Raises DataFileError with file, line and key."""
    return load_model(path or SHIPPED, Rates)
