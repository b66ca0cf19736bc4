"""Which campaign is meant, and whether a second person must agree to its launch."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import Any, Final

from campaigns.console.visit import Visit
from campaigns.outcomes.dispositions import shipped_dispositions
from campaigns.store.console.approvals import APPROVED, ApprovalView, latest_approval
from campaigns.store.console.audit import Deed
from campaigns.store.console.campaign_setup import campaign_setup
from campaigns.store.console.campaigns import CampaignLine, campaign_line
from campaigns.store.database import Session

LAUNCH: Final = "campaigns.run"


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


def needs_approval(visit: Visit, line: CampaignLine) -> bool:
    return line.members > visit.services.console.approve_above


def asked_for(session: Session, line: CampaignLine) -> Mapping[str, Any]:
    """What is approved: a campaign that was changed since needs another approval."""
    asked: dict[str, Any] = {
        "members": line.members,
        "flow": line.flow,
        "concurrency": line.concurrency,
        "calls_per_second": line.calls_per_second,
    }
    setup = campaign_setup(session, line.id)
    own = {
        "windows": setup.windows,
        "retries": setup.retries,
        "caller_ids": setup.caller_ids,
        "control_groups": setup.control_groups,
    }
    return asked | {name: value for name, value in own.items() if value is not None}


def is_approved(session: Session, line: CampaignLine) -> bool:
    """Whether somebody agreed to the launch of the campaign as it is now."""
    found: ApprovalView | None = latest_approval(session, LAUNCH, "campaign", line.name)
    return found is not None and found.state == APPROVED and found.details == asked_for(session, line)


def must_ask(visit: Visit, session: Session, line: CampaignLine) -> bool:
    """Whether a second person must agree before the campaign is launched or goes on: it is large, and nobody
    agreed to it as it is now. One that was set running at the command line is no exception: whoever lets it
    go on from here answers for its calls as whoever launches it.
    """
    return needs_approval(visit, line) and not is_approved(session, line)


def state_deed(action: str, line: CampaignLine, state: str, reason: str = "") -> Deed:
    """A change of state, for the audit log."""
    return Deed(action, "campaign", line.name, {"state": line.state}, {"state": state}, reason)
