"""The figures of a report over campaigns and days, as the database counts them.

Two units are kept apart. *Members*: a customer's place in one campaign, counted once, by the furthest that
they came in the period. *Dials*: each attempt that the line placed. Money is in minor units, by currency,
never added over currencies. ``report_labels.yaml`` has the definitions that stand beside them.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Hashable, Iterable
from dataclasses import dataclass, field, fields
from datetime import datetime
from enum import StrEnum
from typing import Any, Self, TypeVar

from campaigns.errors import NotFoundError
from campaigns.outcomes.overview.period import Period
from campaigns.outcomes.overview.rates import Cost, Rates, total_cost

Cell = TypeVar("Cell")


class Dimension(StrEnum):
    """What a report can be broken down by; members, dials and decisions have their own."""

    CAMPAIGN = "campaign"
    GRADE = "grade"
    TREATMENT = "treatment"
    ARM = "arm"
    SCRIPT = "script"
    HOUR = "hour"
    LINE = "line"
    CALLER = "caller"
    REASON = "reason"


OF_MEMBERS = (Dimension.CAMPAIGN, Dimension.GRADE, Dimension.TREATMENT, Dimension.ARM)
OF_DIALS = (Dimension.SCRIPT, Dimension.HOUR, Dimension.LINE, Dimension.CALLER)
USUAL = tuple(Dimension)


def parse_dimensions(text: str) -> tuple[Dimension, ...]:
    """``grade,hour`` as values; empty: all. Raises NotFoundError, naming those that there are."""
    names = [part.strip() for part in text.split(",") if part.strip()]
    wrong = [name for name in names if name not in set(Dimension)]
    if wrong:
        raise NotFoundError(f"a report is not by {wrong[0]!r}; it can be by {', '.join(Dimension)}")
    return tuple(dict.fromkeys(Dimension(name) for name in names)) or USUAL


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


@dataclass(frozen=True, slots=True)
class Group:
    """One row of a break-down by dials: its cost is of calls only."""

    key: Any
    dials: Dials
    money: dict[str, Money]
    cost: Cost
    lost: int


@dataclass(frozen=True, slots=True)
class MemberGroup:
    """One row of a break-down by members."""

    key: Any
    stages: Stages
    money: dict[str, Money]


@dataclass(frozen=True, slots=True)
class Overview:
    """Everything that the report shows."""

    period: Period
    zone: str
    as_of: datetime | None
    campaigns: tuple[str, ...]
    by: tuple[Dimension, ...]
    paid_days: int
    held_out: int  # members whom an experiment keeps from the bot; not among the loaded
    members: tuple[MemberCell, ...]
    cells: tuple[DialCell, ...]
    reasons: tuple[ReasonRow, ...]
    messages: dict[str, int]
    rates: Rates

    @property
    def stages(self) -> Stages:
        return Stages.of(cell.stages for cell in self.members)

    @property
    def money(self) -> dict[str, Money]:
        return _by_currency((cell.currency, cell.money) for cell in self.members)

    @property
    def dials(self) -> Group:
        """All of them."""
        return self._group(None, list(self.cells))

    @property
    def message_cost(self) -> Cost:
        return total_cost(self.rates.of_messages(*item) for item in self.messages.items())

    @property
    def cost(self) -> Cost:
        """Of calls and messages."""
        return total_cost((self.dials.cost, self.message_cost))

    @property
    def currencies(self) -> tuple[str, ...]:
        """Of the money; those without any are left out."""
        return tuple(sorted(currency for currency, money in self.money.items() if money != Money()))

    def by_members(self, dimension: Dimension) -> tuple[MemberGroup, ...]:
        grouped = _grouped(self.members, lambda cell: cell.key[dimension])
        return tuple(
            MemberGroup(
                key,
                Stages.of(cell.stages for cell in cells),
                _by_currency((cell.currency, cell.money) for cell in cells),
            )
            for key, cells in grouped
        )

    def by_dials(self, dimension: Dimension) -> tuple[Group, ...]:
        grouped = _grouped(self.cells, lambda cell: cell.key[dimension])
        return tuple(self._group(key, cells) for key, cells in grouped)

    def _group(self, key: Any, cells: list[DialCell]) -> Group:
        return Group(
            key,
            Dials.of(cell.dials for cell in cells),
            _by_currency(item for cell in cells for item in cell.money.items()),
            total_cost(
                self.rates.of_calls(cell.line, cell.dials.dials - cell.lost, cell.billed) for cell in cells
            ),
            sum(cell.lost for cell in cells),
        )


def _grouped(cells: Iterable[Cell], key: Callable[[Cell], Hashable]) -> list[tuple[Any, list[Cell]]]:
    groups: defaultdict[Any, list[Cell]] = defaultdict(list)
    for cell in cells:
        groups[key(cell)].append(cell)
    return sorted(groups.items(), key=lambda item: _order(item[0]))


def _order(key: Any) -> tuple[tuple[bool, Any], ...]:
    parts = key if isinstance(key, tuple) else (key,)
    return tuple((part is None, "" if part is None else part) for part in parts)


def _by_currency(parts: Iterable[tuple[str, Money]]) -> dict[str, Money]:
    money: defaultdict[str, list[Money]] = defaultdict(list)
    for currency, amounts in parts:
        money[currency].append(amounts)
    return {currency: Money.of(amounts) for currency, amounts in sorted(money.items())}
