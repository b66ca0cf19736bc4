"""What one row of a payments file says. Money is in minor units (1/100)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime


@dataclass(frozen=True, slots=True)
class PaymentRow:
    """One payment. At least one of the two keys is given.

    ``paid_on`` is the lender's calendar day, ``paid_at`` the moment, the end of that day if not told.
    """

    reference: str
    account_id: str | None
    customer_id: str | None
    amount: int
    currency: str | None  # None: the account's
    paid_on: date
    paid_at: datetime
