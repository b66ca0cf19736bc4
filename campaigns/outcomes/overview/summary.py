"""The report as a value: what was counted, rolled up by each dimension, and what it cost."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Hashable, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeVar

from campaigns.outcomes.overview.dimensions import Dimension
from campaigns.outcomes.overview.figures import DialCell, Dials, MemberCell, Money, ReasonRow, Stages
from campaigns.outcomes.overview.period import Period
from campaigns.outcomes.overview.rates import Cost, Rates, total_cost

Cell = TypeVar("Cell")


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
