"""What a call is for: whether there is still a reason for it, and leave where the law wants it asked."""

from __future__ import annotations

from campaigns.compliance.effective import EffectivePack
from campaigns.compliance.facts import CallFacts, Purpose
from campaigns.compliance.reasons import Reason
from campaigns.compliance.verdict import Refuse


def debt_owed(facts: CallFacts, _pack: EffectivePack) -> Refuse | None:
    """Who owes nothing, or no longer, is not called about a debt, nor is one of whom the ledger says nothing.

    Who owes something is not invited to anything.
    """
    if facts.debt_owed is None:
        return Refuse(Reason.LEDGER_UNKNOWN)
    if facts.purpose is Purpose.MARKETING:
        return Refuse(Reason.DEBT_DUE) if facts.debt_owed else None
    return None if facts.debt_owed else Refuse(Reason.NOTHING_OWED)


def control_group(facts: CallFacts, _pack: EffectivePack) -> Refuse | None:
    """Whom an experiment compares with is not called by another campaign: the difference would be blurred.

    A call that they asked for is theirs, not ours. No law: a campaign may be told to call them all the same.
    """
    if not facts.control_group or facts.callback_at is not None:
        return None
    return Refuse(Reason.CONTROL_GROUP, rule="experiment")


def occasion(facts: CallFacts, _pack: EffectivePack) -> Refuse | None:
    """The broken promise may have been made good since, the invitation may be over."""
    if facts.purpose is Purpose.REMINDER or facts.occasion_stands:
        return None
    return Refuse(Reason.OCCASION_GONE)


def consent(facts: CallFacts, _pack: EffectivePack) -> Refuse | None:
    """A marketing call needs the customer's own yes; silence is none."""
    if facts.purpose is not Purpose.MARKETING or facts.marketing_consent:
        return None
    return Refuse(Reason.CONSENT_UNKNOWN if facts.marketing_consent is None else Reason.CONSENT_REFUSED)
