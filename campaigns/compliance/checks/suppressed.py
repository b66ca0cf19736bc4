"""What bars in force mean, whether they lie on a customer or on a number."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from campaigns.compliance.facts import SuppressionFact
from campaigns.compliance.reasons import SUPPRESSIONS, Reason, Scope
from campaigns.compliance.verdict import Defer, Refuse

RULE = "aftermath"
"""A bar is what the rule pack says follows from a call; so is one that people impose."""


def barred(suppressions: Iterable[SuppressionFact], now: datetime, scope: Scope) -> Defer | Refuse | None:
    """Refused while one has no end, else deferred to the latest end."""
    latest: Defer | None = None
    for suppression in suppressions:
        if suppression.until is None:
            return Refuse(_reason(suppression.reason), scope, RULE)
        if suppression.until > now and (latest is None or suppression.until > latest.until):
            latest = Defer(suppression.until, _reason(suppression.reason), scope, RULE)
    return latest


def _reason(code: str) -> Reason:
    return Reason(code) if code in SUPPRESSIONS else Reason.SUPPRESSED
