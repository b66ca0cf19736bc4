"""When calls may run: local hours turned into stretches of absolute time, in every place the customer may be.

Local times that a change to or from daylight saving time skips or repeats are read strictly: the later start,
the earlier end.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from campaigns.compliance.campaign_window import CampaignWindow
from campaigns.compliance.effective import EffectivePack
from campaigns.compliance.hours import Hours
from campaigns.compliance.locality import Place
from campaigns.compliance.personal import PersonalHours, closed, opened

HORIZON_DAYS = 40
"""How far ahead to look: longer than any run of days off. Nothing open until then counts as never."""


@dataclass(frozen=True, slots=True)
class Opening:
    """The first moment at which a call may start, and the end of that window; both UTC."""

    at: datetime
    end: datetime


def next_opening(
    pack: EffectivePack,
    places: Sequence[Place],
    after: datetime,
    campaign_hours: Hours | CampaignWindow | None = None,
    personal: Sequence[PersonalHours] = (),
) -> Opening | None:
    """The first moment from ``after`` on when all places allow a call to start. None within the horizon.

    A call may start while ``last_start_margin_s`` later the window is still open, the end itself excluded.
    ``personal`` hours that were agreed to in writing add to the window where the pack lets them; those that
    do not suit are taken out of it, whatever else is said.
    """
    at = after.astimezone(UTC)
    limit = at + timedelta(days=HORIZON_DAYS)
    while at <= limit:
        openings = [_in_place(pack, place, at, campaign_hours, personal) for place in places]
        if not openings or None in openings:
            return None
        found = [opening for opening in openings if opening is not None]
        latest = max(opening.at for opening in found)
        if latest == at:
            return Opening(at, min(opening.end for opening in found))
        at = latest
    return None


def _in_place(
    pack: EffectivePack,
    place: Place,
    at: datetime,
    campaign_hours: Hours | CampaignWindow | None,
    personal: Sequence[PersonalHours],
) -> Opening | None:
    margin = timedelta(seconds=pack.rules.times.last_start_margin_s.default)
    first = at.astimezone(place.zone).date()
    for offset in range(HORIZON_DAYS):
        day = first + timedelta(days=offset)
        for hours in _stretches(pack, place, day, campaign_hours, personal):
            start, end = _instants(place.zone, day, hours.start, hours.end)
            start = max(at, start)
            if start + margin < end:
                return Opening(start, end)
    return None


def _stretches(
    pack: EffectivePack,
    place: Place,
    day: date,
    campaign_hours: Hours | CampaignWindow | None,
    personal: Sequence[PersonalHours],
) -> list[Hours]:
    """What of a local day is open to calls, in order."""
    usual = pack.hours(day)
    stretches = []
    if usual is not None and place.start < usual.end:
        stretches.append(Hours(max(usual.start, place.start), usual.end))
    if personal:
        today = [said for said in personal if said.on(day)]
        if pack.rules.debtor_agreed.may_widen:
            stretches = opened(stretches, (said.hours for said in today if said.agreed and said.written))
        stretches = closed(stretches, (said.hours for said in today if not said.agreed))
    if isinstance(campaign_hours, CampaignWindow):
        return campaign_hours.within(stretches, day, day_off=pack.is_day_off(day))
    if campaign_hours is not None:
        stretches = [both for hours in stretches if (both := hours.overlap(campaign_hours)) is not None]
    return stretches


def day_start(zone: ZoneInfo, day: date) -> datetime:
    """The first moment (UTC) that surely belongs to the local ``day``."""
    return _instants(zone, day, time.min, time.max)[0]


@lru_cache(maxsize=4096)
def _instants(zone: ZoneInfo, day: date, start: time, end: time) -> tuple[datetime, datetime]:
    starts = [datetime.combine(day, start, zone).replace(fold=fold).astimezone(UTC) for fold in (0, 1)]
    ends = [datetime.combine(day, end, zone).replace(fold=fold).astimezone(UTC) for fold in (0, 1)]
    return max(starts), min(ends)
