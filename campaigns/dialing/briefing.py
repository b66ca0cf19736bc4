"""From the ledger's terms to those in which the bot speaks."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from typing import Any, Protocol

from pydantic import TypeAdapter

from bot.dialogue.brief import Brief, Debt
from bot.dialogue.speech import Speech
from campaigns.store.briefs import CallSubject

LATEST_PROMISE_DAYS = 7
"""A promise lies at most so many days ahead (house rule)."""

LATEST_REST_DAYS = 30
"""The day for the rest after a part payment lies at most so many days ahead (house rule)."""


_BRIEF = TypeAdapter(Brief)


class Lender(Protocol):
    """Who calls."""

    @property
    def institution(self) -> str: ...

    @property
    def hotline(self) -> str: ...


def brief_of(
    subject: CallSubject, speech: Speech, lender: Lender, today: date, *, speaks_of_debt: bool = True
) -> Brief:
    """The brief of a call to ``subject`` on ``today``, where the customer is.

    An offer is spoken of with a day that can be promised: no later than approved nor than a promise. A flow
    that does not speak of a debt is not told of one: what it does not know it cannot say.
    """
    party = replace(subject.party, honorific=speech.honorific(subject.gender))
    if not speaks_of_debt:
        nothing = Debt("", 0, 0, subject.debt.currency, today, 0)
        return Brief(lender.institution, lender.hotline, party, nothing, invitation=subject.invitation)
    offer = subject.offer
    if offer is not None:
        offer = replace(offer, pay_by=min(offer.pay_by, today + timedelta(days=LATEST_PROMISE_DAYS)))
    return Brief(
        institution=lender.institution,
        hotline=lender.hotline,
        party=party,
        debt=replace(subject.debt, product=speech.product(subject.debt.product)),
        offer=offer,
        latest_promise_days=LATEST_PROMISE_DAYS,
        instalments=subject.plan,
        broken_promise=subject.broken_promise,
        invitation=subject.invitation,
        latest_rest_days=LATEST_REST_DAYS,
    )


def brief_data(brief: Brief) -> dict[str, Any]:
    """A brief as JSON can hold it, to be kept with its call."""
    data: dict[str, Any] = _BRIEF.dump_python(brief, mode="json")
    return data


def brief_from(data: dict[str, Any]) -> Brief:
    """The brief that ``brief_data`` made this of. Raises pydantic's ValidationError for anything else."""
    return _BRIEF.validate_python(data)
