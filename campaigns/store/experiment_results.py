"""What came of each arm of an experiment, counted by the database: one row an arm.

People are counted, not records: records that are one person now are one, in the arm that the first of them
was put into, with the calls, payments and bars of all.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Float, Subquery, cast, func, select, type_coerce
from sqlalchemy.orm import InstrumentedAttribute, Session

from campaigns.experiments.analysis import WANTED, ArmCounts, ExperimentReport, analyse
from campaigns.experiments.design import Design
from campaigns.experiments.guardrail import shipped_guardrail
from campaigns.experiments.intervals import Sample
from campaigns.outcomes.dispositions import Dispositions, shipped_dispositions
from campaigns.store import report_queries as sql
from campaigns.store.experiments import design_of_experiment, experiment_id
from campaigns.store.models import (
    Account,
    Call,
    Campaign,
    CampaignMember,
    Customer,
    ExperimentArm,
    Payment,
    Promise,
    Suppression,
)
from campaigns.store.people import first_records, person_of

DAY_S = 86_400
_OF_CALLS = ("connected", "right_party", "promise", "kept")


def experiment_report(
    session: Session,
    name: str,
    now: datetime,
    *,
    days: int = 7,
    wanted: float = WANTED,
    codes: Dispositions | None = None,
) -> ExperimentReport:
    """The report of an experiment as of ``now``; payments count for ``days`` days from joining.

    Raises NotFoundError.
    """
    experiment = experiment_id(session, name)
    design = design_of_experiment(session, experiment)
    campaigns = session.execute(
        select(Campaign.name, Campaign.state)
        .where(Campaign.experiment_id == experiment)
        .order_by(Campaign.id)
    ).all()
    machine = sorted((codes or shipped_dispositions()).not_connected())
    currencies = _currencies(session, experiment, days)
    currency = currencies[0] if len(currencies) == 1 else None
    return analyse(
        design,
        _counts(session, experiment, design, now, days, machine, with_money=len(currencies) < 2),
        as_of=now,
        days=days,
        campaigns=tuple(row.name for row in campaigns),
        running=any(row.state != "finished" for row in campaigns),
        currency=currency,
        wanted=wanted,
    )


def _joined(experiment: int) -> Subquery:
    """One row a person: ``person_id``, ``arm_id``, and ``since``, when they were first put into it."""
    others = first_records()
    person = person_of(CampaignMember.customer_id, others)
    first = (
        select(
            person.label("person_id"),
            func.min(CampaignMember.id).label("member_id"),
            func.min(Campaign.created_at).label("since"),
        )
        .join(Campaign, Campaign.id == CampaignMember.campaign_id)
        .outerjoin(others, others.c.customer_id == CampaignMember.customer_id)
        .where(Campaign.experiment_id == experiment, CampaignMember.arm_id.is_not(None))
        .group_by(person)
        .subquery("first_member")
    )
    return (
        select(first.c.person_id, CampaignMember.arm_id, first.c.since)
        .join(CampaignMember, CampaignMember.id == first.c.member_id)
        .subquery("joined")
    )


def _payments(joined: Subquery, days: int) -> Any:
    """Payments on any account of the people, within the days that count."""
    others = first_records()
    person = person_of(Account.customer_id, others)
    return (
        select(joined.c.person_id, Payment.currency, Payment.amount)
        .select_from(Payment)
        .join(Account, Account.id == Payment.account_id)
        .outerjoin(others, others.c.customer_id == Account.customer_id)
        .join(joined, joined.c.person_id == person)
        .where(
            Payment.paid_at >= joined.c.since,
            sql.epoch(Payment.paid_at) < sql.epoch(joined.c.since) + days * DAY_S,
        )
    )


def _person(owner: InstrumentedAttribute[int | None], others: Any) -> ColumnElement[int]:
    """As ``person_of``, for a column that need not say whose a row is: nobody's joins nobody."""
    return person_of(type_coerce(owner, Customer.id.type), others)


