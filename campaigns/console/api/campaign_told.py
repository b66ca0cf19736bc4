"""A campaign as programs are told it: which is meant, its figures, what it is set to, and its version."""

from __future__ import annotations

import hashlib
from typing import Any

from starlette.exceptions import HTTPException

from campaigns.console import launching
from campaigns.console.api.campaign_fields import AudienceOut, CampaignOneOut, CampaignOut
from campaigns.console.api.campaign_settings import ExperimentSetOut, InvitationOut, retries_out
from campaigns.console.api.endpoint import Reply
from campaigns.console.api.hours_fields import HoursOut
from campaigns.console.visit import Visit
from campaigns.store.console.campaign_setup import CampaignSetup, campaign_setup
from campaigns.store.console.campaigns import CampaignLine
from campaigns.store.database import Session


def name_of(visit: Visit) -> str:
    """As the path has it."""
    name = str(visit.request.path_params["name"])
    if "\0" in name or len(name) > 64:
        raise HTTPException(404)
    return name


def told(line: CampaignLine) -> CampaignOut:
    """As lists have it."""
    return CampaignOut(**_common(line))


def _common(line: CampaignLine) -> dict[str, Any]:
    return {
        "name": line.name, "state": line.state, "pause_reason": str(line.pause_reason or "") or None,
        "purpose": line.purpose, "script": line.flow,
        "concurrency": line.concurrency, "calls_per_second": line.calls_per_second,
        "created_at": line.created_at, "started_at": line.started_at, "finished_at": line.finished_at,
        "members": line.members, "done": line.done, "dialled": line.dialled, "connected": line.connected,
        "right_party": line.right_party, "promises": line.promises,
    }  # fmt: skip


def etag(line: CampaignLine, setup: CampaignSetup) -> str:
    """Of what can be changed, not of the figures."""
    set_to = (
        f"{line.id}|{line.state}|{line.concurrency}|{line.calls_per_second}|{setup.windows}|{setup.retries}"
        f"|{setup.caller_ids}|{setup.control_groups}"
    )
    return f'"{hashlib.sha256(set_to.encode()).hexdigest()[:16]}"'


def reply(session: Session, name: str) -> Reply:
    """With all that it is set to, under its version. Raises NotFoundError."""
    line = launching.line_named(session, name)
    setup = campaign_setup(session, line.id)
    whole = CampaignOneOut(
        **_common(line),
        audience=AudienceOut.of(setup.audience),
        hours=HoursOut.of(setup.window),
        retries=retries_out(setup.retries),
        caller_ids=setup.caller_ids,
        invitation=_invitation(setup),
        experiment=ExperimentSetOut.of(setup.design, setup.arms),
        control_groups=setup.control_groups,
    )
    return Reply(whole, {"ETag": etag(line, setup)})


def _invitation(setup: CampaignSetup) -> InvitationOut | None:
    if setup.invitation is None or setup.invitation_until is None:
        return None
    return InvitationOut(
        text=setup.invitation, until=setup.invitation_until, approved_by=setup.invitation_by or ""
    )
