"""Where an accepted relief stands: pending, booked or lapsed. Pure.

It hangs on a promise to pay: kept in full by its day, the relief is granted; broken, cancelled or run out, it
lapses. The book that says so is never edited: what was wrong, such as a lapse before a payment was told that
had been made in time, is reversed by a later entry.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from functools import cache
from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field

from bot.datafile import load_model
from campaigns.outcomes.promises import PromiseState, PromiseToPay
from campaigns.outcomes.standing import Ledger, counts, paid_by, stages

SHIPPED = Path(__file__).with_name("relief.yaml")


class ReliefState(StrEnum):
    """Where an accepted relief stands."""

    PENDING = "pending"
    BOOKED = "booked"
    LAPSED = "lapsed"


class ReliefReason(StrEnum):
    """Why it stands there, and why an entry was reversed. Values are on record and never change."""

    PAID = "paid"  # in full and in time
    BROKEN = "broken"
    CANCELLED = "cancelled"
    EXPIRED = "expired"  # the offer ran out before the money came
    NOT_IN_FULL = "not_in_full"  # what was promised is less than what the relief asks for
    TOLD_LATE = "told_late"  # of a reversal: what was known then was not all


class EntryKind(StrEnum):
    """The kinds of entries of the book."""

    BOOKED = "booked"
    LAPSED = "lapsed"
    REVERSED = "reversed"


class ReliefRules(BaseModel):
    """The file of rules; the shipped one says what each key means."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    version: int = Field(ge=1)
    at_most: int = Field(ge=0, strict=True)
    approved_by: tuple[str, ...] = ()

    def allow(self, offer: AcceptedOffer) -> bool:
        """Whether it may be booked without a person."""
        named = not self.approved_by or offer.approved_by in self.approved_by
        return bool(offer.approved_by) and named and 0 < offer.waives <= self.at_most


@dataclass(frozen=True, slots=True)
class AcceptedOffer:
    """A relief that at least one promise hangs on. Minor units."""

    id: int
    account_id: int
    waives: int
    pay_by: date
    approved_by: str


@dataclass(frozen=True, slots=True)
class HangsOn:
    """A promise that the relief hangs on, and where it stands by the latest check."""

    id: int
    customer_id: int
    call_id: int | None
    promise: PromiseToPay
    state: PromiseState
    made_at: datetime


@dataclass(frozen=True, slots=True)
class Standing:
    """``promise``: which one decides. ``for_people``: granted, and above what may be booked without them."""

    state: ReliefState
    reason: ReliefReason | None
    promise: HangsOn
    for_people: bool = False


@dataclass(frozen=True, slots=True)
class Entry:
    """An entry of the book that no later one has reversed."""

    id: int
    kind: EntryKind
    amount: int
    promise_id: int


@dataclass(frozen=True, slots=True)
class NewEntry:
    """An entry to be written. ``reverses``: the id of another."""

    kind: EntryKind
    amount: int
    promise_id: int
    reason: ReliefReason
    reverses: int | None = None


def stand(
    offer: AcceptedOffer,
    promises: Iterable[HangsOn],
    ledger: Ledger,
    today: date,
    rules: ReliefRules,
    *,
    grace_days: int,
) -> Standing:
    """Where the relief stands at the start of ``today``. At least one of ``promises``, the latest last."""
    found = sorted(promises, key=lambda each: (each.made_at, each.id))
    if not found:
        raise ValueError("no promise hangs on this offer")
    kept = [each for each in found if each.state is PromiseState.KEPT]
    for each in kept:
        if _in_full(offer, each.promise) and _in_time(offer, each, ledger, grace_days):
            return _granted(offer, each, rules)
    if kept:
        why = ReliefReason.EXPIRED if _in_full(offer, kept[-1].promise) else ReliefReason.NOT_IN_FULL
        return Standing(ReliefState.LAPSED, why, kept[-1])
    pending = [each for each in found if each.state is PromiseState.PENDING]
    if pending and today <= offer.pay_by + timedelta(days=grace_days):
        return Standing(ReliefState.PENDING, None, pending[-1])
    if pending:
        return Standing(ReliefState.LAPSED, ReliefReason.EXPIRED, pending[-1])
    broken = found[-1].state is PromiseState.BROKEN
    return Standing(ReliefState.LAPSED, ReliefReason.BROKEN if broken else ReliefReason.CANCELLED, found[-1])


def entries_for(standing: Standing, in_force: Entry | None, offer: AcceptedOffer) -> list[NewEntry]:
    """What must be written so that the book says where the relief stands; nothing when it does already.

    Whatever is asked and how often, an offer is booked once at most, and never above what it waives.
    """
    wanted = _WANTED.get(standing.state)
    if standing.for_people:
        wanted = None  # the lender's own people book it
    if in_force is not None and in_force.kind is wanted:
        return []
    new = []
    if in_force is not None:
        new.append(
            NewEntry(
                EntryKind.REVERSED, -in_force.amount, in_force.promise_id, ReliefReason.TOLD_LATE, in_force.id
            )
        )
    if wanted is not None and standing.reason is not None:
        amount = offer.waives if wanted is EntryKind.BOOKED else 0
        new.append(NewEntry(wanted, amount, standing.promise.id, standing.reason))
    return new


_WANTED = {ReliefState.BOOKED: EntryKind.BOOKED, ReliefState.LAPSED: EntryKind.LAPSED}


def _granted(offer: AcceptedOffer, promise: HangsOn, rules: ReliefRules) -> Standing:
    if not rules.allow(offer):
        return Standing(ReliefState.PENDING, None, promise, for_people=True)
    return Standing(ReliefState.BOOKED, ReliefReason.PAID, promise)


def _in_full(offer: AcceptedOffer, promise: PromiseToPay) -> bool:
    """All that was owed but what is waived, as the bot asks for it."""
    if promise.owed is None:
        return True
    *_, (need, _) = stages(promise)
    return need >= promise.owed - offer.waives


def _in_time(offer: AcceptedOffer, kept: HangsOn, ledger: Ledger, grace_days: int) -> bool:
    """The promise was kept by its own day; the offer has one too, the earlier of which counts."""
    *_, (need, last_due) = stages(kept.promise)
    if last_due <= offer.pay_by:
        return True  # kept by the day that the offer asks for, as the check of promises found
    counted = tuple(payment for payment in ledger.payments if counts(payment, kept.made_at))
    known = Ledger(counted, ledger.owed_now, ledger.told_on)
    return paid_by(offer.pay_by + timedelta(days=grace_days), kept.promise, known) >= need


def load_relief_rules(path: Path = SHIPPED) -> ReliefRules:
    """Read a rules file. Raises DataFileError with file, line and key."""
    return load_model(path, ReliefRules)


@cache
def shipped_relief_rules() -> ReliefRules:
    """The rules that ship, read once."""
    return load_relief_rules()
