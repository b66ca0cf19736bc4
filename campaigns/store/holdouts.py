"""Customers whom an experiment leaves alone, and who are called by another campaign all the same."""

from __future__ import annotations

from sqlalchemy import func, select
from sqlalchemy.orm import Session, aliased

from campaigns.experiments.design import Kind
from campaigns.store.models import Campaign, CampaignMember, Experiment, ExperimentArm


def held_out_elsewhere(session: Session, campaign_id: int) -> dict[str, int]:
    """Members of a campaign that other experiments leave alone: how many, by experiment.

    Each such call blurs what the experiment compares.
    """
    mine, theirs = aliased(CampaignMember), aliased(CampaignMember)
    own = select(Campaign.experiment_id).where(Campaign.id == campaign_id).scalar_subquery()
    rows = session.execute(
        select(Experiment.name, func.count(mine.customer_id.distinct()))
        .join(ExperimentArm, ExperimentArm.experiment_id == Experiment.id)
        .join(theirs, theirs.arm_id == ExperimentArm.id)
        .join(mine, mine.customer_id == theirs.customer_id)
        .where(
            mine.campaign_id == campaign_id,
            ExperimentArm.kind == Kind.CONTROL.value,
            Experiment.id != func.coalesce(own, 0),
        )
        .group_by(Experiment.name)
        .order_by(Experiment.name)
    )
    return {row[0]: row[1] for row in rows}
