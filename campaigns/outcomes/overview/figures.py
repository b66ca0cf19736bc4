"""The figures of a report over campaigns and days, as the database counts them.

Two units are kept apart. *Members*: a customer's place in one campaign, counted once, by the furthest that
they came in the period. *Dials*: each attempt that the line placed. Money is in minor units, by currency,
never added over currencies. ``report_labels.yaml`` has the definitions that stand beside them.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, fields
from typing import Any, Self

from campaigns.outcomes.overview.dimensions import Dimension


class _Sum:
    """Counts that add up."""

    __slots__ = ()

    @classmethod
    def of(cls, parts: Iterable[Self]) -> Self:
        rows = list(parts)
        return cls(*(sum(getattr(row, item.name) for row in rows) for item in fields(cls)))  # type: ignore[arg-type]


@dataclass(frozen=True, slots=True)
class Stages(_Sum):
    """Members by the furthest stage reached; all but ``paid`` include those of the later stages."""

    loaded: int = 0
    eligible: int = 0
    dialed: int = 0
    connected: int = 0
    right_party: int = 0
    promise: int = 0
    kept: int = 0
    paid: int = 0  # a payment within the days that count, promised or not


FUNNEL = ("loaded", "eligible", "dialed", "connected", "right_party", "promise", "kept")


@dataclass(frozen=True, slots=True)
class Dials(_Sum):
    """Dials and what came of them; ``promises`` and ``kept`` are counted where the dial is."""

    dials: int = 0
    connected: int = 0
    right_party: int = 0
    promises: int = 0
    due: int = 0  # promises whose day has come: kept or broken
    kept: int = 0
    talk_s: int = 0


@dataclass(frozen=True, slots=True)
class Money(_Sum):
    """Money of one currency. ``relief``: the most waived by promises made, ``relief_kept``: by those kept."""

    promised: int = 0
    kept: int = 0
    relief: int = 0
    relief_kept: int = 0
    paid: int = 0


@dataclass(frozen=True, slots=True)
class MemberCell:
    """Members that are alike in all dimensions asked for."""

    key: dict[Dimension, Any]
    currency: str
    stages: Stages
    money: Money


@dataclass(frozen=True, slots=True)
class DialCell:
    """Dials that are alike. ``key[SCRIPT]`` is (flow, version, arm); ``line`` is there for the cost.

    ``billed``: increments of answered time, each call rounded up. ``lost``: dials whose end a crash hid.
    """

    key: dict[Dimension, Any]
    line: str | None
    dials: Dials
    billed: int
    lost: int = 0
    money: dict[str, Money] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class ReasonRow:
    """Decisions with one verdict and reason, over ``customers``; ``holds_back``: members never allowed in the
    period, on whom this was the latest word.
    """

    verdict: str
    reason: str
    decisions: int
    customers: int
    holds_back: int
