"""A campaign's own hours, from a form and back into one."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any, Final

from campaigns.compliance.campaign_window import DAYS, CampaignWindow
from campaigns.compliance.effective import EffectivePack
from campaigns.console.forms.typed import Typed, UnfitError
from campaigns.console.lawful import lawful_window

OWN: Final = "own"


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
    return lawful_window(told, pack, today)


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
