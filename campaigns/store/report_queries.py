"""Building blocks of the report's SQL, alike on SQLite and PostgreSQL."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import CTE, BigInteger, ColumnElement, Label, Select, and_, case, func, literal_column, select
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.orm import InstrumentedAttribute
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import FunctionElement

from campaigns.outcomes.report import STAGES
from campaigns.store.models import (
    Attempt,
    Call,
    Campaign,
    CampaignMember,
    DecisionRecord,
    ExperimentArm,
    Grade,
    Promise,
)

BUCKET_S = 900  # every zone's offset is a whole number of quarter-hours
Condition = ColumnElement[bool] | InstrumentedAttribute[bool]
TimeColumn = (
    InstrumentedAttribute[datetime] | InstrumentedAttribute[datetime | None] | ColumnElement[datetime]
)
IdColumn = InstrumentedAttribute[int] | InstrumentedAttribute[int | None]
TextColumn = InstrumentedAttribute[str] | InstrumentedAttribute[str | None]


class Epoch(FunctionElement[int]):
    """Whole seconds since 1970, as an integer: divisions of it by integers are whole as well."""

    type = BigInteger()
    inherit_cache = True
    name = "epoch"


@compiles(Epoch)
def _epoch(element: Epoch, compiler: SQLCompiler, **options: Any) -> str:
    column = compiler.process(element.clauses, **options)
    return f"CAST(floor(EXTRACT(EPOCH FROM {column})) AS BIGINT)"


@compiles(Epoch, "sqlite")
def _epoch_of_text(element: Epoch, compiler: SQLCompiler, **options: Any) -> str:
    return f"CAST(strftime('%s', {compiler.process(element.clauses, **options)}) AS INTEGER)"


def epoch(column: TimeColumn) -> ColumnElement[int]:
    """Whole seconds since 1970, whatever zone the database session is in."""
    return Epoch(column)


def bucket(column: TimeColumn) -> ColumnElement[int]:
    """The start, in seconds since 1970, of the quarter-hour that a time lies in."""
    return Epoch(column) // BUCKET_S * BUCKET_S


def flag(condition: Condition) -> ColumnElement[int]:
    """1 or 0: PostgreSQL neither sums nor compares booleans."""
    return case((condition, 1), else_=0)


def total(condition: Condition) -> ColumnElement[int]:
    """How many rows meet ``condition``; 0 where there is no row."""
    return func.coalesce(func.sum(flag(condition)), 0)


NOT_ASKED: ColumnElement[Any] = literal_column("0")
"""In the place of a column that a report is not broken down by: the same for all rows."""


def grouping(keys: Sequence[Label[Any]]) -> list[Label[Any]]:
    """Those of ``keys`` to group by. A constant there would be read as a column's position."""
    return [key for key in keys if key.element is not NOT_ASKED]


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


def held_out(campaign_id: int) -> Select[Any]:
    """Members whom an experiment keeps from the bot: nobody is going to decide on them."""
    return (
        select(CampaignMember.id)
        .join(ExperimentArm, ExperimentArm.id == CampaignMember.arm_id)
        .where(CampaignMember.campaign_id == campaign_id, ExperimentArm.kind != "script")
    )


def latest_decisions(campaign_id: int) -> Select[Any]:
    """The id of each customer's latest decision in the campaign."""
    return (
        select(func.max(DecisionRecord.id).label("id"))
        .where(DecisionRecord.campaign_id == campaign_id)
        .group_by(DecisionRecord.customer_id)
    )
