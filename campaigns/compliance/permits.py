"""How long leave to dial lasts, and what it is bound to. Signing is the line's business."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from campaigns.compliance.effective import EffectivePack
from campaigns.compliance.verdict import Allow


@dataclass(frozen=True, slots=True)
class PermitTerms:
    """Leave to start one dial of one attempt. Single use; whoever signs it binds it to the number too."""

    attempt_id: int
    pack: str  # the label of the pack that allowed it, at most 64 characters
    issued_at: datetime
    expires_at: datetime  # first moment at which it no longer holds


def permit_terms(allow: Allow, pack: EffectivePack, attempt_id: int, now: datetime) -> PermitTerms:
    """The terms for an Allow decided at ``now``. Asking for a verdict as argument is the point: no Allow, no
    permit.

    The lifetime is the pack's (60 s at most), cut where a call could no longer end before the window does.
    """
    rules = pack.rules
    last_start = allow.window_end - timedelta(seconds=rules.times.last_start_margin_s.default)
    expires_at = min(now + timedelta(seconds=rules.permit_lifetime_s), last_start)
    if expires_at <= now:
        raise ValueError("the Allow is too old to issue a permit on: decide again")
    return PermitTerms(attempt_id, pack.label, now, expires_at)
