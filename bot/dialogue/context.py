"""What templates and guards can see. Before identity is confirmed nothing of the debt is in it at all."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from bot.dialogue.brief import Brief, InstalmentPlan, Invitation, Offer
from bot.dialogue.heard import NOTHING, Heard
from bot.dialogue.state import DialogueState

DEBT_NAMES = frozenset(
    {
        "debt",
        "offer",
        "relief_total",
        "least_amount",
        "latest_day",
        "latest_rest_day",
        "instalments",
        "broken_promise",
    }
)
"""Known only once the right party is confirmed."""

GUARD_NAMES = DEBT_NAMES | {
    "invitation",
    "agents",
    "institution",
    "hotline",
    "party",
    "today",
    "now",
    "heard",
    "intent",
    "counts",
    "silences",
    "unclears",
    "identity_confirmed",
    "detour",
    "waiting",
    "keys",
}


@dataclass(frozen=True, slots=True)
class PartyView:
    """The party as prompts may name them. The identity document's tail is not in it: it is never read out."""

    name: str
    honorific: str
    can_be_checked: bool
    known: bool


def usable_offer(brief: Brief, today: date) -> Offer | None:
    """The approved offer, when it still holds and there is still time to take it up."""
    offer = brief.offer
    if offer is None or offer.valid_until < today or offer.pay_by < today or offer.waives <= 0:
        return None
    return offer if offer.waives < brief.debt.amount_due else None


def usable_instalments(brief: Brief, today: date) -> InstalmentPlan | None:
    """The approved plan, when it still holds and its first day can still be met."""
    plan = brief.instalments
    if plan is None or plan.valid_until < today or plan.first_due < today:
        return None
    return plan if plan.count > 1 and 0 < plan.amount <= brief.debt.amount_due else None


def usable_invitation(brief: Brief, today: date) -> Invitation | None:
    """The invitation, while it holds."""
    invitation = brief.invitation
    return invitation if invitation is not None and today <= invitation.valid_until else None


def prompt_facts(
    brief: Brief, state: DialogueState, today: date, debt_slots: frozenset[str]
) -> dict[str, Any]:
    """What a prompt may use in ``state``."""
    party = brief.party
    facts: dict[str, Any] = {
        "institution": brief.institution,
        "hotline": brief.hotline,
        "agents": brief.agents,
        "party": PartyView(party.name, party.honorific, bool(party.id_tail), bool(party.name)),
        "today": today,
    }
    facts.update((slot, value) for slot, value in state.slots.items() if slot not in debt_slots)
    if state.identity_confirmed:
        offer = usable_offer(brief, today)
        facts.update(
            debt=brief.debt,
            offer=offer,
            relief_total=brief.debt.amount_due - offer.waives if offer else None,
            least_amount=min(brief.debt.minimum_due, brief.debt.amount_due),
            latest_day=today + timedelta(days=brief.latest_promise_days),
            latest_rest_day=today + timedelta(days=brief.latest_rest_days),
            instalments=usable_instalments(brief, today),
            broken_promise=brief.broken_promise,
            invitation=usable_invitation(brief, today),
        )
        facts.update((slot, state.slots[slot]) for slot in debt_slots)
    return facts


def guard_facts(
    facts: Mapping[str, Any],
    state: DialogueState,
    intent: str | None,
    heard: Heard = NOTHING,
    *,
    keys: bool = False,
) -> dict[str, Any]:
    """What a guard may read: a prompt's facts, and what was heard and counted."""
    return {
        **facts,
        "heard": heard,
        "intent": intent,
        "counts": defaultdict(int, state.counts),
        "silences": state.silences,
        "unclears": state.unclears,
        "identity_confirmed": state.identity_confirmed,
        "detour": state.return_to is not None,
        "waiting": state.waiting,
        "keys": keys,
    }
