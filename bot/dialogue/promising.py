"""What may be promised: the engine's own check, whatever a flow's guards say."""

from __future__ import annotations

from datetime import date, timedelta

from bot.dialogue.brief import Brief
from bot.dialogue.context import usable_instalments, usable_offer
from bot.dialogue.state import DialogueState
from bot.dialogue.turn import RecordPromise
from bot.errors import FlowError, IdentityGateError


def make_promise(state: DialogueState, brief: Brief, today: date) -> RecordPromise:
    """The promise in the slots ``amount``, ``due``, ``relief``, ``rest_due`` and ``plan``.

    Raises IdentityGateError before the right party is confirmed, and FlowError when the promise is not sound:
    no amount or date, more than is due, outside of the days allowed, relief beyond the approved offer, a plan
    that is not the approved one, or a day for a rest that there is not.
    """
    if not state.identity_confirmed:
        raise IdentityGateError("a promise cannot be taken before the right party is confirmed")
    amount, due, relief = (state.slots.get(name) for name in ("amount", "due", "relief"))
    if not isinstance(amount, int) or isinstance(amount, bool) or not isinstance(due, date):
        raise FlowError("a promise needs an amount and a date")
    if not 0 < amount <= brief.debt.amount_due:
        raise FlowError("a promise must be above nothing and not above what is due")
    if state.slots.get("plan"):
        return _first_instalment(amount, due, brief, today)
    if not today <= due <= today + timedelta(days=brief.latest_promise_days):
        raise FlowError("a promise must fall between today and the latest day allowed")
    if not relief:
        return RecordPromise(amount, due, rest_due=_rest_due(state, amount, due, brief, today))
    offer = usable_offer(brief, today)
    if offer is None or due > offer.pay_by or amount < brief.debt.amount_due - offer.waives:
        raise FlowError("the promise claims a relief that is not approved")
    return RecordPromise(amount, due, offer.id)


def _first_instalment(amount: int, due: date, brief: Brief, today: date) -> RecordPromise:
    plan = usable_instalments(brief, today)
    if plan is None or amount != plan.amount or not today <= due <= plan.first_due:
        raise FlowError("the promise claims an instalment plan that is not approved")
    return RecordPromise(amount, due, plan_id=plan.id)


def _rest_due(state: DialogueState, amount: int, due: date, brief: Brief, today: date) -> date | None:
    rest_due = state.slots.get("rest_due")
    if rest_due is None:
        return None
    latest = today + timedelta(days=brief.latest_rest_days)
    if amount >= brief.debt.amount_due or not isinstance(rest_due, date) or not due < rest_due <= latest:
        raise FlowError("a day for the rest must follow the promise of a part, within the days allowed")
    return rest_due
