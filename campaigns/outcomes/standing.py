"""Where a promise stands against the ledger. Pure: it is a matter of what was paid by which day, not of when
payments were told or in what order.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from functools import cache
from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field

from bot.datafile import load_model
from campaigns.outcomes.promises import PromiseState, PromiseToPay

SHIPPED = Path(__file__).with_name("promises.yaml")

_ONE_DAY = timedelta(days=1)


class PromiseReason(StrEnum):
    """Why a promise stands where it does. Values never change once released."""

    PAID = "paid"
    PAID_IN_GRACE = "paid_in_grace"  # after the day, within the days of grace
    FIRST_INSTALMENT = "first_instalment"
    LEDGER = "ledger"  # no payment was told, but the account owed so much less by then
    NOTHING_PAID = "nothing_paid"
    PART_PAID = "part_paid"  # too little
    REST_UNPAID = "rest_unpaid"  # the part came, the rest did not
    NOTHING_OWED = "nothing_owed"  # and nobody can tell whether it was paid in time
    REPLACED = "replaced"  # by a later promise


class PromiseRules(BaseModel):
    """The file of rules; the shipped one says what each key means."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    version: int = Field(ge=1)
    grace_days: int = Field(ge=0, le=30)
    look_again_days: int = Field(ge=0, le=366)


@dataclass(frozen=True, slots=True)
class Payment:
    """Money that arrived on the account. Minor units of the promise's currency.

    ``at`` is when it was paid (the end of day ``on`` when no more is known), ``booked_at`` when we heard of
    it. ``in_ledger``: the account's state on record told of it already.
    """

    on: date
    amount: int
    at: datetime
    booked_at: datetime
    in_ledger: bool = False


@dataclass(frozen=True, slots=True)
class Ledger:
    """What is known of the account: its payments, what it owes now, and the day that the state told is of."""

    payments: tuple[Payment, ...]
    owed_now: int
    told_on: date


@dataclass(frozen=True, slots=True)
class Standing:
    """``reason`` is None while a promise is pending. ``paid``: so far towards it, minor units."""

    state: PromiseState
    reason: PromiseReason | None
    paid: int


def review(
    promise: PromiseToPay,
    state: PromiseState,
    made_at: datetime,
    ledger: Ledger,
    today: date,
    *,
    grace_days: int = 0,
) -> Standing | None:
    """Where a promise stands at the start of ``today``; None when nothing can change it any more.

    Kept as soon as what was paid by its day, ``grace_days`` included, reaches the amount (and by the day for
    the rest, all that was owed); broken once such a day is over without it. A late payment does not make a
    broken promise kept, one that was paid in time and told late does. Kept and cancelled are for good.
    """
    if state in (PromiseState.KEPT, PromiseState.CANCELLED):
        return None
    counted = tuple(payment for payment in ledger.payments if counts(payment, made_at))
    known = Ledger(counted, ledger.owed_now, ledger.told_on)
    told = sum(payment.amount for payment in counted)
    reason = PromiseReason.PAID
    for number, (need, due) in enumerate(stages(promise)):
        last_day = due + timedelta(days=grace_days)
        paid = paid_by(last_day, promise, known)
        if paid < need:
            if today <= last_day:
                return Standing(PromiseState.PENDING, None, max(paid, told))
            if ledger.owed_now <= 0 and told < need and state is PromiseState.PENDING:
                return Standing(PromiseState.CANCELLED, PromiseReason.NOTHING_OWED, max(paid, told))
            return Standing(PromiseState.BROKEN, _why_broken(number, paid), max(paid, told))
        reason = _why_kept(promise, need, due, last_day, counted)
    return Standing(PromiseState.KEPT, reason, max(paid, told))


def counts(payment: Payment, made_at: datetime) -> bool:
    """Whether a payment can be towards a promise: what was due at the call did not take account of it yet."""
    return payment.booked_at >= made_at and (payment.at > made_at or not payment.in_ledger)


def stages(promise: PromiseToPay) -> Iterator[tuple[int, date]]:
    """What must have been paid in all, by which days, in their order."""
    yield promise.amount, promise.due
    if promise.rest_due is not None and promise.owed is not None:
        yield promise.owed, promise.rest_due


def paid_by(day: date, promise: PromiseToPay, ledger: Ledger) -> int:
    """What was paid towards ``promise`` by the end of ``day``, minor units, at least 0.

    By the payments told, or by how much less the account owed then, if that is more: its state, told at the
    latest for the start of the next day, with later payments taken back out of it.
    """
    told = sum(payment.amount for payment in ledger.payments if payment.on <= day)
    if promise.owed is None or ledger.told_on > day + _ONE_DAY:
        return told
    later = sum(payment.amount for payment in ledger.payments if payment.on > day)
    return max(told, promise.owed - ledger.owed_now - later)


def shortfall(promise: PromiseToPay, reason: str | None, paid: int, owed_now: int) -> tuple[int, date]:
    """What is still missing of a broken promise, and the day it was promised for. 0: nothing any more."""
    *_, last = stages(promise)
    need, due = last if reason == PromiseReason.REST_UNPAID else (promise.amount, promise.due)
    if promise.owed is not None:
        paid = max(paid, promise.owed - owed_now)
    return max(0, min(need - paid, owed_now)), due


def _why_broken(stage: int, paid: int) -> PromiseReason:
    if stage > 0:
        return PromiseReason.REST_UNPAID
    return PromiseReason.PART_PAID if paid > 0 else PromiseReason.NOTHING_PAID


def _why_kept(
    promise: PromiseToPay, need: int, due: date, last_day: date, payments: Iterable[Payment]
) -> PromiseReason:
    in_time = sum(payment.amount for payment in payments if payment.on <= due)
    in_grace = sum(payment.amount for payment in payments if payment.on <= last_day)
    if in_grace < need:
        return PromiseReason.LEDGER
    if promise.plan_id is not None:
        return PromiseReason.FIRST_INSTALMENT
    return PromiseReason.PAID if in_time >= need else PromiseReason.PAID_IN_GRACE


def load_promise_rules(path: Path = SHIPPED) -> PromiseRules:
    """Read a rules file. Raises DataFileError with file, line and key."""
    return load_model(path, PromiseRules)


@cache
def shipped_promise_rules() -> PromiseRules:
    """The rules that ship, read once."""
    return load_promise_rules()