def _currencies(session: Session, experiment: int, days: int) -> Sequence[str]:
    paid = _payments(_joined(experiment), days).subquery()
    return session.scalars(select(paid.c.currency).distinct().order_by(paid.c.currency)).all()


def _calls(experiment: int, machine: Sequence[str]) -> Subquery:
    """One row a person who was called: 1 or 0 for each measure."""
    guarded = shipped_guardrail().dispositions
    others = first_records()
    person = _person(Call.customer_id, others)
    return (
        select(
            person.label("person_id"),
            func.max(sql.flag(sql.connected(machine))).label("connected"),
            func.max(sql.flag(Call.right_party)).label("right_party"),
            func.max(sql.flag(Promise.id.is_not(None))).label("promise"),
            func.max(sql.flag(Promise.state == "kept")).label("kept"),
            func.max(sql.flag(Call.disposition.in_(guarded))).label("guarded"),
        )
        .join(Campaign, Campaign.id == Call.campaign_id)
        .outerjoin(Promise, Promise.call_id == Call.id)
        .outerjoin(others, others.c.customer_id == Call.customer_id)
        .where(Campaign.experiment_id == experiment)
        .group_by(person)
        .subquery("called")
    )


def _counts(
    session: Session,
    experiment: int,
    design: Design,
    now: datetime,
    days: int,
    machine: Sequence[str],
    *,
    with_money: bool,
) -> dict[str, ArmCounts]:
    joined, called = _joined(experiment), _calls(experiment, machine)
    payments = _payments(joined, days).subquery()
    paid = (
        select(payments.c.person_id, func.sum(payments.c.amount).label("amount"))
        .group_by(payments.c.person_id)
        .subquery("paid")
    )
    others = first_records()
    barred = (
        select(joined.c.person_id)
        .select_from(Suppression)
        .outerjoin(others, others.c.customer_id == Suppression.customer_id)
        .join(joined, joined.c.person_id == _person(Suppression.customer_id, others))
        .where(
            Suppression.reason.in_(shipped_guardrail().suppressions),
            Suppression.created_at >= joined.c.since,
            sql.epoch(Suppression.created_at) < sql.epoch(joined.c.since) + days * DAY_S,
        )
    )
    money = cast(func.coalesce(paid.c.amount, 0), Float)
    rows = session.execute(
        select(
            ExperimentArm.name,
            func.count(),
            sql.total(sql.epoch(joined.c.since) + days * DAY_S <= int(now.timestamp())),
            *(func.coalesce(func.sum(called.c[name]), 0) for name in _OF_CALLS),
            sql.total(paid.c.amount > 0),
            sql.total((called.c.guarded == 1) | joined.c.person_id.in_(barred)),
            func.coalesce(func.sum(money), 0.0),
            func.coalesce(func.sum(money * money), 0.0),
        )
        .select_from(joined)
        .join(ExperimentArm, ExperimentArm.id == joined.c.arm_id)
        .outerjoin(called, called.c.person_id == joined.c.person_id)
        .outerjoin(paid, paid.c.person_id == joined.c.person_id)
        .group_by(ExperimentArm.name)
    )
    found = {name: figures for name, *figures in rows}
    return {
        arm.name: _arm(arm.name, found.get(arm.name, [0] * 10), with_money=with_money) for arm in design.arms
    }


def _arm(name: str, row: Sequence[Any], *, with_money: bool) -> ArmCounts:
    *counts, total, squares = row
    customers, ripe, connected, right_party, promise, kept, paid, guardrail = (int(count) for count in counts)
    return ArmCounts(
        arm=name,
        customers=customers,
        ripe=ripe,
        connected=connected,
        right_party=right_party,
        promise=promise,
        kept=kept,
        paid=paid,
        guardrail=guardrail,
        money=Sample(customers, float(total), float(squares)) if with_money and customers else None,
    )
