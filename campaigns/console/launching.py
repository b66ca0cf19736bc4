"""Which campaign is meant, and what goes on record of its state."""

from __future__ import annotations

from functools import cache

from campaigns.console.visit import Visit
from campaigns.outcomes.dispositions import shipped_dispositions
from campaigns.store.console.audit import Deed
from campaigns.store.console.campaigns import CampaignLine, campaign_line
from campaigns.store.database import Session


@cache
def connected() -> tuple[str, ...]:
    """The dispositions of calls that a person answered."""
    codes = shipped_dispositions()
    return tuple(code for code in codes.codes() if codes[code].connected)


def name_of(visit: Visit) -> str:
    """The campaign that the address names."""
    return str(visit.request.path_params["name"])


def line_named(session: Session, name: str) -> CampaignLine:
    """The campaign with its figures. Raises NotFoundError."""
    return campaign_line(session, name, connected())


def line_of(visit: Visit, session: Session) -> CampaignLine:
    """The campaign of the address. Raises NotFoundError."""
    return line_named(session, name_of(visit))


def path_of(line: CampaignLine) -> str:
    return f"/campaigns/{line.name}"


def state_deed(action: str, line: CampaignLine, state: str, reason: str = "") -> Deed:
    """A change of state, for the audit log."""
    return Deed(action, "campaign", line.name, {"state": line.state}, {"state": state}, reason)
