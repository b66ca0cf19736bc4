"""What treatments had done in the store: who is due for what, and what waits for people."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import func, insert, or_, select, update
from sqlalchemy.orm import Session

from campaigns.customers.treatments.rules import CONTACTS, Action, Treatment
from campaigns.store.models import (
    Account,
    Customer,
    CustomerTreatment,
    Grade,
    SharedHistory,
    TreatmentAction,
)
from campaigns.store.people import same_people

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
    nobody is left. Messages go to people: what any record of a person got counts for all of them, and one of
    them is due.
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
    to_people = action is Action.REMINDER_SMS
    elsewhere = _last_of_others(session, action, [row[0] for row in rows]) if to_people else {}
    due = []
    for customer_id, next_on, grade, own_last in rows:
        last_on = max((on for on in (own_last, elsewhere.get(customer_id)) if on), default=None)
        if action in CONTACTS and (next_on is None or next_on > today):
            continue
        days = treatment.days_between(grade) or every_days
        if last_on is None or last_on + timedelta(days=days) <= today:
            due.append(Due(customer_id, grade))
    if to_people:
        due = _one_a_person(session, due)
    return due, rows[-1][0] if rows else None


def _last_of_others(session: Session, action: Action, customer_ids: Sequence[int]) -> dict[int, date]:
    """When the action was last done for another record whose history counts for each customer."""
    rows = session.execute(
        select(SharedHistory.customer_id, func.max(TreatmentAction.on))
        .join(TreatmentAction, TreatmentAction.customer_id == SharedHistory.other_id)
        .where(
            SharedHistory.customer_id.in_(customer_ids),
            TreatmentAction.action == action,
            or_(SharedHistory.until.is_(None), TreatmentAction.at <= SharedHistory.until),
        )
        .group_by(SharedHistory.customer_id)
    )
    return {customer_id: on for customer_id, on in rows}  # noqa: C416 - a Result is no mapping


def _one_a_person(session: Session, due: Sequence[Due]) -> list[Due]:
    people = same_people(session, [each.customer_id for each in due])
    taken: set[int] = set()
    chosen = []
    for each in due:
        if each.customer_id not in taken:
            chosen.append(each)
            taken |= people[each.customer_id]
    return chosen


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
