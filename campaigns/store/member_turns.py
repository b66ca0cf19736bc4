"""A member as its turn is decided on: of which campaign, under whose hours, by which flow."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy import select

from campaigns.compliance.campaign_window import CampaignWindow
from campaigns.compliance.facts import Purpose
from campaigns.store.models import Campaign, CampaignMember, ExperimentArm


@dataclass(frozen=True, slots=True)
class MemberTurn:
    """A member that holds a turn in the queue. ``campaign_state`` as of this transaction."""

    id: int
    campaign_id: int
    customer_id: int
    account_id: int
    turn: int
    campaign_state: str
    purpose: Purpose = Purpose.REMINDER
    window: CampaignWindow | None = None  # the campaign's own hours
    flow: str | None = None  # of its arm, in an experiment
    experiment: int | None = None  # the campaign's own
    spares: bool = False  # whether it leaves alone whom other experiments compare with


MEMBERS = (
    select(
        CampaignMember.id,
        CampaignMember.campaign_id,
        CampaignMember.customer_id,
        CampaignMember.account_id,
        CampaignMember.turn,
        Campaign.state,
        Campaign.purpose,
        Campaign.windows,
        ExperimentArm.flow,
        Campaign.experiment_id,
        Campaign.control_groups,
    )
    .join(Campaign, Campaign.id == CampaignMember.campaign_id)
    .outerjoin(ExperimentArm, ExperimentArm.id == CampaignMember.arm_id)
)
"""Rows of ``member_turn``; whoever asks says of whom."""


def member_turn(row: Any) -> MemberTurn:
    """From a row of ``MEMBERS``."""
    member_id, campaign_id, customer_id, account_id, turn, state, purpose, windows, *rest = row
    flow, experiment, control_groups = rest
    window = None if windows is None else CampaignWindow.model_validate(windows)
    return MemberTurn(
        member_id,
        campaign_id,
        customer_id,
        account_id,
        turn,
        state,
        Purpose(purpose),
        window,
        flow,
        experiment,
        control_groups is None,
    )
