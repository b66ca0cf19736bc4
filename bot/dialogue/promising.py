"""What may be promised: the engine's own check, whatever a flow's guards say."""

from __future__ import annotations

from datetime import date, timedelta

from bot.dialogue.brief import Brief
from bot.dialogue.context import usable_offer
from bot.dialogue.state import DialogueState
from bot.dialogue.turn import RecordPromise
from bot.errors import FlowError, IdentityGateError


def make_promise(state: DialogueState, brief: Brief, today: date) -> RecordPromise:
    """The promise in the slots ``amount``, ``due`` and ``relief``.

    Raises IdentityGateError before the right party is confirmed, and FlowError when the promise is not sound:
    no amount or date, more than is due, outside of the days allowed, or relief beyond the approved offer.
    """
    if not state.identity_confirmed:
        raise IdentityGateError("a promise cannot be taken before the right party is confirmed")
    amount, due, relief = (state.slots.get(name) for name in ("amount", "due", "relief"))
    if not isinstance(amount, int) or isinstance(amount, bool) or not isinstance(due, date):
        raise FlowError("a promise needs an amount and a date")
    if not 0 < amount <= brief.debt.amount_due:
        raise FlowError("a promise must be above nothing and not above what is due")
    if not today <= due <= today + timedelta(days=brief.latest_promise_days):
        raise FlowError("a promise must fall between today and the latest day allowed")
    if not relief:
        return RecordPromise(amount, due)
    offer = usable_offer(brief, today)
    if offer is None or due > offer.pay_by or amount < brief.debt.amount_due - offer.waives:
        raise FlowError("the promise claims a relief that is not approved")
    return RecordPromise(amount, due, offer.id)
