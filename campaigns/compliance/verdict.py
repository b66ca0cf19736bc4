"""The three answers to "may this call be placed now?"."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from campaigns.compliance.reasons import Reason, Scope


@dataclass(frozen=True, slots=True)
class Allow:
    """Dial now. The call must be over by ``window_end`` (aware, UTC)."""

    window_end: datetime
    reason: Reason = Reason.ALLOWED
    rule: str = ""


@dataclass(frozen=True, slots=True)
class Defer:
    """Not now; decide again at ``until`` (aware, UTC), which is no promise of an Allow."""

    until: datetime
    reason: Reason
    scope: Scope = Scope.DEBTOR
    rule: str = ""  # the rule pack's key that ruled, such as ``caps.attempts_per_debtor_7d``


@dataclass(frozen=True, slots=True)
class Refuse:
    """Not on these facts. No time alone cures it, except where ``scope`` is SYSTEM."""

    reason: Reason
    scope: Scope = Scope.DEBTOR
    rule: str = ""


Verdict = Allow | Defer | Refuse

NO_NUMBER = Refuse(Reason.NO_NUMBER)
"""The verdict on a customer who has no number: there are no facts to put before ``decide``."""
