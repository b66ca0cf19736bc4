"""What settling a call goes by, beside its record."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import tzinfo

from campaigns.compliance.effective import EffectivePack
from campaigns.outcomes.hours import HourRules, shipped_hours
from campaigns.outcomes.messages import MessageBook
from campaigns.outcomes.retry import RetryPolicy


@dataclass(frozen=True, slots=True)
class House:
    """The rules of this installation, who it is, and where its customers are."""

    pack: EffectivePack
    retries: RetryPolicy
    messages: MessageBook
    institution: str
    hotline: str
    zone: tzinfo
    hours: HourRules = field(default_factory=shipped_hours)
