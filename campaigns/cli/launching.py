"""Setting a campaign running for the workers."""

from __future__ import annotations

import getpass

from campaigns.dialing.timing import choose_clock
from campaigns.settings import Settings
from campaigns.store.campaigns import campaign_by_name, launch_campaign
from campaigns.store.changes import note_change
from campaigns.store.database import Database
from campaigns.store.workers import list_workers


def launch_for_workers(settings: Settings, database: Database, name: str) -> str:
    """Set a campaign running; what to tell the operator. Raises NotFoundError, ConflictError."""
    now = choose_clock(settings, database, real_time=False).now()
    with database.transaction() as session:
        campaign = campaign_by_name(session, name)
        launch_campaign(session, campaign.id, now)
        if campaign.state == "paused":
            note_change(session, campaign.id, "resume", getpass.getuser(), now)
        serving = sum(worker.campaign in (None, name) for worker in list_workers(session))
    if serving == 0:
        return f"Campaign {name!r} is running, but no worker is alive; start one with: xiaorong worker run"
    return f"Campaign {name!r} is running; workers that serve it: {serving}. See: xiaorong worker list"
