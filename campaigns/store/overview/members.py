"""Members that are alike, counted together, by the furthest that each came in the period."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any

from sqlalchemy import CTE, ColumnElement, Label, Subquery, case, func, or_, select
from sqlalchemy.orm import Session

from campaigns.outcomes.overview.dimensions import OF_MEMBERS, Dimension
from campaigns.outcomes.overview.figures import FUNNEL, MemberCell, Money, Stages
from campaigns.store import report_queries as sql
from campaigns.store.models import (
    Account,
    Attempt,
    Call,
    Campaign,
    CampaignMember,
    ExperimentArm,
    Payment,
    Promise,
    ReliefOffer,
)
from campaigns.store.overview.scope import DAY_S, Scope

_AT = {name: index for index, name in enumerate(FUNNEL)}
_CALLED = or_(ExperimentArm.kind.is_(None), ExperimentArm.kind == "script")


def member_cells(
    session: Session, scope: Scope, by: Collection[Dimension], machine: Collection[str], paid_days: int
) -> tuple[MemberCell, ...]:
    """Every combination of the dimensions asked for that has a member."""
    came, promised = _came(scope, machine), _promised(scope)
    paid = _paid(came, paid_days)
    keys = _keys(by)
    stage = func.coalesce(came.c.stage, 0)
    rows = session.execute(
        select(
            *keys,
            Account.currency,
            *(sql.total(stage >= _AT[name]) for name in FUNNEL),
            sql.total(paid.c.amount > 0),
            *(
                func.coalesce(func.sum(part.c[name]), 0)
                for part, names in (
                    (promised, ("promised", "kept", "relief", "relief_kept")),
                    (paid, ("amount",)),
                )
                for name in names
            ),
        )
        .select_from(CampaignMember)
        .join(Campaign, Campaign.id == CampaignMember.campaign_id)
        .join(Account, Account.id == CampaignMember.account_id)
        .outerjoin(ExperimentArm, ExperimentArm.id == CampaignMember.arm_id)
        .outerjoin(came, came.c.member_id == CampaignMember.id)
        .outerjoin(promised, promised.c.member_id == CampaignMember.id)
        .outerjoin(paid, paid.c.member_id == CampaignMember.id)
        .where(CampaignMember.campaign_id.in_(scope.ids), _CALLED)
        .group_by(*sql.grouping(keys), Account.currency)
    )
    return tuple(_cell(row, len(keys), by) for row in rows)


def held_out(session: Session, scope: Scope) -> int:
    """Members whom an experiment keeps from the bot."""
    return (
        session.scalar(
            select(func.count())
            .select_from(CampaignMember)
            .join(ExperimentArm, ExperimentArm.id == CampaignMember.arm_id)
            .where(CampaignMember.campaign_id.in_(scope.ids), ExperimentArm.kind != "script")
        )
        or 0
    )


def _keys(by: Collection[Dimension]) -> list[Label[Any]]:
    columns: dict[Dimension, ColumnElement[Any] | sql.TextColumn] = {
        Dimension.CAMPAIGN: Campaign.name,
        Dimension.GRADE: CampaignMember.grade,
        Dimension.TREATMENT: CampaignMember.treatment,
        Dimension.ARM: ExperimentArm.name,
    }
    return [
        (columns[dimension] if dimension in by else sql.NOT_ASKED).label(f"by_{dimension}")
        for dimension in OF_MEMBERS
    ]


def _came(scope: Scope, machine: Collection[str]) -> CTE:
    """One row a member with an attempt: ``stage``, an index into FUNNEL, and ``first``, the first dial."""
    stage = case(
        (Promise.state == "kept", _AT["kept"]),
        (Promise.id.is_not(None), _AT["promise"]),
        (Call.right_party, _AT["right_party"]),
        (sql.connected(machine), _AT["connected"]),
        (sql.placed(), _AT["dialed"]),
        else_=_AT["eligible"],
    )
    return (
        select(
            Attempt.member_id,
            func.max(stage).label("stage"),
            func.min(case((sql.placed(), Attempt.dialed_at))).label("first"),
        )
        .outerjoin(Call, Call.attempt_id == Attempt.id)
        .outerjoin(Promise, Promise.call_id == Call.id)
        .where(*scope.attempts())
        .group_by(Attempt.member_id)
        .cte("came")  # read twice, and reckoned once
    )


def _promised(scope: Scope) -> Subquery:
    """One row a member with a promise: money of those that stand, and of those kept."""
    stands, kept = Promise.state != "cancelled", Promise.state == "kept"
    return (
        select(
            Attempt.member_id,
            sql.amount(Promise.amount, stands).label("promised"),
            sql.amount(Promise.amount, kept).label("kept"),
            sql.amount(ReliefOffer.waives, stands).label("relief"),
            sql.amount(ReliefOffer.waives, kept).label("relief_kept"),
        )
        .select_from(Promise)
        .join(Call, Call.id == Promise.call_id)
        .join(Attempt, Attempt.id == Call.attempt_id)
        .outerjoin(ReliefOffer, ReliefOffer.id == Promise.relief_offer_id)
        .where(*scope.attempts())
        .group_by(Attempt.member_id)
        .subquery("promised")
    )


def _paid(came: CTE, days: int) -> Subquery:
    """One row a member who was dialled and paid within ``days`` days of the first dial."""
    return (
        select(CampaignMember.id.label("member_id"), func.sum(Payment.amount).label("amount"))
        .select_from(Payment)
        .join(CampaignMember, CampaignMember.account_id == Payment.account_id)
        .join(came, came.c.member_id == CampaignMember.id)
        .where(
            Payment.paid_at >= came.c.first,
            sql.epoch(Payment.paid_at) < sql.epoch(came.c.first) + days * DAY_S,
        )
        .group_by(CampaignMember.id)
        .subquery("paid")
    )


def _cell(row: Sequence[Any], width: int, by: Collection[Dimension]) -> MemberCell:
    counts = [int(count) for count in row[width + 1 :]]
    stages, money = counts[: len(FUNNEL) + 1], counts[len(FUNNEL) + 1 :]
    key = {dimension: value for dimension, value in zip(OF_MEMBERS, row, strict=False) if dimension in by}
    return MemberCell(key, row[width], Stages(*stages), Money(*money))
