"""The figures of a report over campaigns and days, as programs ask for them and are told them."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import Annotated, Any, Final, Literal

from pydantic import Field, StringConstraints

from campaigns.console.api.endpoint import Given, Told
from campaigns.console.api.fields import Day
from campaigns.experiments.intervals import Interval
from campaigns.outcomes.overview.dimensions import USUAL, Dimension

_NAME: Final = "[A-Za-z0-9][A-Za-z0-9._-]{0,63}"
_BY: Final = "|".join(Dimension)
Names = Annotated[str, StringConstraints(pattern=rf"^{_NAME}(,{_NAME}){{0,199}}$")]
Dimensions = Annotated[str, StringConstraints(pattern=rf"^({_BY})(,({_BY})){{0,8}}$")]


class ReportQuery(Given):
    """Whole local days, both ends included."""

    campaigns: Annotated[
        Names | None, Field(description="Names of campaigns, parted by commas; without it all.")
    ] = None
    first: Annotated[Day | None, Field(description="The first day.")] = None
    last: Annotated[Day | None, Field(description="The last day.")] = None
    by: Annotated[
        Dimensions | None, Field(description=f"Break-downs, parted by commas: {', '.join(Dimension)}.")
    ] = None
    paid_days: Annotated[
        int, Field(ge=1, le=60, description="Payments count for so many days from a call.")
    ] = 7

    @property
    def names(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys((self.campaigns or "").split(","))) if self.campaigns else ()

    @property
    def dimensions(self) -> tuple[Dimension, ...]:
        return tuple(dict.fromkeys(Dimension(name) for name in self.by.split(","))) if self.by else USUAL


class IntervalOut(Told):
    """An estimate and the ends of its 95 % interval."""

    estimate: float
    low: float
    high: float

    @classmethod
    def of(cls, found: Interval | None) -> IntervalOut | None:
        return None if found is None else cls.model_validate(found)


class StagesOut(Told):
    """Members by the furthest stage reached; each but ``paid`` includes the later ones.

    ``paid``: a payment within the days that count, promised or not.
    """

    loaded: int
    eligible: int
    dialed: int
    connected: int
    right_party: int
    promise: int
    kept: int
    paid: int


class MoneyFigures(Told):
    """Money of one currency, in minor units.

    ``relief``: the most waived by promises made, ``relief_kept``: by those kept.
    """

    promised: int
    kept: int
    relief: int
    relief_kept: int
    paid: int


class DialsOut(Told):
    """Dials and what came of them. ``due``: promises whose day has come. Rates are fractions; null: of none.

    ``contact_rate`` of dials, ``right_party_rate`` of dials, ``promise_rate`` of right parties, ``kept_rate``
    of promises that are due.
    """

    dials: int
    connected: int
    right_party: int
    promises: int
    due: int
    kept: int
    talk_s: int
    contact_rate: float | None
    right_party_rate: float | None
    promise_rate: float | None
    kept_rate: float | None


class CostOut(Told):
    """Money by currency, in units, as decimal text.

    ``amounts`` null: the prices of the lines and channels under ``unknown`` are not known.
    """

    amounts: dict[str, Decimal] | None
    unknown: tuple[str, ...]


class MemberRow(Told):
    """Members of one campaign, grade, treatment or arm; ``key`` null: of none."""

    key: str | None
    stages: StagesOut
    money: dict[str, MoneyFigures]


class DialRow(Told):
    """Dials of one hour of the day (0 to 23, in ``zone``), line or caller number; ``key`` null: not known.

    ``lost``: dials whose end a crash hid. ``cost``: of the calls alone.
    """

    key: str | int | None
    dials: DialsOut
    money: dict[str, MoneyFigures]
    cost: CostOut
    lost: int


class ScriptRow(Told):
    """Dials held with one version of a script. ``promises``: of right parties, with its interval."""

    script: str | None
    version: str | None
    arm: str | None
    dials: DialsOut
    promises: IntervalOut | None
    money: dict[str, MoneyFigures]
    cost: CostOut
    lost: int


class ReasonRow(Told):
    """Decisions with one verdict and reason. ``holds_back``: members never allowed, on whom it was the last
    word.
    """

    verdict: Literal["allow", "defer", "refuse"]
    reason: str
    decisions: int
    customers: int
    holds_back: int


class OverviewOut(Told):
    """The whole report. Break-downs that were not asked for are null.

    ``stages``: of members, each counted once by the furthest they came. ``money``: by currency.
    ``messages``: sent, by channel. ``held_out``: members whom an experiment keeps from the bot.
    ``call_cost`` and ``message_cost`` make up ``cost``.
    """

    first: date | None
    last: date | None
    zone: str
    as_of: datetime | None
    campaigns: tuple[str, ...]
    paid_days: int
    held_out: int
    stages: StagesOut
    money: dict[str, MoneyFigures]
    dials: DialsOut
    messages: dict[str, int]
    call_cost: CostOut
    message_cost: CostOut
    cost: CostOut
    by_campaign: tuple[MemberRow, ...] | None
    by_grade: tuple[MemberRow, ...] | None
    by_treatment: tuple[MemberRow, ...] | None
    by_arm: tuple[MemberRow, ...] | None
    by_script: tuple[ScriptRow, ...] | None
    by_hour: tuple[DialRow, ...] | None
    by_line: tuple[DialRow, ...] | None
    by_caller: tuple[DialRow, ...] | None
    by_reason: tuple[ReasonRow, ...] | None


class ReportOut(Told):
    """``counting``: it is being counted anew; ask again in a moment. ``report`` null: there is none yet.

    ``counted_at``: when it was counted; null: just now.
    """

    counting: bool
    counted_at: datetime | None
    report: OverviewOut | None


def plain(values: Any) -> dict[str, Any]:
    """Slotted figures as keywords."""
    return {name: getattr(values, name) for name in values.__dataclass_fields__}
