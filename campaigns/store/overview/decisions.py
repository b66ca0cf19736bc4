"""Decisions by verdict and reason, and whom each holds back."""

from __future__ import annotations

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from campaigns.outcomes.overview.figures import ReasonRow
from campaigns.store import report_queries as sql
from campaigns.store.models import DecisionRecord
from campaigns.store.overview.scope import Scope


def reasons(session: Session, scope: Scope) -> tuple[ReasonRow, ...]:
    """The decisions of the period, most customers first within a verdict."""
    where = (*scope.of_campaigns(DecisionRecord.campaign_id), *scope.within(DecisionRecord.at))
    last = (
        select(func.max(DecisionRecord.id).label("id"))
        .where(*where)
        .group_by(DecisionRecord.campaign_id, DecisionRecord.customer_id)
        .having(sql.total(DecisionRecord.verdict == "allow") == 0)
        .subquery("last")
    )
    held = {
        (verdict, reason): count
        for verdict, reason, count in session.execute(
            select(DecisionRecord.verdict, DecisionRecord.reason, func.count())
            .join(last, last.c.id == DecisionRecord.id)
            .group_by(DecisionRecord.verdict, DecisionRecord.reason)
        )
    }
    rows = session.execute(
        select(
            DecisionRecord.verdict,
            DecisionRecord.reason,
            func.count(),
            func.count(DecisionRecord.customer_id.distinct()),
        )
        .where(*where)
        .group_by(DecisionRecord.verdict, DecisionRecord.reason)
    )
    found = [
        ReasonRow(verdict, reason, decisions, customers, held.get((verdict, reason), 0))
        for verdict, reason, decisions, customers in rows
    ]
    return tuple(sorted(found, key=lambda row: (row.verdict, -row.customers, row.reason)))
