"""When a campaign calls: its own hours and days. They lie within the law's, or they are cut to it."""

from __future__ import annotations

import re
from datetime import date, timedelta
from typing import Annotated, Any, Self

from pydantic import AfterValidator, BeforeValidator, Field, StrictBool, model_validator

from campaigns.compliance.hours import Hours, HoursField
from campaigns.compliance.limits import Section
from campaigns.compliance.personal import closed, opened
from campaigns.said import Code, WrongValue

DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
FURTHEST_START = timedelta(days=30)  # nothing open within 40 days counts as never open
_DAYS = re.compile(rf"({'|'.join(DAYS)})(?:-({'|'.join(DAYS)}))?")


def _days(text: Any) -> Any:
    match = _DAYS.fullmatch(text) if isinstance(text, str) else None
    if match is None or (match[2] and DAYS.index(match[1]) >= DAYS.index(match[2])):
        raise ValueError(f"days are written as mon or mon-fri, not {text!r}")
    return text


def _in_order(stretches: tuple[Hours, ...]) -> tuple[Hours, ...]:
    return tuple(opened([], stretches))


Days = Annotated[str, BeforeValidator(_days)]
Stretches = Annotated[tuple[HoursField, ...], AfterValidator(_in_order)]


class CampaignWindow(Section):
    """A campaign's hours by weekday and date, local to the customer.

    ``hours``: by ``mon`` or ``mon-fri``; a weekday that none names is closed; none at all: as the law says.
    ``holidays``: whether calls are made on days that the rule pack's calendar has off.
    """

    hours: dict[Days, Stretches] = Field(default_factory=dict)
    starts_on: date | None = None
    ends_on: date | None = None
    holidays: StrictBool = True
    closed_on: tuple[date, ...] = ()
    not_during: Stretches = ()

    @model_validator(mode="after")
    def _can_open(self) -> Self:
        if self.starts_on and self.ends_on and self.starts_on > self.ends_on:
            raise WrongValue("starts_on is after ends_on")
        named = [day for days in self.hours for day in _weekdays(days)]
        if twice := sorted({DAYS[day] for day in named if named.count(day) > 1}):
            raise WrongValue("%(day)s is named twice", day=Code("weekday", twice[0]))
        if self.hours and not any(self._of_weekday(day) for day in range(7)):
            raise WrongValue("no hour is left to call in")
        return self

    def on(self, day: date, *, day_off: bool) -> list[Hours] | None:
        """The stretches of a local day, in order; None: as the law says."""
        if (
            (self.starts_on is not None and day < self.starts_on)
            or (self.ends_on is not None and day > self.ends_on)
            or (day_off and not self.holidays)
            or day in self.closed_on
        ):
            return []
        return self._of_weekday(day.weekday()) if self.hours else None

    def within(self, stretches: list[Hours], day: date, *, day_off: bool) -> list[Hours]:
        """What the campaign makes of the hours that the law leaves on a day."""
        own = self.on(day, day_off=day_off)
        if own is not None:
            stretches = [both for a in stretches for b in own if (both := a.overlap(b)) is not None]
        return closed(stretches, self.not_during)

    def set_for(self, weekday: int) -> list[Hours]:
        """The stretches of a weekday (0: Monday) as ``hours`` has them."""
        return [hours for days, many in self.hours.items() if weekday in _weekdays(days) for hours in many]

    def _of_weekday(self, weekday: int) -> list[Hours]:
        return closed(self.set_for(weekday), self.not_during)

    def __str__(self) -> str:
        parts = [f"{days} {', '.join(map(str, hours))}" for days, hours in self.hours.items()]
        if self.starts_on or self.ends_on:
            parts.append(f"{self.starts_on or '..'} to {self.ends_on or '..'}")
        if not self.holidays:
            parts.append("not on holidays")
        if self.closed_on:
            parts.append("not on " + ", ".join(map(str, self.closed_on)))
        if self.not_during:
            parts.append("not during " + ", ".join(map(str, self.not_during)))
        return "; ".join(parts) or "as the law says"


def _weekdays(days: str) -> range:
    first, _, last = days.partition("-")
    return range(DAYS.index(first), DAYS.index(last or first) + 1)
