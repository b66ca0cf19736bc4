"""What treatments had done in the store: who is due for what, and what waits for people."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import func, insert, select, update
from sqlalchemy.orm import Session

from campaigns.customers.treatments.rules import CONTACTS, Action, Treatment
from campaigns.store.models import Account, Customer, CustomerTreatment, Grade, TreatmentAction

DONE, OPEN, TAKEN = "done", "open", "taken"


@dataclass(frozen=True, slots=True)
class Due:
    """A customer who is due for an action of their treatment."""

    customer_id: int
    grade: str | None


@dataclass(frozen=True, slots=True)
class AccountFigures:
    """A customer's account with the highest limit. Minor units."""

    customer_id: int
    limit: int
    balance: int
    currency: str


@dataclass(frozen=True, slots=True)
class NewAction:
    """Something done for a customer, or put before people."""

    customer_id: int
    details: Mapping[str, Any] = field(default_factory=dict)
    state: str = DONE


@dataclass(frozen=True, slots=True)
class Task:
    """Something put before people or the lender's system."""

    id: int
    customer: str
    treatment: str
    action: str
    on: date
    details: Mapping[str, Any]


def due_customers(
    session: Session,
    treatment: Treatment,
    action: Action,
    today: date,
    every_days: int,
    *,
    after_id: int = 0,
    limit: int = 1000,
) -> tuple[list[Due], int | None]:
    """Up to ``limit`` planned customers with ids after ``after_id``: those due, and the last id looked at.

    Due when the plan says so (of an action that contacts), and when the action was not done in the days
    that must lie between. ``every_days``: for actions that have none of their own. The id is None when
    nobody is left.
    """
    last = (
        select(func.max(TreatmentAction.on))
        .where(TreatmentAction.customer_id == CustomerTreatment.customer_id, TreatmentAction.action == action)
        .scalar_subquery()
    )
    rows = session.execute(
        select(CustomerTreatment.customer_id, CustomerTreatment.next_contact_on, Grade.letter, last)
        .outerjoin(Grade, (Grade.customer_id == CustomerTreatment.customer_id) & Grade.is_current)
        .where(CustomerTreatment.treatment == treatment.id, CustomerTreatment.customer_id > after_id)
        .order_by(CustomerTreatment.customer_id)
        .limit(limit)
    ).all()
    due = []
    for customer_id, next_on, grade, last_on in rows:
        if action in CONTACTS and (next_on is None or next_on > today):
            continue
        days = treatment.days_between(grade) or every_days
        if last_on is None or last_on + timedelta(days=days) <= today:
            due.append(Due(customer_id, grade))
    return due, rows[-1][0] if rows else None


def record_actions(
    session: Session, treatment: str, action: Action, on: date, at: datetime, actions: Sequence[NewAction]
) -> None:
    """Write what was done; a second time on one day is an error of the database, and nothing is written."""
    if actions:
        session.execute(
            insert(TreatmentAction),
            [
                {
                    "customer_id": each.customer_id,
                    "treatment": treatment,
                    "action": action.value,
                    "on": on,
                    "state": each.state,
                    "details": dict(each.details),
                    "at": at,
                }
                for each in actions
            ],
        )


def account_figures(session: Session, customer_ids: Collection[int]) -> dict[int, AccountFigures]:
    """Of each customer the account with the highest limit."""
    found: dict[int, AccountFigures] = {}
    rows = session.execute(
        select(Account.customer_id, Account.credit_limit, Account.balance, Account.currency)
        .where(Account.customer_id.in_(customer_ids))
        .order_by(Account.credit_limit.desc(), Account.id)
    )
    for row in rows:
        found.setdefault(row[0], AccountFigures(*row))
    return found


def open_tasks(session: Session, action: Action | None = None) -> list[Task]:
    """What nobody has taken up yet, oldest first."""
    query = (
        select(TreatmentAction, Customer.external_id)
        .join(Customer, Customer.id == TreatmentAction.customer_id)
        .where(TreatmentAction.state == OPEN)
        .order_by(TreatmentAction.on, TreatmentAction.id)
    )
    if action is not None:
        query = query.where(TreatmentAction.action == action)
    return [
        Task(row.id, key, row.treatment, row.action, row.on, row.details)
        for row, key in session.execute(query)
    ]


def take_tasks(session: Session, task_ids: Sequence[int]) -> None:
    """open → taken: they are in somebody's hands."""
    for start in range(0, len(task_ids), 500):
        session.execute(
            update(TreatmentAction)
            .where(TreatmentAction.id.in_(task_ids[start : start + 500]), TreatmentAction.state == OPEN)
            .values(state=TAKEN)
        )
