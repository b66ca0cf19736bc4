"""What operators change of campaigns, each on record with what was before and after."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from campaigns.compliance.campaign_window import CampaignWindow
from campaigns.compliance.reasons import Reason
from campaigns.dialing.priority import PriorityRules
from campaigns.errors import ConflictError
from campaigns.outcomes.webhook_events import EventType
from campaigns.said import Code, Said
from campaigns.store.holding import give_reason
from campaigns.store.models import Campaign, CampaignChange, CampaignMember
from campaigns.store.outbox import emit
from campaigns.store.priorities import refresh_campaign, rules_of

STOPPED = "campaign_stopped"
SYSTEM = "system"
EDITABLE = ("draft", "paused")


@dataclass(frozen=True, slots=True)
class Change:
    """One entry of the record. ``before`` and ``after`` hold what differs."""

    at: datetime
    by: str
    what: str
    before: dict[str, Any]
    after: dict[str, Any]


def note_change(
    session: Session,
    campaign_id: int,
    what: str,
    by: str,
    at: datetime,
    before: Mapping[str, Any] | None = None,
    after: Mapping[str, Any] | None = None,
) -> None:
    """Put a change on record, in the transaction that makes it."""
    session.add(
        CampaignChange(
            campaign_id=campaign_id,
            what=what,
            by=by[:64],
            at=at,
            before=dict(before or {}),
            after=dict(after or {}),
        )
    )


def lock_campaign(session: Session, campaign_id: int) -> Campaign:
    """The campaign as it is now, which nobody else changes until this transaction ends.

    To be asked before its members are locked, as handing out does.
    """
    # Attempts refer to the campaign: a reservation being made must not wait for an edit that waits for it.
    wanted = select(Campaign).where(Campaign.id == campaign_id).with_for_update(key_share=True)
    return session.scalars(wanted, execution_options={"populate_existing": True}).one()


def edit_campaign(
    session: Session, campaign_id: int, values: Mapping[str, Any], *, by: str, at: datetime, today: date
) -> Change:
    """Set columns of a campaign that is a draft or paused. Raises ConflictError: it runs, it is over, or
    nothing would be another than before.

    Members that wait for the campaign's window are decided on anew when the window changes, and those who
    were left to an experiment when a reason says that they are called too.
    """
    campaign = lock_campaign(session, campaign_id)
    if campaign.state not in EDITABLE:
        if campaign.state == "running":
            raise ConflictError("campaign %(campaign)r is running; pause it first", campaign=campaign.name)
        raise ConflictError(
            "campaign %(campaign)r is %(state)s; it cannot be changed any more",
            campaign=campaign.name,
            state=Code("campaign", campaign.state),
        )
    changed = {name: value for name, value in values.items() if getattr(campaign, name) != value}
    if not changed:
        raise ConflictError(
            "nothing to change: campaign %(campaign)r is set so already", campaign=campaign.name
        )
    before = {name: getattr(campaign, name) for name in changed}
    for name, value in changed.items():
        setattr(campaign, name, value)
    session.flush()
    note_change(session, campaign_id, "edit", by, at, before, changed)
    if "windows" in changed:
        session.execute(
            update(CampaignMember)
            .where(
                CampaignMember.campaign_id == campaign_id,
                CampaignMember.state == "waiting",
                CampaignMember.reason.in_((Reason.CAMPAIGN_HOURS, Reason.CALENDAR_UNKNOWN)),
            )
            .values(next_at=at, reason=None)
            .execution_options(synchronize_session=False)
        )
    if changed.get("control_groups") is not None:
        session.execute(
            update(CampaignMember)
            .where(
                CampaignMember.campaign_id == campaign_id,
                CampaignMember.state == "done",
                CampaignMember.reason == Reason.CONTROL_GROUP,
            )
            .values(state="waiting", next_at=at, reason=None)
            .execution_options(synchronize_session=False)
        )
    if "priorities" in changed:
        refresh_campaign(session, campaign_id, today)
    return Change(at, by, "edit", before, changed)


def pause_by_system(session: Session, campaign_id: int, why: Said | str, at: datetime) -> bool:
    """running → paused, told and on record; whether it ran. One stopped or paused meanwhile is left alone."""
    campaign = lock_campaign(session, campaign_id)
    if campaign.state != "running":
        return False
    campaign.state = "paused"
    give_reason(campaign, why)
    session.flush()
    note_change(session, campaign_id, "pause", SYSTEM, at, after={"reason": str(why)})
    data = {"campaign": campaign.name, "reason": str(why)}
    emit(session, EventType.CAMPAIGN_PAUSED, at, data, campaign_id=campaign_id)
    return True


def stop_campaign(session: Session, campaign_id: int, *, by: str, at: datetime) -> int:
    """End a campaign for good: nobody is dialled any more; how many members were not done.

    Calls in progress go on to their end and are written down. Raises ConflictError when it is over.
    """
    campaign = lock_campaign(session, campaign_id)
    if campaign.state == "finished":
        raise ConflictError(
            "campaign %(campaign)r is finished already; see 'xiaorong campaign report'",
            campaign=campaign.name,
        )
    before = {"state": campaign.state}
    campaign.state, campaign.finished_at = "finished", at
    give_reason(campaign, Said("stopped by %(who)s", who=by))
    session.flush()
    ended = session.execute(  # counted by the database: the ids of a million are not fetched
        update(CampaignMember)
        .where(CampaignMember.campaign_id == campaign_id, CampaignMember.state != "done")
        .values(state="done", next_at=None, reason=STOPPED)
        .execution_options(synchronize_session=False)
    )
    left: int = ended.rowcount  # type: ignore[attr-defined]
    emit(session, EventType.CAMPAIGN_FINISHED, at, {"campaign": campaign.name}, campaign_id=campaign_id)
    note_change(session, campaign_id, "stop", by, at, before, {"state": "finished", "members": left})
    return left


def changes_of(session: Session, campaign_id: int) -> list[Change]:
    """The record of a campaign, the latest last."""
    rows = session.scalars(
        select(CampaignChange).where(CampaignChange.campaign_id == campaign_id).order_by(CampaignChange.id)
    )
    return [Change(row.at, row.by, row.what, row.before, row.after) for row in rows]


def window_of(session: Session, campaign_id: int) -> CampaignWindow | None:
    """The campaign's own window."""
    windows = session.get_one(Campaign, campaign_id).windows
    return None if windows is None else CampaignWindow.model_validate(windows)


def rules_by_campaign(session: Session, campaign_id: int) -> PriorityRules:
    """The order of calling that a campaign goes by."""
    return rules_of(session.get_one(Campaign, campaign_id))
