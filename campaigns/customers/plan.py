"""An instalment plan from the columns of a row: approved, dated and whole, or none."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from campaigns.customers.approval import approved_at, check_days, is_given
from campaigns.customers.record import AccountRow, PlanRow
from campaigns.customers.values import BadValueError

WHAT = "plan"
COLUMNS = ("plan_count", "plan_amount", "plan_first_due", "plan_approved_by", "plan_valid_until")
FEWEST, MOST = 2, 60
MOST_DAYS_AHEAD = 62  # a first payment further ahead than two months is a slip


def plan(values: dict[str, Any], account: AccountRow) -> PlanRow | None:
    """The plan of a row, None when it has none.

    Raises BadValueError when it is not one to be spoken of, LeftOutError when it has expired.
    """
    if not is_given(values, COLUMNS, WHAT):
        return None
    count, amount, first_due = values["plan_count"], values["plan_amount"], values["plan_first_due"]
    if not FEWEST <= count <= MOST:
        raise BadValueError(WHAT, f"a plan has {FEWEST} to {MOST} instalments")
    if amount > account.amount_due:
        raise BadValueError(WHAT, "one instalment is more than what is due")
    if count * amount < account.amount_due:
        raise BadValueError(WHAT, "the instalments add up to less than what is due")
    check_days(values, ("plan_valid_until", "plan_first_due"), account, WHAT)
    if first_due > account.as_of.date() + timedelta(days=MOST_DAYS_AHEAD):
        raise BadValueError(WHAT, "the first instalment lies too far in the future")
    return PlanRow(
        count=count,
        amount=amount,
        first_due=first_due,
        approved_by=values["plan_approved_by"],
        approved_at=approved_at(values, "plan_approved_at", account, WHAT),
        valid_until=values["plan_valid_until"],
    )
