"""The promise to pay: a checked value. How it fares against the ledger, ``standing.py`` says. All pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from campaigns.errors import ConflictError


class PromiseState(StrEnum):
    """Where a promise stands. ``standing.review`` says which changes there are."""

    PENDING = "pending"
    KEPT = "kept"
    BROKEN = "broken"
    CANCELLED = (
        "cancelled"  # replaced by a later promise, without an object any more, or withdrawn by a person
    )


class PromiseFault(StrEnum):
    """What is wrong with a promise that cannot be recorded."""

    NOT_POSITIVE = "amount_not_positive"
    ABOVE_AMOUNT_DUE = "amount_above_amount_due"
    DUE_IN_THE_PAST = "due_in_the_past"
    DUE_TOO_LATE = "due_too_late"
    NO_REST = "rest_of_nothing"
    REST_NOT_LATER = "rest_not_after_due"
    REST_TOO_LATE = "rest_too_late"
    NOT_THE_PLAN = "not_the_approved_plan"


@dataclass(frozen=True, slots=True)
class PromiseLimits:
    """What a promise may be at most, by the ledger as of the call. Amounts in minor units.

    ``latest`` is the last day that may be promised, ``latest_rest`` that for the rest after a part.
    ``instalment`` is one payment of the plan that was accepted, None where none is approved.
    """

    amount_due: int
    currency: str
    today: date
    latest: date
    latest_rest: date
    instalment: int | None = None


@dataclass(frozen=True, slots=True)
class PromiseToPay:
    """A promise read back, confirmed and checked: ``promise_to_pay`` makes one. Amounts in minor units.

    With ``rest_due`` it is of a part by ``due``, and of the rest of what was ``owed`` by that day. With
    ``plan_id`` it is of that plan's first payment.
    """

    amount: int
    currency: str
    due: date
    relief_offer_id: int | None = None
    rest_due: date | None = None
    plan_id: int | None = None
    owed: int | None = None  # the amount due when it was made, where that is known

    def __post_init__(self) -> None:
        if self.amount <= 0:
            raise ValueError("a promise to pay is of a positive amount")


@dataclass(frozen=True, slots=True)
class PromiseRejected:
    """A promise outside its limits: it is not recorded, and a person looks at the call."""

    faults: tuple[PromiseFault, ...]


def promise_to_pay(
    amount: int,
    due: date,
    limits: PromiseLimits,
    *,
    relief_offer_id: int | None = None,
    rest_due: date | None = None,
    plan_id: int | None = None,
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
    if rest_due is not None:
        faults += _faults_of_rest(amount, due, rest_due, limits)
    if plan_id is not None and amount != limits.instalment:
        faults.append(PromiseFault.NOT_THE_PLAN)
    if faults:
        return PromiseRejected(tuple(faults))
    return PromiseToPay(
        amount, limits.currency, due, relief_offer_id, rest_due, plan_id, owed=limits.amount_due
    )


def _faults_of_rest(amount: int, due: date, rest_due: date, limits: PromiseLimits) -> list[PromiseFault]:
    faults = []
    if amount >= limits.amount_due:
        faults.append(PromiseFault.NO_REST)
    if rest_due <= due:
        faults.append(PromiseFault.REST_NOT_LATER)
    if rest_due > limits.latest_rest:
        faults.append(PromiseFault.REST_TOO_LATE)
    return faults


def cancel(state: PromiseState) -> PromiseState:
    """Cancel a promise; twice is harmless. Raises ConflictError when it is kept or broken already."""
    if state in (PromiseState.KEPT, PromiseState.BROKEN):
        raise ConflictError("the promise is %(state)s already and cannot be cancelled", state=state)
    return PromiseState.CANCELLED
