"""A relief offer from the columns of a row: approved, dated and limited, or none."""

from __future__ import annotations

from typing import Any

from campaigns.customers.approval import approved_at, check_days, is_given
from campaigns.customers.record import AccountRow, OfferRow
from campaigns.customers.values import BadValueError

KIND = "waive_late_fee"
WHAT = "relief"
COLUMNS = ("relief_amount", "relief_pay_by", "relief_approved_by", "relief_valid_until")


def offer(values: dict[str, Any], account: AccountRow) -> OfferRow | None:
    """The offer of a row, None when it has none.

    Raises BadValueError when it is not one to be spoken of, LeftOutError when it has expired.
    """
    if not is_given(values, COLUMNS, WHAT):
        return None
    if values["relief_amount"] > account.amount_due:
        raise BadValueError(WHAT, "the relief is more than what is due")
    check_days(values, ("relief_valid_until", "relief_pay_by"), account, WHAT)
    return OfferRow(
        kind=KIND,
        waives=values["relief_amount"],
        pay_by=values["relief_pay_by"],
        approved_by=values["relief_approved_by"],
        approved_at=approved_at(values, "relief_approved_at", account, WHAT),
        valid_until=values["relief_valid_until"],
    )
