"""An account's ledger from the values of its row, and the mapping's policies for what the file lacks."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import Any

from campaigns.customers.mapping import Arrears, Mapping, Minimum, Relief
from campaigns.customers.record import AccountRow, OfferRow
from campaigns.customers.values import MINOR_PER_UNIT, BadValueError

MAX_DAYS_AHEAD = 400  # a due date further ahead than a year's instalment is a slip
MAX_DAYS_PAST_DUE = 7300
MAX_MONTHS = 240

Spread = Callable[[int, int], int]  # a seeded integer of low..high, the same for an account every time


def account(
    values: dict[str, Any],
    histories: dict[str, tuple[int, ...]],
    mapping: Mapping,
    as_of: datetime,
    spread: Spread,
) -> AccountRow:
    """The ledger of a row whose ``values`` are converted. Raises BadValueError."""
    amount_due: int = values["amount_due"]
    due_date, days_past_due = due(values, mapping.arrears, as_of.date(), spread)
    minimum_due = values.get("minimum_due")
    if minimum_due is None:
        minimum_due = minimum(amount_due, mapping.minimum) if mapping.minimum else amount_due
    if minimum_due > amount_due:
        raise BadValueError("inconsistent", "the minimum payment is more than what is due")
    balance = values.get("balance")
    return AccountRow(
        external_id=values.get("account_id") or values["external_id"],
        product=values.get("product") or mapping.constants.product,
        currency=values.get("currency") or mapping.constants.currency,
        credit_limit=values.get("credit_limit") or 0,
        balance=amount_due if balance is None else balance,
        amount_due=amount_due,
        minimum_due=minimum_due,
        due_date=due_date,
        days_past_due=days_past_due,
        as_of=as_of,
        arrears_history=histories["arrears"],
        bill_history=histories["bills"],
        payment_history=histories["payments"],
    )


def due(values: dict[str, Any], arrears: Arrears | None, today: date, spread: Spread) -> tuple[date, int]:
    """Due date and days past due as of ``today``; each follows from the other. Raises BadValueError."""
    months = values.get("months_in_arrears")
    if arrears and months is not None:
        days = _days_past_due(months, values["amount_due"], arrears, spread)
        return today - timedelta(days=days), days
    days_past_due, due_date = values.get("days_past_due"), values.get("due_date")
    if days_past_due is None:
        if due_date is None and values["amount_due"] == 0:
            due_date = today  # nothing is due, so on no day
        if due_date is None:
            raise BadValueError("missing", "there is neither a due date nor the days past due")
        days_past_due = (today - due_date).days
    if days_past_due < -MAX_DAYS_AHEAD:
        raise BadValueError("absurd", "the due date lies too far in the future")
    if days_past_due > MAX_DAYS_PAST_DUE:
        raise BadValueError("absurd", "the due date lies too far in the past")
    return due_date or today - timedelta(days=days_past_due), days_past_due


def minimum(amount_due: int, policy: Minimum) -> int:
    """The minimum payment under ``policy``, in whole units, never more than what is due."""
    share = amount_due * policy.percent // 100 // MINOR_PER_UNIT * MINOR_PER_UNIT
    return min(amount_due, max(share, policy.at_least * MINOR_PER_UNIT))


def relief(account: AccountRow, policy: Relief) -> OfferRow | None:
    """The relief that ``policy`` approves for ``account``, if any; whole units, rounded down."""
    first, last = policy.days_past_due
    if account.amount_due <= 0 or not first <= account.days_past_due <= last:
        return None
    late_fee = account.minimum_due * policy.late_fee_percent // 100
    waives = min(late_fee, policy.at_most * MINOR_PER_UNIT, account.amount_due)
    waives = waives // MINOR_PER_UNIT * MINOR_PER_UNIT
    if waives == 0:
        return None
    today = account.as_of.date()
    return OfferRow(
        kind=policy.kind,
        waives=waives,
        pay_by=today + timedelta(days=policy.pay_by_days),
        approved_by=policy.approved_by,
        approved_at=account.as_of,
        valid_until=today + timedelta(days=policy.valid_days),
    )


def _days_past_due(months: int, amount_due: int, arrears: Arrears, spread: Spread) -> int:
    if months > MAX_MONTHS:
        raise BadValueError("absurd", "is too large to be true")
    if months < 1 or amount_due == 0:  # who owes nothing is not late, whatever the month says
        return -spread(*arrears.due_in_days)
    return (months - 1) * arrears.days_per_month + spread(1, arrears.days_per_month)
