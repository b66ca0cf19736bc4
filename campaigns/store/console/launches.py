"""Whether a campaign may start or go on: a large one only as a second person has agreed to it.

Pages, programs and the command line ask here. Whoever runs the machine alone may do without, on record.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from campaigns.errors import ConflictError
from campaigns.store.console.approvals import APPROVED, REFUSED, latest_approval
from campaigns.store.console.audit import Actor, Deed, record
from campaigns.store.console.campaign_setup import campaign_setup
from campaigns.store.console.campaigns import CampaignLine, campaign_line
from campaigns.store.models import AuditEntry

LAUNCH: Final = "campaigns.run"
ALONE: Final = "campaigns.run_alone"


@dataclass(frozen=True, slots=True)
class Operator:
    """Who sets campaigns running at the command line, and when.

    ``above``: members from which on somebody else must agree; ``alone``: why nobody need, for the record.
    """

    name: str
    above: int
    at: datetime
    alone: str = ""


def asked_for(session: Session, line: CampaignLine) -> Mapping[str, Any]:
    """What is agreed to: a campaign that was changed since needs another word."""
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
        "priorities": setup.priorities,
        "caller_ids": None if setup.caller_ids is None else list(setup.caller_ids),  # as it is read back
        "control_groups": setup.control_groups,
    }
    return asked | {name: value for name, value in own.items() if value is not None}


def is_agreed(session: Session, line: CampaignLine) -> bool:
    """Whether somebody agreed to the campaign as it is now, or an operator took it upon themselves alone.

    A second person who refused it after that has the last word.
    """
    asked = asked_for(session, line)
    found = latest_approval(session, LAUNCH, "campaign", line.name)
    if found is not None and found.state == APPROVED and found.details == asked:
        return True
    taken = session.scalars(
        select(AuditEntry)
        .where(
            AuditEntry.action == ALONE,
            AuditEntry.subject_kind == "campaign",
            AuditEntry.subject == line.name,
        )
        .order_by(AuditEntry.id.desc())
        .limit(1)
    ).one_or_none()
    if taken is None or taken.after != asked:
        return False
    refused = found.decided_at if found is not None and found.state == REFUSED else None
    return refused is None or refused < taken.at


def is_large(line: CampaignLine, above: int) -> bool:
    """Whether one person alone may not launch it: it has more members than ``above``."""
    return line.members > above


def must_ask(session: Session, line: CampaignLine, above: int) -> bool:
    """Whether a second person must agree before the campaign is launched or goes on: it is large, and nobody
    answers for it as it is now.
    """
    return is_large(line, above) and not is_agreed(session, line)


def settle_launch(session: Session, name: str, operator: Operator) -> None:
    """Let an operator set a campaign running. Raises NotFoundError; ConflictError: a second person must agree
    first, and there is no reason given to do without.
    """
    line = campaign_line(session, name, ())
    if line.state == "finished" or not must_ask(session, line, operator.above):
        return
    why = operator.alone.strip()
    if not why:
        raise ConflictError(
            "campaign %(campaign)r has %(members)s members: from %(above)s on, a second person must agree "
            "first. Ask for that on its page in the console, or say on record why you do without: "
            "--alone REASON",
            campaign=name,
            members=line.members,
            above=operator.above + 1,
        )
    deed = Deed(ALONE, "campaign", name, after=asked_for(session, line), reason=why)
    record(session, Actor(None, operator.name, "command"), deed, operator.at)
