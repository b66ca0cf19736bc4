"""How fast the calls of each campaign start."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Protocol

from campaigns.clock import Clock
from campaigns.dialing.pacing import TokenBucket
from campaigns.store.handout import RunningCampaign


class Pacer(Protocol):
    """Spaces out the starts of calls."""

    def serve(self, campaigns: Iterable[RunningCampaign]) -> None:
        """Take note of the campaigns that run now, with their rates."""
        ...

    def room(self, campaign_id: int, within_s: float) -> int:
        """How many more calls of a campaign could start within so many seconds."""
        ...

    async def take(self, campaign_id: int) -> None:
        """Wait until the next call of a campaign may start, in work that holds a mark of the clock."""
        ...


class CampaignPacer:
    """Each campaign at its own rate of calls a second."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._buckets: dict[int, tuple[float, TokenBucket]] = {}

    def serve(self, campaigns: Iterable[RunningCampaign]) -> None:
        for campaign in campaigns:
            rate, _ = self._buckets.get(campaign.id, (None, None))
            if rate != campaign.calls_per_second:
                bucket = TokenBucket(self._clock, campaign.calls_per_second)
                self._buckets[campaign.id] = (campaign.calls_per_second, bucket)

    def room(self, campaign_id: int, within_s: float) -> int:
        return self._buckets[campaign_id][1].room(within_s)

    async def take(self, campaign_id: int) -> None:
        await self._buckets[campaign_id][1].take()
