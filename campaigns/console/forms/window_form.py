"""A campaign's own hours, from a form and back into one."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any, Final

from pydantic import ValidationError

from campaigns.compliance.campaign_window import DAYS, CampaignWindow
from campaigns.compliance.effective import EffectivePack
from campaigns.compliance.personal import opened
from campaigns.console.forms.typed import Typed, UnfitError
from campaigns.refused import wrong_in

OWN: Final = "own"
LOOKED_AHEAD: Final = 14  # days whose law counts


def window_of(typed: Typed, pack: EffectivePack, today: date) -> CampaignWindow | None:
    """None: as the law says. Raises UnfitError: it cannot be so, or reaches out of the law's hours."""
    if typed("hours") != OWN:
        return None
    told: dict[str, Any] = {
        "hours": {day: list(map(_stretch, typed.parts(f"hours_{day}"))) for day in DAYS},
        "not_during": list(map(_stretch, typed.parts("not_during"))),
        "starts_on": typed.day("starts_on"),
        "ends_on": typed.day("ends_on"),
        "holidays": bool(typed("holidays")),
        "closed_on": [_day(part) for part in typed.parts("closed_on")],
    }
    try:
        window = CampaignWindow.model_validate(told)
    except ValidationError as error:
        raise UnfitError("the hours cannot be so: %(why)s", why=wrong_in(error)) from error
    _check_law(window, pack, today)
    return window


def _check_law(window: CampaignWindow, pack: EffectivePack, today: date) -> None:
    """What no day's law allows is a slip of the hand, and told rather than cut."""
    days = [pack.hours(today + timedelta(days=n)) for n in range(LOOKED_AHEAD)]
    legal = opened([], [hours for hours in days if hours is not None])
    for wished in (hours for stretches in window.hours.values() for hours in stretches):
        if not any(wished.within(law) for law in legal):
            raise UnfitError(
                "%(hours)s reaches out of the hours that the rules allow, %(law)s (%(pack)s)",
                hours=str(wished),
                law=", ".join(map(str, legal)),
                pack=pack.identity,
            )


def typed_of(window: CampaignWindow | None, pack: EffectivePack, today: date) -> dict[str, tuple[str, ...]]:
    """The fields of a window; without one the law's hours, to begin with."""
    house = pack.rules.times.window.default
    coming = [today + timedelta(days=n) for n in range(len(DAYS))]
    law = {DAYS[day.weekday()]: str(pack.hours(day) or house) for day in coming}
    if window is None:
        hours = {f"hours_{day}": (law[day],) for day in DAYS}
        return {"hours": ("law",), "holidays": ("1",), **hours}
    by_day = {
        f"hours_{name}": (", ".join(map(str, window.set_for(place))) if window.hours else law[name],)
        for place, name in enumerate(DAYS)
    }
    return {
        "hours": (OWN,),
        **by_day,
        "not_during": (", ".join(map(str, window.not_during)),),
        "starts_on": (str(window.starts_on or ""),),
        "ends_on": (str(window.ends_on or ""),),
        "holidays": ("1",) if window.holidays else (),
        "closed_on": (", ".join(map(str, window.closed_on)),),
    }


def _stretch(text: str) -> list[str]:
    first, dash, last = text.replace("–", "-").replace("：", ":").partition("-")
    if not dash:
        raise UnfitError("hours are written as 09:00-12:00, not %(text)s", text=text[:20])
    return [_clock(first), _clock(last)]


def _clock(text: str) -> str:
    hours, colon, minutes = text.strip().partition(":")
    return f"{hours.zfill(2)}:{minutes}" if colon else f"{hours.zfill(2)}:00"


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise UnfitError("%(text)s is no day; write it as 2026-03-31", text=text[:20]) from error
