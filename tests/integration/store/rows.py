"""Rows for tests of the store: a customer with an account and a number, as few words as possible."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from campaigns.store.models import Account, Customer, PhoneNumber
from campaigns.store.workers import Identity, register

AT = datetime(2026, 3, 2, 2, 0, tzinfo=UTC)  # a Monday, 10:00 in Shanghai


def add_customer(session: Session, *, amount_due: int = 120_000, days_past_due: int = 10) -> Customer:
    """A customer whose number is known to be in use, keyed by their place in this database.

    So whatever hashes keys, as the arms of experiments do, comes out the same in any order of tests.
    """
    n = (session.scalar(select(func.max(Customer.id))) or 0) + 1
    customer = Customer(
        external_id=f"C{n}", name="王小明", gender="male", id_tail="1234", created_at=AT, updated_at=AT
    )
    session.add(customer)
    session.flush()
    session.add(
        Account(
            customer_id=customer.id,
            external_id=f"A{n}",
            product="credit_card",
            currency="CNY",
            credit_limit=2_000_000,
            balance=amount_due,
            amount_due=amount_due,
            minimum_due=amount_due // 10,
            due_date=AT.date() - timedelta(days=days_past_due),
            days_past_due=days_past_due,
            as_of=AT,
        )
    )
    session.add(
        PhoneNumber(
            customer_id=customer.id,
            e164=f"+86154{n:08d}",
            generated=True,
            status="active",
            status_source="check",
            status_at=AT,
        )
    )
    session.flush()
    return customer


def add_worker(session: Session, worker_id: str = "w") -> None:
    """A worker that is alive on record."""
    register(session, Identity(worker_id, "host", "place", 1))
    session.flush()
