"""The checks, in the order in which a refusal is reported: what stops everything, then the customer, then the
number.

Each is a function of the facts and the pack that returns None when it has nothing against the call. Each is
monotone: one more attempt, talk, suppression or open case can never turn its verdict into None.
"""

from collections.abc import Callable

from campaigns.compliance.checks import counts, debtor, number, purpose, trust, window
from campaigns.compliance.effective import EffectivePack
from campaigns.compliance.facts import CallFacts
from campaigns.compliance.verdict import Defer, Refuse

Check = Callable[[CallFacts, EffectivePack], Defer | Refuse | None]

CHECKS: tuple[Check, ...] = (
    trust.clock,
    trust.ledger_whole,
    trust.pack_in_force,
    purpose.debt_owed,
    purpose.occasion,
    purpose.control_group,
    debtor.customer_suppressed,
    purpose.consent,
    debtor.open_case,
    debtor.gates,
    debtor.first_notice,
    debtor.zone_known,
    number.relation,
    number.number_suppressed,
    number.generated,
    number.consent,
    number.state,
    window.permitted_hours,
    window.inconvenient_hours,
    window.campaign_hours,
    counts.caps,
    counts.min_gap,
    counts.after_talk,
    debtor.promise_pending,
    debtor.callback_agreed,
)

__all__ = ["CHECKS", "Check"]
