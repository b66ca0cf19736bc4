"""What a campaign is set to, and why members of it were held back."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final

from sqlalchemy import select, union_all
from sqlalchemy.orm import Session

from campaigns.compliance.campaign_window import CampaignWindow
from campaigns.experiments.design import Design
from campaigns.store.experiments import arm_sizes, design_of_experiment
from campaigns.store.models import Campaign, Customer, DecisionRecord, Invitation

AGAINST: Final = ("defer", "refuse")
EXAMPLES: Final = 3


@dataclass(frozen=True, slots=True)
class CampaignSetup:
    """What a campaign was created with and set to since; None: as the installation has it."""

    purpose: str
    audience: dict[str, Any]
    invitation: str | None
    invitation_until: date | None
    invitation_by: str | None
    windows: dict[str, Any] | None
    retries: dict[str, Any] | None
    caller_ids: tuple[str, ...] | None
    standing: str | None
    design: Design | None
    arms: Mapping[str, int]
    experiment: int | None = None
    priorities: dict[str, Any] | None = None
    control_groups: str | None = None  # why whom other experiments leave alone are called too

    @property
    def window(self) -> CampaignWindow | None:
        return None if self.windows is None else CampaignWindow.model_validate(self.windows)


@dataclass(frozen=True, slots=True)
class HeldBack:
    """A customer on whom a decision fell, as an example."""

    customer_id: int
    key: str
    at: datetime
    until: datetime | None


def campaign_setup(session: Session, campaign_id: int) -> CampaignSetup:
    """All that it is set to."""
    campaign = session.get_one(Campaign, campaign_id, populate_existing=True)
    invitation = session.scalar(select(Invitation).where(Invitation.campaign_id == campaign_id))
    experiment = campaign.experiment_id
    return CampaignSetup(
        purpose=campaign.purpose,
        audience=campaign.audience,
        invitation=invitation.text if invitation else None,
        invitation_until=invitation.valid_until if invitation else None,
        invitation_by=invitation.approved_by if invitation else None,
        windows=campaign.windows,
        retries=campaign.retries,
        caller_ids=None if campaign.caller_ids is None else tuple(campaign.caller_ids),
        standing=campaign.standing,
        priorities=campaign.priorities,
        design=None if experiment is None else design_of_experiment(session, experiment),
        arms={} if experiment is None else arm_sizes(session, campaign_id),
        experiment=experiment,
        control_groups=campaign.control_groups,
    )


def in_experiment(session: Session, campaign_id: int) -> bool:
    """Whether its members have arms."""
    return session.scalar(select(Campaign.experiment_id).where(Campaign.id == campaign_id)) is not None


def held_back(session: Session, campaign_id: int, reason: str) -> list[HeldBack]:
    """The latest customers whom a reason kept from a call."""
    # Each verdict by itself: its latest stand at the end of its part of the index.
    latest = [
        select(
            select(DecisionRecord.id)
            .where(
                DecisionRecord.campaign_id == campaign_id,
                DecisionRecord.verdict == verdict,
                DecisionRecord.reason == reason,
            )
            .order_by(DecisionRecord.id.desc())
            .limit(EXAMPLES)
            .subquery()
            .c.id
        )
        for verdict in AGAINST
    ]
    rows = session.execute(
        select(DecisionRecord.customer_id, Customer.external_id, DecisionRecord.at, DecisionRecord.until)
        .join(Customer, Customer.id == DecisionRecord.customer_id)
        .where(DecisionRecord.id.in_(union_all(*latest)))
        .order_by(DecisionRecord.id.desc())
        .limit(EXAMPLES)
    )
    return [HeldBack(*row) for row in rows]
