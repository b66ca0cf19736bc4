"""Making a campaign and changing one, for pages and programs alike."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from campaigns.console.scripts import folder
from campaigns.console.visit import Visit
from campaigns.dialing.audience import Audience
from campaigns.dialing.creation import NewCampaign, create
from campaigns.dialing.editing import CampaignEdit, check_edit
from campaigns.outcomes.retry import shipped_retry_policy
from campaigns.store.campaigns import CampaignView
from campaigns.store.changes import Change, edit_campaign
from campaigns.store.console.audit import Deed
from campaigns.store.console.campaigns import CampaignLine
from campaigns.store.database import Session


@dataclass(frozen=True, slots=True)
class WantedCampaign:
    """A campaign as it was asked for, and what is set of it beyond its making."""

    new: NewCampaign
    more: CampaignEdit


def make(visit: Visit, wanted: WantedCampaign) -> CampaignView:
    """Make it, as a draft; all that was set is on record.

    Raises ConflictError that says what would do, DataFileError for a script that is wrong.
    """
    settings, published = visit.services.settings, folder(visit)
    with visit.changing() as session:
        at = visit.services.local_now(session)
        check_edit(wanted.more, settings.callers, shipped_retry_policy(), at.date())
        campaign, audience = create(session, wanted.new, published, settings, at)
        values = wanted.more.values()
        if values:
            edit_campaign(session, campaign.id, values, by=visit.who.username, at=at, today=at.date())
        after = {
            "members": campaign.members,
            "flow": campaign.flow,
            "concurrency": campaign.concurrency,
            "calls_per_second": campaign.calls_per_second,
            **_set(audience),
            **_own(wanted.new),
            **values,
        }
        visit.record(session, Deed("campaigns.created", "campaign", campaign.name, after=after))
    return campaign


def change(visit: Visit, session: Session, line: CampaignLine, wanted: CampaignEdit) -> Change:
    """Set what differs of a draft or paused campaign; what was before and after is on record.

    Raises ConflictError: it runs, it is over, nothing would differ, or a value does not do.
    """
    at = visit.services.local_now(session)
    check_edit(wanted, visit.services.settings.callers, shipped_retry_policy(), at.date())
    made = edit_campaign(session, line.id, wanted.values(), by=visit.who.username, at=at, today=at.date())
    visit.record(session, Deed("campaigns.edited", "campaign", line.name, made.before, made.after))
    return made


def _set(audience: Audience) -> dict[str, Any]:
    """What the audience is narrowed by."""
    usual = Audience().to_dict()
    return {name: value for name, value in audience.to_dict().items() if value != usual[name]}


def _own(new: NewCampaign) -> dict[str, Any]:
    told: dict[str, Any] = {}
    if new.window is not None:
        told["windows"] = str(new.window)
    if new.invitation is not None:
        told["invitation"] = new.invitation.text
        told["approved_by"] = new.invitation.approved_by
        told["valid_until"] = new.invitation.valid_until
    if new.experiment is not None:
        told["experiment"] = new.experiment.name
    return told
