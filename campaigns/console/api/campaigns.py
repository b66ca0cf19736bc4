"""Campaigns: listed, made, changed, launched, paused, resumed, stopped."""

from __future__ import annotations

import hashlib
from typing import Any

from starlette.exceptions import HTTPException
from starlette.responses import Response

from bot.dialogue.flow import flow_names
from bot.language import language_dir
from campaigns.console import launching, steps
from campaigns.console.api.campaign_fields import (
    CampaignChange,
    CampaignIn,
    CampaignOneOut,
    CampaignOut,
    CampaignQuery,
    CampaignsOut,
    LaunchOut,
    StopOut,
    WhyIn,
)
from campaigns.console.api.endpoint import Endpoint, Nothing, Reply
from campaigns.console.scripts import folder
from campaigns.console.visit import Visit
from campaigns.console.web.problem import problem
from campaigns.dialing.audience import Audience
from campaigns.dialing.creation import NewCampaign, create
from campaigns.dialing.editing import CampaignEdit, check_edit, reason_of
from campaigns.errors import NotFoundError
from campaigns.outcomes.retry import shipped_retry_policy
from campaigns.store.changes import edit_campaign
from campaigns.store.console.audit import Deed
from campaigns.store.console.campaign_setup import CampaignSetup, campaign_setup
from campaigns.store.console.campaigns import CampaignLine, campaign_heads, figures_of, with_figures
from campaigns.store.console.launches import LAUNCH
from campaigns.store.database import Session


def listed(visit: Visit, query: CampaignQuery, _body: Nothing) -> CampaignsOut:
    with visit.reading() as session:
        heads = campaign_heads(session, state=query.state or "", before_id=query.place, limit=query.limit + 1)
        figures = figures_of(session, [head.id for head in heads], launching.connected())
        lines = [with_figures(head, figures[head.id]) for head in heads]
    more = str(lines[query.limit - 1].id) if len(lines) > query.limit else None
    return CampaignsOut(items=tuple(_told(line) for line in lines[: query.limit]), next=more)


def get(visit: Visit, _query: Nothing, _body: Nothing) -> Reply:
    with visit.reading() as session:
        return _reply(session, name_of(visit))


def make(visit: Visit, _query: Nothing, body: CampaignIn) -> Reply:
    settings = visit.services.settings
    published = folder(visit)
    flows = flow_names(published)
    if body.script not in (*flows, *flow_names(language_dir(settings.language))):
        raise NotFoundError(
            "there is no script %(script)r; there are: %(flows)s", script=body.script, flows=", ".join(flows)
        )
    audience = Audience(**body.audience.model_dump())
    wanted = NewCampaign(body.name, body.script, audience, body.concurrency, body.calls_per_second)
    more = CampaignEdit(caller_ids=body.caller_ids, control_groups=reason_of(body.control_groups))
    with visit.changing() as session:
        at = visit.services.local_now(session)
        check_edit(more, settings.callers, shipped_retry_policy(), at.date())
        campaign, _ = create(session, wanted, published, settings, at)
        if values := more.values():
            edit_campaign(session, campaign.id, values, by=visit.who.username, at=at, today=at.date())
        after = body.model_dump(mode="json")
        visit.record(session, Deed("campaigns.created", "campaign", body.name, after=after))
        session.flush()
        return _reply(session, body.name)


def change(visit: Visit, _query: Nothing, body: CampaignChange) -> Reply | Response:
    given = body.model_dump(exclude_none=True)
    wanted = CampaignEdit(**{**given, "control_groups": reason_of(body.control_groups)})
    match = visit.request.headers.get("if-match")
    if match is None:
        return problem(428, "send If-Match with the ETag of the campaign that you mean")
    with visit.changing() as session:
        line = launching.line_named(session, name_of(visit))
        if match.strip() not in ("*", _etag(line, campaign_setup(session, line.id))):
            return problem(412, "the campaign was changed meanwhile: read it again")
        settings = visit.services.settings
        at = visit.services.ledger_now(session)
        today = at.astimezone(settings.zone).date()
        check_edit(wanted, settings.callers, shipped_retry_policy(), today)
        done = edit_campaign(session, line.id, wanted.values(), by=visit.who.username, at=at, today=today)
        deed = Deed("campaigns.changed", "campaign", line.name, done.before, done.after)
        visit.record(session, deed)
        return _reply(session, line.name)


