"""Creating a campaign from what was asked for on the command line."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from campaigns.dialing.audience import Audience
from campaigns.dialing.creation import NewCampaign, create
from campaigns.dialing.timing import choose_clock
from campaigns.errors import ConflictError
from campaigns.experiments.design import Design, design_of
from campaigns.published import scripts_on_offer
from campaigns.settings import Settings
from campaigns.store.campaigns import NewInvitation
from campaigns.store.database import Database
from campaigns.store.experiments import arm_sizes
from campaigns.store.holdouts import held_out_elsewhere

DEFAULT_FLOW = "repayment-reminder"


def invitation_of(text: str | None, until: datetime | None, approved_by: str) -> NewInvitation | None:
    """The invitation of these options, None without any. Raises ConflictError when some are missing."""
    if text is None:
        if until is not None or approved_by:
            raise ConflictError("there is no invitation to approve or end: --invitation TEXT")
        return None
    if until is None:
        raise ConflictError("an invitation needs its last day: --invitation-until DATE")
    return NewInvitation(text, until.date(), approved_by)


def experiment_of(
    name: str | None, arms: Sequence[str], holdout: str, human_only: str, flow: str | None
) -> Design | None:
    """The experiment of these options, None without any. Raises ConflictError when some are missing."""
    if name is None:
        if arms or holdout or human_only:
            raise ConflictError("arms and a holdout belong to an experiment: --experiment NAME")
        return None
    return design_of(name, arms or ["bot"], holdout, human_only, flow or DEFAULT_FLOW)


def create_campaign_of(settings: Settings, database: Database, wanted: NewCampaign) -> str:
    """Make the campaign; what to tell the operator of it. Raises ConflictError, DataFileError, ClockError."""
    at = choose_clock(settings, database, real_time=False).now().astimezone(settings.zone)
    scripts = scripts_on_offer(settings, database)
    with database.transaction() as session:
        campaign, chosen = create(session, wanted, scripts, settings, at)
        sizes = arm_sizes(session, campaign.id)
        held_out = held_out_elsewhere(session, campaign.id)
    arms = f" Arms: {', '.join(f'{arm} {size:,}' for arm, size in sizes.items())}." if sizes else ""
    alike = "" if wanted.experiment is None else _alike(wanted.experiment)
    blurred = "".join(
        f"\nNote: {count:,} of them are left alone by the experiment {name!r}, and are not called while it "
        f"goes on; to call them all the same say why: xiaorong campaign edit {wanted.name} "
        "--control-groups REASON"
        for name, count in held_out.items()
    )
    return (
        f"Campaign {wanted.name!r} has {campaign.members:,} members: {describe(chosen)}.{arms} "
        f"Next: xiaorong campaign run {wanted.name}{alike}{blurred}"
    )


def _alike(design: Design) -> str:
    arms = design.alike
    if not arms:
        return ""
    return (
        f"\nNote: the arms {', '.join(arm.name for arm in arms)} hold one and the same script: between them "
        "chance alone makes a difference. Give another with --arm NAME=FLOW."
    )


def describe(audience: Audience) -> str:
    """Whom an audience holds, in a few words."""
    if audience.dormant_days is not None:
        return f"they owe nothing and were not heard of for {audience.dormant_days} days"
    days = _days(audience.min_days_past_due, audience.max_days_past_due)
    return f"accounts {days}" + (" whose latest promise was broken" if audience.broken_promises else "")


def _days(low: int | None, high: int | None) -> str:
    """A range of days past due; what is below zero is still to fall due."""
    match low, high:
        case None, None:
            return "of any age"
        case None, 0:
            return "not yet late"
        case None, int(last):
            return f"at most {last} days past due" if last > 0 else f"due in {-last} days or more"
        case int(first), None:
            return f"{first} days past due or more" if first > 0 else f"due within {-first} days, or past due"
        case int(first), int(last) if first < 0:
            start, end = f"{-first} days before the due date", f"{abs(last)} days"
            if last == 0:
                return f"from {start} to the due date"
            return f"from {start} to {end} {'past it' if last > 0 else 'before it'}"
    return f"{low} to {high} days past due"
