"""A campaign's own hours, as programs say and are told them."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any

from pydantic import Field, StringConstraints

from campaigns.compliance.campaign_window import DAYS, CampaignWindow
from campaigns.compliance.effective import EffectivePack
from campaigns.console.api.endpoint import Given, Told
from campaigns.console.api.fields import Day
from campaigns.console.lawful import lawful_window
from campaigns.console.visit import Visit

Clock = Annotated[str, StringConstraints(pattern=r"^([01][0-9]|2[0-3]):[0-5][0-9]$")]


class Stretch(Given):
    """From ``opens``, included, to ``closes``, not included: ``HH:MM``, on one day."""

    opens: Clock
    closes: Clock


Stretches = Annotated[tuple[Stretch, ...], Field(max_length=10)]


class DaysIn(Given):
    """The hours of each weekday; without any it is closed."""

    mon: Stretches = ()
    tue: Stretches = ()
    wed: Stretches = ()
    thu: Stretches = ()
    fri: Stretches = ()
    sat: Stretches = ()
    sun: Stretches = ()


class HoursIn(Given):
    """When a campaign calls, local to the customer. What reaches out of the law's hours is refused (409).

    ``days`` null: as the law says. ``not_during``: pauses of every day. ``holidays``: it calls on days too
    that the calendar of the rules has off.
    """

    days: DaysIn | None = None
    not_during: Stretches = ()
    starts_on: Day | None = None
    ends_on: Day | None = None
    holidays: bool = True
    closed_on: Annotated[tuple[Day, ...], Field(max_length=100)] = ()

    def window(self, pack: EffectivePack, today: date) -> CampaignWindow:
        """Raises ConflictError: it cannot be so, or reaches out of the law's hours."""
        days = {} if self.days is None else {day: _pairs(getattr(self.days, day)) for day in DAYS}
        opening = {day: pairs for day, pairs in days.items() if pairs}  # a day that is not named is closed
        told: dict[str, Any] = {
            "hours": opening or days,
            "not_during": _pairs(self.not_during),
            "starts_on": self.starts_on,
            "ends_on": self.ends_on,
            "holidays": self.holidays,
            "closed_on": list(self.closed_on),
        }
        return lawful_window(told, pack, today)


class DaysOut(Told):
    """The hours of each weekday; without any it is closed."""

    mon: tuple[Stretch, ...]
    tue: tuple[Stretch, ...]
    wed: tuple[Stretch, ...]
    thu: tuple[Stretch, ...]
    fri: tuple[Stretch, ...]
    sat: tuple[Stretch, ...]
    sun: tuple[Stretch, ...]


class HoursOut(Told):
    """A campaign's own hours. ``days`` null: as the law says."""

    days: DaysOut | None
    not_during: tuple[Stretch, ...]
    starts_on: date | None
    ends_on: date | None
    holidays: bool
    closed_on: tuple[date, ...]

    @classmethod
    def of(cls, window: CampaignWindow | None) -> HoursOut | None:
        if window is None:
            return None
        days = {name: _stretches(window.set_for(place)) for place, name in enumerate(DAYS)}
        return cls(
            days=DaysOut(**days) if window.hours else None,
            not_during=_stretches(window.not_during),
            starts_on=window.starts_on,
            ends_on=window.ends_on,
            holidays=window.holidays,
            closed_on=window.closed_on,
        )


def window_of(visit: Visit, hours: HoursIn | None) -> CampaignWindow | None:
    """The hours as the store keeps them. Raises ConflictError: they reach out of the law's."""
    if hours is None:
        return None
    with visit.reading() as session:
        today = visit.services.local_now(session).date()
    return hours.window(visit.services.pack, today)


def _pairs(stretches: tuple[Stretch, ...]) -> list[list[str]]:
    return [[each.opens, each.closes] for each in stretches]


def _stretches(hours: Any) -> tuple[Stretch, ...]:
    return tuple(Stretch(opens=f"{each.start:%H:%M}", closes=f"{each.end:%H:%M}") for each in hours)
