"""Building blocks of the report's SQL, alike on SQLite and PostgreSQL."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import Any

from sqlalchemy import CTE, ColumnElement, Select, and_, case, extract, func, select
from sqlalchemy.orm import InstrumentedAttribute

from campaigns.outcomes.report import STAGES
from campaigns.store.models import Attempt, Call, Campaign, CampaignMember, DecisionRecord, Grade, Promise

BUCKET_S = 900  # every zone's offset is a whole number of quarter-hours
Condition = ColumnElement[bool] | InstrumentedAttribute[bool]
TimeColumn = (
    InstrumentedAttribute[datetime] | InstrumentedAttribute[datetime | None] | ColumnElement[datetime]
)
IdColumn = InstrumentedAttribute[int] | InstrumentedAttribute[int | None]
TextColumn = InstrumentedAttribute[str] | InstrumentedAttribute[str | None]


def epoch(column: TimeColumn) -> ColumnElement[int]:
    """Whole seconds since 1970, whatever zone the database session is in."""
    seconds = extract("epoch", column)
    return seconds - seconds % 1


def bucket(column: TimeColumn) -> ColumnElement[int]:
    """The start, in seconds since 1970, of the quarter-hour that a time lies in."""
    seconds = extract("epoch", column)
    return seconds - seconds % BUCKET_S


def flag(condition: Condition) -> ColumnElement[int]:
    """1 or 0: PostgreSQL neither sums nor compares booleans."""
    return case((condition, 1), else_=0)


def total(condition: Condition) -> ColumnElement[int]:
    """How many rows meet ``condition``; 0 where there is no row."""
    return func.coalesce(func.sum(flag(condition)), 0)


def amount(column: InstrumentedAttribute[int], condition: Condition) -> ColumnElement[int]:
    """The sum of ``column`` over the rows that meet ``condition``; 0 where there is none."""
    return func.coalesce(func.sum(case((condition, column), else_=0)), 0)


def connected(not_connected: Collection[str]) -> ColumnElement[bool]:
    """Whether a call was answered by somebody who is not a machine; codes unknown here count."""
    return and_(Call.answered_at.is_not(None), Call.disposition.not_in(sorted(not_connected)))


def placed() -> ColumnElement[bool]:
    """Whether an attempt was handed to the line and the line could place it."""
    return and_(Attempt.dialed_at.is_not(None), Attempt.charged)


def talk_seconds(not_connected: Collection[str]) -> ColumnElement[int]:
    return case((connected(not_connected), epoch(Call.ended_at) - epoch(Call.answered_at)), else_=0)


def member_stages(campaign_id: int, not_connected: Collection[str]) -> CTE:
    """One row a member: ``member_id``, ``letter`` (None: ungraded) and ``stage``, an index into STAGES."""
    calls = select(Call.customer_id).where(Call.campaign_id == campaign_id)
    reached = {
        "promise": calls.join(Promise, Promise.call_id == Call.id),
        "right_party": calls.where(Call.right_party),
        "connected": calls.where(connected(not_connected)),
        "dialed": select(Attempt.customer_id).where(Attempt.campaign_id == campaign_id, placed()),
        "eligible": select(DecisionRecord.customer_id).where(
            DecisionRecord.campaign_id == campaign_id, DecisionRecord.verdict == "allow"
        ),
    }
    # Sets, not joins: SQLite scans a joined DISTINCT for every member, which takes minutes at 30,000 members.
    stage = case(
        *(
            (CampaignMember.customer_id.in_(customers), STAGES.index(name))
            for name, customers in reached.items()
        ),
        else_=STAGES.index("loaded"),
    )
    return (
        select(
            CampaignMember.id.label("member_id"),
            CampaignMember.customer_id,
            Grade.letter,
            stage.label("stage"),
        )
        .outerjoin(Grade, and_(Grade.customer_id == CampaignMember.customer_id, Grade.is_current))
        .where(CampaignMember.campaign_id == campaign_id)
        .cte("member_stage")
    )


def by_members(campaign_id: int) -> tuple[ColumnElement[bool], ...]:
    """Whether a call came in from a member of the campaign since it was made."""
    members = select(CampaignMember.customer_id).where(CampaignMember.campaign_id == campaign_id)
    made_at = select(Campaign.created_at).where(Campaign.id == campaign_id).scalar_subquery()
    return (
        Call.direction == "inbound",
        Call.customer_id.in_(members),
        Call.started_at >= made_at,
    )


def latest_decisions(campaign_id: int) -> Select[Any]:
    """The id of each customer's latest decision in the campaign."""
    return (
        select(func.max(DecisionRecord.id).label("id"))
        .where(DecisionRecord.campaign_id == campaign_id)
        .group_by(DecisionRecord.customer_id)
    )
