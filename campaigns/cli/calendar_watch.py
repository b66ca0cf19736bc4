"""Telling, in the log of a worker that nobody looks at, that the holidays it knows come to an end."""

from __future__ import annotations

import logging
from datetime import datetime

from campaigns.compliance.effective import load_effective
from campaigns.settings import Settings

log = logging.getLogger(__name__)


def watch_calendar(settings: Settings, now: datetime) -> None:
    """Warn where the last known year ends soon, or has ended. Raises DataFileError."""
    pack = load_effective(settings.rule_pack, settings.rule_pack_overrides)
    end = pack.calendar_end(now.astimezone(settings.zone).date())
    if end is not None:
        log.warning(
            "holidays are known until %s only (days left: %d): every later day counts as a day off, with its "
            "shorter hours, and campaigns that leave out days off call nobody; bring in the coming year, "
            "see docs/compliance.md, or update the program",
            end.last,
            end.days_left,
        )
