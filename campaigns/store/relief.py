"""The book of relief in the store: append-only, one entry a change, read by checks, lists and exports."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, tzinfo

from sqlalchemy import exists, func, select
from sqlalchemy.orm import Session, aliased

from campaigns.outcomes.promises import PromiseState
from campaigns.outcomes.relief import AcceptedOffer, Entry, EntryKind, HangsOn, NewEntry
from campaigns.outcomes.standing import Ledger
from campaigns.outcomes.webhook_events import EventType
from campaigns.store.models import Account, Customer, Promise, ReliefEntry, ReliefOffer
from campaigns.store.outbox import emit
from campaigns.store.promises import payments_of, value_of

_LATER = aliased(ReliefEntry)
_IN_FORCE = (
    ReliefEntry.kind != EntryKind.REVERSED,
    ~exists().where(_LATER.reverses_id == ReliefEntry.id),
)


@dataclass(frozen=True, slots=True)
class Accepted:
    """An accepted offer with all that decides where it stands."""

    offer: AcceptedOffer
    promises: tuple[HangsOn, ...]
    ledger: Ledger
    in_force: Entry | None
    currency: str


@dataclass(frozen=True, slots=True)
class BookLine:
    """One entry as the core banking system is told of it. Amounts in minor units."""

    entry: int
    customer: str
    account: str
    offer: int
    relief: str
    kind: str
    amount: int
    currency: str
    on: date
    approved_by: str
    reason: str
    reverses: int | None
    recorded_at: datetime


@dataclass(frozen=True, slots=True)
class OfferView:
    """An accepted offer as an operator sees it. ``state``: pending, booked or lapsed by the latest check."""

    customer: str
    account: str
    offer: int
    state: str
    waives: int
    currency: str
    pay_by: date
    approved_by: str
    promise_due: date
    promise_state: str
    reason: str | None
    on: date | None


def accepted_offers(session: Session, zone: tzinfo, *, after_id: int = 0, limit: int = 500) -> list[Accepted]:
    """Accepted offers by id that are not booked, locked: whoever else checks them waits."""
    booked = select(ReliefEntry.offer_id).where(ReliefEntry.kind == EntryKind.BOOKED, *_IN_FORCE)
    offers = session.scalars(
        select(ReliefOffer)
        .where(
            ReliefOffer.id > after_id,
            ReliefOffer.id.in_(select(Promise.relief_offer_id).where(Promise.relief_offer_id.is_not(None))),
            ReliefOffer.id.not_in(booked),
        )
        .order_by(ReliefOffer.id)
        .limit(limit)
        .with_for_update()
    ).all()
    return [_accepted(*found) for found in _surroundings(session, offers, zone)]


def write_entries(
    session: Session, accepted: Accepted, entries: Sequence[NewEntry], on: date, at: datetime
) -> None:
    """Append entries to the book, and tell of what is booked or taken back."""
    offer = accepted.offer
    seq = session.scalar(select(func.max(ReliefEntry.seq)).where(ReliefEntry.offer_id == offer.id)) or 0
    customer_id = accepted.promises[-1].customer_id
    for entry in entries:
        seq += 1
        row = ReliefEntry(
            offer_id=offer.id,
            seq=seq,
            promise_id=entry.promise_id,
            account_id=offer.account_id,
            kind=entry.kind,
            amount=entry.amount,
            currency=accepted.currency,
            on=on,
            approved_by=offer.approved_by,
            reason=entry.reason,
            reverses_id=entry.reverses,
            recorded_at=at,
        )
        session.add(row)
        session.flush()
        if entry.amount == 0:
            continue
        told = EventType.RELIEF_BOOKED if entry.kind is EntryKind.BOOKED else EventType.RELIEF_REVERSED
        data = {
            "entry": row.id,
            "relief_offer": offer.id,
            "promise": entry.promise_id,
            "amount": entry.amount,
            "currency": accepted.currency,
            "on": on,
            "approved_by": offer.approved_by,
            "reverses": entry.reverses,
        }
        emit(session, told, at, data, customer_id=customer_id)


def book_lines(
    session: Session, *, first: date | None = None, last: date | None = None, after_entry: int = 0
) -> list[BookLine]:
    """Entries that change money, in order: booked to these days, inclusive, behind ``after_entry``."""
    query = (
        select(ReliefEntry, Customer.external_id, Account.external_id, ReliefOffer.kind)
        .join(Account, Account.id == ReliefEntry.account_id)
        .join(Customer, Customer.id == Account.customer_id)
        .join(ReliefOffer, ReliefOffer.id == ReliefEntry.offer_id)
        .where(ReliefEntry.amount != 0, ReliefEntry.id > after_entry)
        .order_by(ReliefEntry.id)
    )
    if first is not None:
        query = query.where(ReliefEntry.on >= first)
    if last is not None:
        query = query.where(ReliefEntry.on <= last)
    return [
        BookLine(
            row.id,
            customer,
            account,
            row.offer_id,
            kind,
            row.kind,
            row.amount,
            row.currency,
            row.on,
            row.approved_by,
            row.reason,
            row.reverses_id,
            row.recorded_at,
        )
        for row, customer, account, kind in session.execute(query)
    ]


def offer_views(session: Session, limit: int) -> list[OfferView]:
    """Accepted offers, the latest first, as the book has them."""
    latest = (
        select(Promise.relief_offer_id, func.max(Promise.id).label("promise_id"))
        .where(Promise.relief_offer_id.is_not(None))
        .group_by(Promise.relief_offer_id)
        .subquery()
    )
    entry = select(ReliefEntry).where(*_IN_FORCE).subquery()
    in_force = aliased(ReliefEntry, entry)
    rows = session.execute(
        select(ReliefOffer, Promise, Account.external_id, Customer.external_id, in_force)
        .join(latest, latest.c.relief_offer_id == ReliefOffer.id)
        .join(Promise, Promise.id == latest.c.promise_id)
        .join(Account, Account.id == ReliefOffer.account_id)
        .join(Customer, Customer.id == Account.customer_id)
        .outerjoin(in_force, in_force.offer_id == ReliefOffer.id)
        .order_by(ReliefOffer.id.desc())
        .limit(limit)
    )
    return [
        OfferView(
            customer,
            account,
            offer.id,
            "pending" if found is None else found.kind,
            offer.waives,
            promise.currency,
            offer.pay_by,
            offer.approved_by,
            promise.rest_due or promise.due,
            promise.state,
            None if found is None else found.reason,
            None if found is None else found.on,
        )
        for offer, promise, account, customer, found in rows
    ]


def _surroundings(
    session: Session, offers: Sequence[ReliefOffer], zone: tzinfo
) -> Iterable[tuple[ReliefOffer, list[Promise], Ledger, Entry | None]]:
    ids = [offer.id for offer in offers]
    accounts = {
        row.id: row
        for row in session.scalars(select(Account).where(Account.id.in_({o.account_id for o in offers})))
    }
    payments = payments_of(session, accounts)
    promises: dict[int, list[Promise]] = {}
    for promise in session.scalars(
        select(Promise).where(Promise.relief_offer_id.in_(ids)).order_by(Promise.made_at, Promise.id)
    ):
        promises.setdefault(promise.relief_offer_id or 0, []).append(promise)
    entries = {
        row.offer_id: Entry(row.id, EntryKind(row.kind), row.amount, row.promise_id)
        for row in session.scalars(select(ReliefEntry).where(ReliefEntry.offer_id.in_(ids), *_IN_FORCE))
    }
    for offer in offers:
        account = accounts[offer.account_id]
        told_on = account.as_of.astimezone(zone).date()
        ledger = Ledger(payments.get(account.id, ()), account.amount_due, told_on)
        yield offer, promises[offer.id], ledger, entries.get(offer.id)


def _accepted(
    offer: ReliefOffer, promises: list[Promise], ledger: Ledger, in_force: Entry | None
) -> Accepted:
    return Accepted(
        AcceptedOffer(offer.id, offer.account_id, offer.waives, offer.pay_by, offer.approved_by),
        tuple(
            HangsOn(row.id, row.customer_id, row.call_id, value_of(row), PromiseState(row.state), row.made_at)
            for row in promises
        ),
        ledger,
        in_force,
        promises[-1].currency,
    )
