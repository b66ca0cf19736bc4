"""Customers whom an experiment leaves to itself or to people: while it goes on, no other campaign calls them.

What such a customer is called with would be taken for an effect of the experiment. An experiment goes on as
long as one of its campaigns is not finished.
"""

from __future__ import annotations

from collections.abc import Collection

from sqlalchemy import bindparam, exists, func, select
from sqlalchemy.orm import Session, aliased

from campaigns.experiments.design import Kind
from campaigns.store.models import Campaign, CampaignMember, Customer, Experiment, ExperimentArm

NONE = 0  # no experiment has this id

_UNDER_WAY = exists().where(
    Campaign.experiment_id == ExperimentArm.experiment_id, Campaign.state != "finished"
)
_HELD_OUT = select(
    exists().where(
        CampaignMember.customer_id.in_(bindparam("people", type_=Customer.id.type, expanding=True)),
        CampaignMember.arm_id == ExperimentArm.id,
        ExperimentArm.kind != Kind.SCRIPT.value,
        ExperimentArm.experiment_id != bindparam("own"),
        _UNDER_WAY,
    )
)


def is_held_out(session: Session, records: Collection[int], own: int | None) -> bool:
    """Whether an experiment other than ``own`` keeps the bot from the person with these records."""
    return session.scalar(_HELD_OUT, {"people": records, "own": own or NONE}) or False


def held_out_elsewhere(session: Session, campaign_id: int) -> dict[str, int]:
    """Members of a campaign whom other experiments under way leave alone: how many, by experiment."""
    mine, theirs = aliased(CampaignMember), aliased(CampaignMember)
    own = select(Campaign.experiment_id).where(Campaign.id == campaign_id).scalar_subquery()
    rows = session.execute(
        select(Experiment.name, func.count(mine.customer_id.distinct()))
        .join(ExperimentArm, ExperimentArm.experiment_id == Experiment.id)
        .join(theirs, theirs.arm_id == ExperimentArm.id)
        .join(mine, mine.customer_id == theirs.customer_id)
        .where(
            mine.campaign_id == campaign_id,
            ExperimentArm.kind != Kind.SCRIPT.value,
            Experiment.id != func.coalesce(own, NONE),
            _UNDER_WAY,
        )
        .group_by(Experiment.name)
        .order_by(Experiment.name)
    )
    return {row[0]: row[1] for row in rows}
