"""The promise to pay: a checked value, and how it fares against the ledger. All pure."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from campaigns.errors import ConflictError


class PromiseState(StrEnum):
    """Where a promise stands. Only ``PENDING`` ever changes."""

    PENDING = "pending"
    KEPT = "kept"
    BROKEN = "broken"
    CANCELLED = "cancelled"  # replaced by a later promise, or withdrawn by a person


class PromiseFault(StrEnum):
    """What is wrong with a promise that cannot be recorded."""

    NOT_POSITIVE = "amount_not_positive"
    ABOVE_AMOUNT_DUE = "amount_above_amount_due"
    DUE_IN_THE_PAST = "due_in_the_past"
    DUE_TOO_LATE = "due_too_late"


@dataclass(frozen=True, slots=True)
class PromiseLimits:
    """What a promise may be at most, by the ledger as of the call. Amount in minor units."""

    amount_due: int
    currency: str
    today: date
    latest: date  # the last day that may be promised


@dataclass(frozen=True, slots=True)
class PromiseToPay:
    """A promise read back, confirmed and checked: ``promise_to_pay`` makes one. Amount in minor units."""

    amount: int
    currency: str
    due: date
    relief_offer_id: int | None = None

    def __post_init__(self) -> None:
        if self.amount <= 0:
            raise ValueError("a promise to pay is of a positive amount")


@dataclass(frozen=True, slots=True)
class PromiseRejected:
    """A promise outside its limits: it is not recorded, and a person looks at the call."""

    faults: tuple[PromiseFault, ...]


def promise_to_pay(
    amount: int, due: date, limits: PromiseLimits, *, relief_offer_id: int | None = None
) -> PromiseToPay | PromiseRejected:
    """Check a promise against ``limits``; all faults are named at once. ``amount`` in minor units."""
    faults = []
    if amount <= 0:
        faults.append(PromiseFault.NOT_POSITIVE)
    if amount > limits.amount_due:
        faults.append(PromiseFault.ABOVE_AMOUNT_DUE)
    if due < limits.today:
        faults.append(PromiseFault.DUE_IN_THE_PAST)
    if due > limits.latest:
        faults.append(PromiseFault.DUE_TOO_LATE)
    if faults:
        return PromiseRejected(tuple(faults))
    return PromiseToPay(amount, limits.currency, due, relief_offer_id)


@dataclass(frozen=True, slots=True)
class Payment:
    """Money that arrived on the account, by the ledger. Minor units of the promise's currency."""

    on: date
    amount: int


def review(
    promise: PromiseToPay,
    state: PromiseState,
    made_on: date,
    payments: Iterable[Payment],
    today: date,
    *,
    grace_days: int = 0,
) -> PromiseState:
    """The state of a promise by the ledger at the start of ``today``.

    Kept as soon as the payments from the day it was made to the last day (``due`` plus ``grace_days``, the
    time a transfer may take to be booked) reach the amount; broken once that day is over without it. A
    promise that is no longer pending stays as it is: a late payment does not make a broken promise kept.
    """
    if state is not PromiseState.PENDING:
        return state
    last_day = promise.due + timedelta(days=grace_days)
    paid = sum(payment.amount for payment in payments if made_on <= payment.on <= last_day)
    if paid >= promise.amount:
        return PromiseState.KEPT
    return PromiseState.BROKEN if today > last_day else PromiseState.PENDING


def cancel(state: PromiseState) -> PromiseState:
    """Cancel a promise; twice is harmless. Raises ConflictError when it is kept or broken already."""
    if state in (PromiseState.KEPT, PromiseState.BROKEN):
        raise ConflictError(f"the promise is {state} already and cannot be cancelled")
    return PromiseState.CANCELLED
