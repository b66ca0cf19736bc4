"""The sections of a rule pack: one model a section, each checked as it is read."""

from __future__ import annotations

from datetime import date
from enum import StrEnum
from typing import Annotated, Literal, Self
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import AfterValidator, Field, StrictBool, StringConstraints, model_validator

from campaigns.compliance.arranged import ArrangedYear
from campaigns.compliance.calendars import CALENDARS
from campaigns.compliance.facts import LineType
from campaigns.compliance.hours import ClockTime
from campaigns.compliance.limits import AtLeast, AtMost, Count, Section, WindowLimit

Name = Annotated[str, StringConstraints(pattern=r"^[A-Za-z][A-Za-z0-9_-]{0,39}$")]


def _known_zone(name: str) -> str:
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError) as error:
        raise ValueError(f"{name!r} is not an IANA time zone") from error
    return name


def _known_calendar(name: str) -> str:
    if name not in CALENDARS:
        raise ValueError(f"there is no calendar {name!r}; known: {', '.join(sorted(CALENDARS))}")
    return name


Zone = Annotated[str, AfterValidator(_known_zone)]
Weekday = Literal["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"]


class InForce(Section):
    """First and last local day on which the pack may be used."""

    from_: date = Field(alias="from")
    until: date | None = None


class DaysOff(Section):
    """Which days are no working days, and the hours on them. ``window`` None: no calls at all.

    A day is off by the calendar, by its weekday or by its date. Where weekends may be worked leave the
    weekdays to the calendar. A year that the calendar does not know is one long day off.
    """

    calendar: Annotated[str, AfterValidator(_known_calendar)] | None = None
    weekdays: tuple[Weekday, ...] = ()
    dates: tuple[date, ...] = ()
    arranged: tuple[ArrangedYear, ...] = ()  # years that the calendar may not know yet
    window: WindowLimit | None


class Times(Section):
    """``zones_from``: what tells where the customer may be; every zone that any of it names must allow the
    call.

    ``fallback_zone`` None: a customer whose zone is unknown is not called.
    """

    zones_from: tuple[Literal["region", "last_region", "area_code"], ...] = ("region",)
    fallback_zone: Zone | None
    window: WindowLimit
    days_off: DaysOff
    last_start_margin_s: AtLeast  # a call starts only when this many seconds later the window is still open
    hang_up_at_window_end: StrictBool


class Region(Section):
    """Where the rules of a part of the country differ. ``names`` are what a customer file may call it."""

    names: tuple[str, ...] = Field(min_length=1)
    zones: tuple[Zone, ...] = ()
    start: ClockTime | None = None  # no call before this local time
    caps: dict[Name, Count] = Field(default_factory=dict)  # lower limits, by the cap's name
    all_party: StrictBool = False  # a call is recorded only when everybody on it agrees


class Cap(AtMost):
    """At most so many ``counts`` in ``days`` local calendar days, today the last of them.

    ``rolling``: and in as many times 24 hours, to the second. ``line``: only calls to such numbers, one of
    unknown type being what ``consent`` takes it for; ``unless_consent``: no limit where prior consent is on
    file.
    """

    counts: Literal["attempts", "talks"]
    per: Literal["debtor", "debt", "number"]
    days: Annotated[int, Field(strict=True, ge=1, le=366)]
    rolling: StrictBool = False
    line: LineType | None = None
    unless_consent: StrictBool = False

    @model_validator(mode="after")
    def _talks_are_the_debtors(self) -> Self:
        if self.counts == "talks" and self.per != "debtor":
            raise ValueError("talks are counted per debtor")
        return self


class Cooldown(Section):
    """Rest after something happened.

    ``after_talk_days`` counts local days, the day of the talk being the first.
    """

    after_talk_h: AtLeast
    after_talk_days: AtLeast | None = None
    after_promise_days: AtLeast  # 1: from the day after the promised day


class DebtorAgreed(Section):
    """What the debtor may agree to. A callback asked for skips what is listed, from its time on, never a
    cap or a window; ``may_widen``: hours agreed in a written record are open to calls, outside the window
    too.
    """

    skips: tuple[Literal["min_gap", "after_talk"], ...] = ()
    grace_min: Count
    may_widen: StrictBool = False


class Then(StrEnum):
    """What becomes of a number whose state allows no attempt, or no further one."""

    RECHECK = "recheck"
    INVALIDATE = "invalidate"
    INVALIDATE_AND_PURGE = "invalidate_and_purge"
    HUMAN_REVIEW = "human_review"
    TRY_OTHER_NUMBER = "try_other_number"


class StateRule(Section):
    """What may be done with a number in one state.

    ``attempts`` charged attempts within ``within_h`` hours, None for no limit beyond the caps; the state is
    to be believed for ``max_age_h`` hours.
    """

    attempts: Count | None
    within_h: Count = 24
    max_age_h: Count = 0
    then: Then | None = None
    recheck_h: Count | None = None

    @model_validator(mode="after")
    def _whole(self) -> Self:
        if self.attempts == 0 and self.then is None:
            raise ValueError("a state without attempts must say what then")
        if self.attempts != 0 and self.max_age_h == 0:
            raise ValueError("a state that allows attempts needs max_age_h")
        if (self.then is Then.RECHECK) != (self.recheck_h is not None):
            raise ValueError("recheck_h goes with then: recheck, and only with it")
        return self


class Voicemail(Section):
    leave: StrictBool


class Dialler(Section):
    """How a dial is made: the least it rings, and how many answered calls may find nobody on our side."""

    ring_min_s: Count
    connect_within_s: Count
    abandoned_max_percent_30d: AtMost
