"""A campaign's own hours, as a page or a program asks for them: within the law's, or refused with those."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any, Final

from pydantic import ValidationError

from campaigns.compliance.campaign_window import CampaignWindow
from campaigns.compliance.effective import EffectivePack
from campaigns.compliance.personal import opened
from campaigns.console.forms.typed import UnfitError
from campaigns.refused import wrong_in

LOOKED_AHEAD: Final = 14  # days whose law counts


def lawful_window(told: Mapping[str, Any], pack: EffectivePack, today: date) -> CampaignWindow:
    """``told``: as CampaignWindow reads it.

    Raises UnfitError: it cannot be so, or it reaches out of the hours that the rules allow.
    """
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
