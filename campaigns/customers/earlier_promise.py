"""A promise to pay that was made elsewhere, to a person or another system, from the columns of a row."""

from __future__ import annotations

from datetime import datetime, time, timedelta
from typing import Any

from campaigns.customers.approval import is_given
from campaigns.customers.record import AccountRow, PromiseRow
from campaigns.customers.values import BadValueError

WHAT = "promise"
COLUMNS = ("promise_amount", "promise_due", "promise_made_on")
MOST_DAYS_AHEAD = 62


def earlier_promise(values: dict[str, Any], account: AccountRow) -> PromiseRow | None:
    """The promise of a row, None when it has none. Raises BadValueError when it can be no promise."""
    if not is_given(values, COLUMNS, WHAT):
        return None
    amount, due, made_on = (values[name] for name in COLUMNS)
    today = account.as_of.date()
    if made_on > today:
        raise BadValueError(WHAT, "the promise was made in the future")
    if not made_on <= due <= today + timedelta(days=MOST_DAYS_AHEAD):
        raise BadValueError(WHAT, "the promised day lies before the promise, or too far in the future")
    if due >= today and amount > account.amount_due:
        raise BadValueError(WHAT, "the promise is of more than what is due")
    made_at = datetime.combine(made_on, time(), account.as_of.tzinfo)
    return PromiseRow(amount, due, made_at, account.amount_due if made_on == today else None)
