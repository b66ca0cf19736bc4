"""What the bot is told before a call: whom it calls for what, as of the moment of dialling.

Money is an ``int`` in minor units (1/100 of the currency unit) everywhere in the bot.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True, slots=True)
class Party:
    """The person the call is for. Known before identity is confirmed, so it holds nothing of the debt."""

    name: str  # empty: nobody here has the number of this caller
    honorific: str = ""  # how a caller addresses them: 先生, 女士 or empty when unknown
    id_tail: str = (
        ""  # last four characters of an identity document, for one partial check; empty when unknown
    )


@dataclass(frozen=True, slots=True)
class Debt:
    """The ledger as of the call. Nothing of it may be said before the right party is confirmed."""

    product: str
    amount_due: int
    minimum_due: int
    currency: str
    due_date: date
    days_past_due: int  # 0 or less: not yet due

    @property
    def stage(self) -> int:
        """Months past due as the trade counts them: 0 not late, 1 up to 30 days, 2 up to 60, and so on."""
        return max(0, -(-self.days_past_due // 30))


@dataclass(frozen=True, slots=True)
class Offer:
    """One approved, dated fee relief. ``waives`` is the most that may be waived."""

    id: str
    waives: int
    pay_by: date
    approved_by: str
    valid_until: date


@dataclass(frozen=True, slots=True)
class InstalmentPlan:
    """One approved, dated plan: ``count`` payments of ``amount`` each, the first by ``first_due``."""

    id: str
    count: int
    amount: int
    first_due: date
    approved_by: str
    valid_until: date


@dataclass(frozen=True, slots=True)
class BrokenPromise:
    """A promise to pay that was not kept by its day."""

    amount: int
    due: date


@dataclass(frozen=True, slots=True)
class Invitation:
    """What a customer without a debt is invited to, in the approved words, until a day."""

    text: str
    valid_until: date


@dataclass(frozen=True, slots=True)
class Brief:
    """All facts of one call."""

    institution: str
    hotline: str
    party: Party
    debt: Debt
    offer: Offer | None = None
    latest_promise_days: int = 7  # a promise may not lie further ahead than this
    instalments: InstalmentPlan | None = None
    broken_promise: BrokenPromise | None = None
    invitation: Invitation | None = None
    latest_rest_days: int = 30  # nor may the day named for the rest after a part payment
    agents: bool = False  # a person can take the call over at once


def unknown_caller(institution: str, hotline: str, currency: str = "CNY") -> Brief:
    """The brief of an inbound call from a number that is nobody's here: no party, and nothing to tell."""
    return Brief(institution, hotline, Party(""), Debt("", 0, 0, currency, date.min, 0))
