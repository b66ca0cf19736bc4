"""What the bot is told before a call: whom it calls for what, as of the moment of dialling.

Money is an ``int`` in minor units (1/100 of the currency unit) everywhere in the bot.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True, slots=True)
class Party:
    """The person the call is for. Known before identity is confirmed, so it holds nothing of the debt."""

    name: str
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


@dataclass(frozen=True, slots=True)
class Offer:
    """One approved, dated fee relief. ``waives`` is the most that may be waived."""

    id: str
    waives: int
    pay_by: date
    approved_by: str
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
