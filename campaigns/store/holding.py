"""Why a campaign holds or was ended: text for records, and what pages say in their reader's language."""

from __future__ import annotations

from typing import Final

from campaigns.said import Said, of_data
from campaigns.store.models import Campaign

LONGEST: Final = 255


def give_reason(campaign: Campaign, why: Said | str | None) -> None:
    """Keep why: a Said is shown in every language, an operator's own words as they are."""
    campaign.pause_reason = None if why is None else str(why)[:LONGEST]
    campaign.pause_said = why.to_data() if isinstance(why, Said) else None


def why_held(campaign: Campaign) -> Said | None:
    """Why it holds, or was ended by hand."""
    if campaign.pause_said is not None:
        return of_data(campaign.pause_said)
    return Said(campaign.pause_reason) if campaign.pause_reason else None
