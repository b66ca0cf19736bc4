"""Customers in the store: finding and importing them. All functions work in the caller's transaction."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from campaigns.customers.record import CustomerRow, Reason
from campaigns.errors import NotFoundError
from campaigns.store.approvals import put_offers, put_plans
from campaigns.store.models import Account, Customer, ImportBatch
from campaigns.store.payments import take_off_newer_payments
from campaigns.store.priorities import refresh_customers
from campaigns.store.promises import put_promises
from campaigns.store.upsert import put_accounts, put_customers, put_numbers


@dataclass(frozen=True, slots=True)
class UpsertResult:
    """``refused``: by place in the rows given, those that do not fit what is in the store."""

    inserted: int
    updated: int
    refused: dict[int, Reason]


def count(session: Session) -> int:
    """How many customers there are."""
    return session.scalar(select(func.count()).select_from(Customer)) or 0


def customer_by_external_id(session: Session, external_id: str) -> Customer:
    """The customer with the lender's own key. Raises NotFoundError."""
    customer = session.scalar(select(Customer).where(Customer.external_id == external_id))
    if customer is None:
        raise NotFoundError(
            "there is no customer %(external_id)r; the store holds %(count)s customers",
            external_id=external_id,
            count=format(count(session), ","),
        )
    return customer


def start_batch(session: Session, *, file_name: str, file_sha256: str, at: datetime) -> int:
    """Record that an import has begun; the id of its record."""
    batch = ImportBatch(file_name=file_name[-255:], file_sha256=file_sha256, started_at=at)
    session.add(batch)
    session.flush()
    return batch.id


def record_batch(
    session: Session, batch_id: int, *, read: int, rejected: int, finished_at: datetime | None = None
) -> None:
    """Record how far an import has come."""
    session.execute(
        update(ImportBatch)
        .where(ImportBatch.id == batch_id)
        .values(rows_read=read, rows_rejected=rejected, finished_at=finished_at)
    )


def upsert_customers(session: Session, rows: Sequence[CustomerRow], *, at: datetime) -> UpsertResult:
    """Add new customers and bring the ledgers of known ones up to date; twice is the same as once.

    What calls have taught (status of numbers, suppressions, counts) is never touched. For a thousand rows or
    so at a time.
    """
    people = _known_people(session, rows)
    owners = _known_accounts(session, rows)
    refused = _refusals(rows, people, owners)
    kept = [row for place, row in enumerate(rows) if place not in refused]
    if kept:
        put_customers(session, kept, {key: person.attributes for key, person in people.items()}, at)
        ids = dict(
            session.execute(
                select(Customer.external_id, Customer.id).where(
                    Customer.external_id.in_({r.external_id for r in kept})
                )
            ).all()
        )
        put_accounts(session, kept, ids)
        put_numbers(session, kept, ids)
        put_offers(session, kept)
        put_plans(session, kept)
        put_promises(session, kept, at)
        take_off_newer_payments(session, kept)
        refresh_customers(session, ids.values(), at.date())
    inserted = sum(row.account.external_id not in owners for row in kept)
    return UpsertResult(inserted, len(kept) - inserted, refused)


@dataclass(frozen=True, slots=True)
class _Person:
    generated: bool
    attributes: dict[str, Any]


@dataclass(frozen=True, slots=True)
class _Owner:
    external_id: str
    as_of: datetime


def _known_people(session: Session, rows: Sequence[CustomerRow]) -> dict[str, _Person]:
    found = session.execute(
        select(Customer.external_id, Customer.generated, Customer.attributes).where(
            Customer.external_id.in_({row.external_id for row in rows})
        )
    )
    return {external_id: _Person(generated, attributes) for external_id, generated, attributes in found}


def _known_accounts(session: Session, rows: Sequence[CustomerRow]) -> dict[str, _Owner]:
    found = session.execute(
        select(Account.external_id, Customer.external_id, Account.as_of)
        .join(Customer, Account.customer_id == Customer.id)
        .where(Account.external_id.in_({row.account.external_id for row in rows}))
    )
    return {account: _Owner(owner, as_of) for account, owner, as_of in found}


def _refusals(
    rows: Sequence[CustomerRow], people: Mapping[str, _Person], owners: Mapping[str, _Owner]
) -> dict[int, Reason]:
    refused: dict[int, Reason] = {}
    holders = {account: owner.external_id for account, owner in owners.items()}
    for place, row in enumerate(rows):
        person, owner = people.get(row.external_id), owners.get(row.account.external_id)
        holder = holders.setdefault(row.account.external_id, row.external_id)
        if person and row.generated and not person.generated:
            refused[place] = Reason(
                "external_id", "real_customer", "belongs to a real customer, this row is generated"
            )
        elif holder != row.external_id:
            refused[place] = Reason("account_id", "other_customer", "belongs to another customer")
        elif owner and owner.as_of.astimezone(row.account.as_of.tzinfo).date() > row.account.as_of.date():
            refused[place] = Reason("row", "outdated", "a newer state of this account is on record")
    return refused
