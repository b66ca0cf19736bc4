"""What the lender has approved for an account is taken from a row whole, dated and still valid, or not."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, time
from typing import Any

from campaigns.customers.record import AccountRow
from campaigns.customers.values import BadValueError, LeftOutError


def is_given(values: dict[str, Any], columns: Sequence[str], what: str) -> bool:
    """Whether a row fills all of ``columns``. Raises BadValueError when it fills some of them."""
    given = [name for name in columns if values.get(name) not in (None, 0)]
    if given and (lacking := [name for name in columns if name not in given]):
        raise BadValueError(what, f"a {what} needs {', '.join(lacking)} as well")
    return bool(given)


def check_days(values: dict[str, Any], names: Sequence[str], account: AccountRow, what: str) -> None:
    """Raises LeftOutError when one of these days is over."""
    today = account.as_of.date()
    if any(values[name] < today for name in names):
        raise LeftOutError(f"{what}_expired", f"the {what} has expired, so it was left out")


def approved_at(values: dict[str, Any], name: str, account: AccountRow, what: str) -> datetime:
    """When it was approved: at the start of the day told, or as of the file. Raises BadValueError."""
    today = account.as_of.date()
    day = values.get(name) or today
    if day > today:
        raise BadValueError(what, f"the {what} was approved in the future")
    return account.as_of if day == today else datetime.combine(day, time(), account.as_of.tzinfo)
