"""A relief offer from the columns of a row: approved, dated and limited, or none."""

from __future__ import annotations

from datetime import datetime, time
from typing import Any

from campaigns.customers.record import AccountRow, OfferRow
from campaigns.customers.values import BadValueError

KIND = "waive_late_fee"
COLUMNS = ("relief_amount", "relief_pay_by", "relief_approved_by", "relief_valid_until")


def offer(values: dict[str, Any], account: AccountRow) -> OfferRow | None:
    """The offer of a row, None when it has none. Raises BadValueError when it is not one to be spoken of."""
    given = [name for name in COLUMNS if values.get(name) not in (None, 0)]
    if not given:
        return None
    if lacking := [name for name in COLUMNS if name not in given]:
        raise BadValueError("relief", f"a relief needs {', '.join(lacking)} as well")
    today = account.as_of.date()
    if values["relief_amount"] > account.amount_due:
        raise BadValueError("relief", "the relief is more than what is due")
    if values["relief_valid_until"] < today or values["relief_pay_by"] < today:
        raise BadValueError("relief_expired", "the relief has expired, so it was left out")
    approved_on = values.get("relief_approved_at") or today
    if approved_on > today:
        raise BadValueError("relief", "the relief was approved in the future")
    approved_at = (
        account.as_of if approved_on == today else datetime.combine(approved_on, time(), account.as_of.tzinfo)
    )
    return OfferRow(
        kind=KIND,
        waives=values["relief_amount"],
        pay_by=values["relief_pay_by"],
        approved_by=values["relief_approved_by"],
        approved_at=approved_at,
        valid_until=values["relief_valid_until"],
    )