def launch(visit: Visit, _query: Nothing, _body: Nothing) -> Reply:
    done = steps.launch(visit, name_of(visit))
    state = "running" if done.approval is None else "draft"
    return Reply(LaunchOut(state=state, approval=done.approval, job=done.job))


def pause(visit: Visit, _query: Nothing, body: WhyIn) -> Reply:
    steps.pause(visit, name_of(visit), body.why)
    with visit.reading() as session:
        return _reply(session, name_of(visit))


def resume(visit: Visit, _query: Nothing, _body: Nothing) -> Reply:
    done = steps.resume(visit, name_of(visit))
    if done.approval is not None:
        return Reply(LaunchOut(state="paused", approval=done.approval, job=None))
    return Reply(LaunchOut(state="running", approval=None, job=done.job))


def stop(visit: Visit, _query: Nothing, body: WhyIn) -> StopOut:
    return StopOut(state="finished", members=steps.stop(visit, name_of(visit), body.why))


def name_of(visit: Visit) -> str:
    """As the path has it."""
    name = str(visit.request.path_params["name"])
    if "\0" in name or len(name) > 64:
        raise HTTPException(404)
    return name


def _told(line: CampaignLine) -> CampaignOut:
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


def _etag(line: CampaignLine, setup: CampaignSetup) -> str:
    """Of what can be changed, not of the figures."""
    told = (
        f"{line.id}|{line.state}|{line.concurrency}|{line.calls_per_second}|{setup.windows}|{setup.retries}"
        f"|{setup.caller_ids}|{setup.control_groups}"
    )
    return f'"{hashlib.sha256(told.encode()).hexdigest()[:16]}"'


def _reply(session: Session, name: str) -> Reply:
    line = launching.line_named(session, name)
    setup = campaign_setup(session, line.id)
    told = CampaignOneOut(**_common(line), caller_ids=setup.caller_ids, control_groups=setup.control_groups)
    return Reply(told, {"ETag": _etag(line, setup)})


TAG = "campaigns"
RUN = LAUNCH
ENDPOINTS = (
    Endpoint(
        "GET",
        "/campaigns",
        "campaigns.read",
        listed,
        "List campaigns, newest first",
        TAG,
        CampaignsOut,
        CampaignQuery,
    ),
    Endpoint(
        "POST",
        "/campaigns",
        RUN,
        make,
        "Create a campaign",
        TAG,
        CampaignOneOut,
        body=CampaignIn,
        status=201,
        fails=(404, 409),
        once=True,
        etag=True,
    ),
    Endpoint(
        "GET",
        "/campaigns/{name}",
        "campaigns.read",
        get,
        "Read one campaign",
        TAG,
        CampaignOneOut,
        fails=(404,),
        etag=True,
    ),
    Endpoint(
        "PATCH",
        "/campaigns/{name}",
        RUN,
        change,
        "Change a campaign that is a draft or paused",
        TAG,
        CampaignOneOut,
        body=CampaignChange,
        fails=(404, 409, 412, 428),
        matches=True,
        etag=True,
    ),
    Endpoint(
        "POST",
        "/campaigns/{name}/launch",
        RUN,
        launch,
        "Launch a draft",
        TAG,
        LaunchOut,
        fails=(404, 409),
        once=True,
    ),
    Endpoint(
        "POST",
        "/campaigns/{name}/pause",
        RUN,
        pause,
        "Pause: no new calls",
        TAG,
        CampaignOneOut,
        body=WhyIn,
        fails=(404, 409),
        etag=True,
    ),
    Endpoint(
        "POST",
        "/campaigns/{name}/resume",
        RUN,
        resume,
        "Resume a paused campaign",
        TAG,
        LaunchOut,
        fails=(404, 409),
    ),
    Endpoint(
        "POST",
        "/campaigns/{name}/stop",
        RUN,
        stop,
        "End a campaign for good",
        TAG,
        StopOut,
        body=WhyIn,
        fails=(404, 409),
    ),
)
