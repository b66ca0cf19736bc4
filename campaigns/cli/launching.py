"""Setting a campaign running for the workers, and who answers for it."""

from __future__ import annotations

import getpass

from campaigns.clock import SystemClock
from campaigns.console.settings import console_settings
from campaigns.dialing.timing import choose_clock
from campaigns.settings import Settings
from campaigns.store.campaigns import campaign_by_name, launch_campaign
from campaigns.store.changes import note_change
from campaigns.store.console.launches import Operator, settle_launch
from campaigns.store.database import Database
from campaigns.store.workers import list_workers


def operator_of(settings: Settings, alone: str) -> Operator:
    """Whoever sits at this terminal. ``alone``: why no second person need agree to a large campaign."""
    above = console_settings(settings).approve_above
    return Operator(getpass.getuser(), above, SystemClock().now(), alone)


def launch_for_workers(settings: Settings, database: Database, name: str, alone: str) -> str:
    """Set a campaign running; what to tell the operator. Raises NotFoundError, ConflictError."""
    operator = operator_of(settings, alone)
    now = choose_clock(settings, database, real_time=False).now()
    with database.transaction() as session:
        campaign = campaign_by_name(session, name)
        launch_campaign(session, campaign.id, now)
        settle_launch(session, name, operator)
        if campaign.state == "paused":
            note_change(session, campaign.id, "resume", operator.name, now)
        serving = sum(worker.campaign in (None, name) for worker in list_workers(session))
    if serving == 0:
        return f"Campaign {name!r} is running, but no worker is alive; start one with: xiaorong worker run"
    return f"Campaign {name!r} is running; workers that serve it: {serving}. See: xiaorong worker list"
