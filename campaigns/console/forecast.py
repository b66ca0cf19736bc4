"""What a dry run says of the whole campaign: its figures, scaled, with how sure a sample can be."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from campaigns.experiments.intervals import wilson
from campaigns.outcomes.overview.figures import FUNNEL

SHOWN = tuple(stage for stage in FUNNEL if stage != "kept")  # simulated customers never pay


@dataclass(frozen=True, slots=True)
class Expected:
    """Members that come so far: the estimate, and where it lies with 95 % of certainty as samples go."""

    stage: str
    members: int
    low: int
    high: int


@dataclass(frozen=True, slots=True)
class Bar:
    """One day of the run, as heights of 100."""

    day: str
    dials: int
    connected: int
    promises: int
    height: float
    reached: float


@dataclass(frozen=True, slots=True)
class Forecast:
    """Of the whole campaign. Money in minor units; ``cost`` in units, None where no price is known."""

    sample: int
    members: int
    stages: tuple[Expected, ...]
    dials: int
    talk_s: int
    promised: dict[str, int]
    relief: dict[str, int]
    cost: dict[str, Decimal] | None
    line: str
    started_at: datetime | None
    finished_at: datetime | None
    days: tuple[Bar, ...]

    @property
    def whole(self) -> bool:
        """Every member was simulated."""
        return self.sample == self.members

    def spread(self, total: int) -> tuple[int, int] | None:
        """Where a sum that promises make up lies, as far as their number is uncertain; None where it is not,
        or where the sample says nothing of it.
        """
        promised = next(each for each in self.stages if each.stage == "promise")
        if self.whole or not total or not promised.members:
            return None
        return round(total * promised.low / promised.members), round(total * promised.high / promised.members)


def forecast_of(told: Mapping[str, Any]) -> Forecast:
    """From what the job kept."""
    sample, members = told["members"], told["of"]
    factor = members / sample
    money: Mapping[str, Mapping[str, int]] = told["money"]
    most = max((day["dials"] for day in told["days"]), default=1)
    return Forecast(
        sample=sample,
        members=members,
        stages=tuple(_expected(stage, told["stages"][stage], sample, members) for stage in SHOWN),
        dials=round(told["dials"]["dials"] * factor),
        talk_s=round(told["dials"]["talk_s"] * factor),
        promised={currency: round(each["promised"] * factor) for currency, each in money.items()},
        relief={currency: round(each["relief"] * factor) for currency, each in money.items()},
        cost=None
        if told["cost_unknown"]
        else {currency: Decimal(amount) * members / sample for currency, amount in told["cost"].items()},
        line=told["line"],
        started_at=_time(told["started_at"]),
        finished_at=_time(told["finished_at"]),
        days=tuple(
            Bar(
                day["day"],
                round(day["dials"] * factor),
                round(day["connected"] * factor),
                round(day["promises"] * factor),
                100 * day["dials"] / most,
                100 * day["connected"] / most,
            )
            for day in told["days"]
        ),
    )


def _expected(stage: str, hits: int, sample: int, members: int) -> Expected:
    if stage == FUNNEL[0]:
        return Expected(stage, members, members, members)  # they are known
    rate = wilson(hits, sample)
    if rate is None or sample == members:
        return Expected(stage, hits, hits, hits)
    return Expected(
        stage, round(rate.estimate * members), round(rate.low * members), round(rate.high * members)
    )


def _time(text: str | None) -> datetime | None:
    return None if text is None else datetime.fromisoformat(text)
