"""The plan of treatments in the store: one row a customer, as of the last planning."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from itertools import islice
from typing import Any, Final

import polars as pl
from sqlalchemy import func, insert, select, update
from sqlalchemy.orm import Session

from campaigns.customers.treatments.plan import Planned, plan
from campaigns.customers.treatments.rules import TAG_FACT, Treatments
from campaigns.store.customer_facts import customer_facts
from campaigns.store.database import Database
from campaigns.store.grades import Progress
from campaigns.store.models import Customer, CustomerTag, CustomerTreatment

BATCH: Final = 5_000  # customers in a transaction


@dataclass(frozen=True, slots=True)
class TreatmentCount:
    """Customers of one treatment; ``due``: those to be contacted now; ``next_on``: the first day after.

    ``to_check``: those whose number is checked before the call.
    """

    treatment: str
    customers: int
    due: int
    next_on: date | None
    to_check: int


@dataclass(frozen=True, slots=True)
class PlanRow:
    """One customer's place in the plan."""

    external_id: str
    treatment: str
    since: datetime
    next_contact_on: date | None
    check_number: bool
    reasons: tuple[str, ...]


def plan_treatments(
    database: Database, rules: Treatments, at: datetime, progress: Progress | None = None
) -> int:
    """Give every customer with an account a treatment as of ``at``; how many treatments are new or changed.

    Days are counted to that of ``at``, in the zone it carries. Written in several transactions: an
    interrupted run can be run again. Raises StoreError.
    """
    with database.transaction() as session:
        facts = _with_tags(session, customer_facts(session, at, rules.attributes), rules.tags)
    planned = plan(facts, rules, at.date())
    changed = done = 0
    while batch := list(islice(planned, BATCH)):
        with database.transaction() as session:
            changed += _save(session, batch, rules.label, at)
        done += len(batch)
        if progress is not None:
            progress(done, len(facts))
    return changed


def treatment_counts(session: Session, today: date) -> dict[str, TreatmentCount]:
    """The plan in numbers, by treatment."""
    day = CustomerTreatment.next_contact_on
    rows = session.execute(
        select(
            CustomerTreatment.treatment,
            func.count(),
            func.count().filter(day <= today),
            func.min(day).filter(day > today),
            func.count().filter(CustomerTreatment.check_number),
        ).group_by(CustomerTreatment.treatment)
    )
    return {row[0]: TreatmentCount(*row) for row in rows}


def planned_customers(
    session: Session, *, treatment: str | None = None, limit: int | None = None
) -> list[PlanRow]:
    """The plan, who is to be contacted first on top, who is not at the end."""
    day = CustomerTreatment.next_contact_on
    query = (
        select(Customer.external_id, CustomerTreatment)
        .join(Customer, Customer.id == CustomerTreatment.customer_id)
        .order_by(day.is_(None), day, CustomerTreatment.customer_id)
        .limit(limit)
    )
    if treatment is not None:
        query = query.where(CustomerTreatment.treatment == treatment)
    return [
        PlanRow(key, row.treatment, row.since, row.next_contact_on, row.check_number, tuple(row.reasons))
        for key, row in session.execute(query)
    ]


def _with_tags(session: Session, facts: pl.DataFrame, tags: Iterable[str]) -> pl.DataFrame:
    """``facts`` with a fact 1 or 0 for each of ``tags``."""
    for tag in tags:
        held = select(CustomerTag.customer_id).where(CustomerTag.until.is_(None), CustomerTag.tag == tag)
        ids = pl.Series(list(session.scalars(held)), dtype=pl.Int64)
        facts = facts.with_columns(
            pl.col("customer_id").is_in(ids.implode()).cast(pl.Int64).alias(TAG_FACT + tag)
        )
    return facts


def _save(session: Session, batch: list[Planned], source: str, at: datetime) -> int:
    first, last = batch[0].customer_id, batch[-1].customer_id
    found = session.scalars(
        select(CustomerTreatment).where(CustomerTreatment.customer_id.between(first, last))
    )
    known = {row.customer_id: row for row in found}
    new: list[dict[str, Any]] = []
    differ: list[dict[str, Any]] = []
    changed = 0
    for each in batch:
        row = known.get(each.customer_id)
        values: dict[str, Any] = {
            "customer_id": each.customer_id,
            "treatment": each.treatment,
            "source": source,
            "next_contact_on": each.next_contact_on,
            "check_number": each.check_number,
            "reasons": list(each.reasons),
        }
        if row is None or row.treatment != each.treatment:
            changed += 1
            values["since"] = at
        if row is None:
            new.append(values)
        elif any(getattr(row, name) != value for name, value in values.items()):
            differ.append({"since": row.since} | values)
    session.expunge_all()
    if new:
        session.execute(insert(CustomerTreatment), new)
    if differ:
        session.execute(update(CustomerTreatment), differ)
    return changed
