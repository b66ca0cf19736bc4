"""Campaigns: listed, read, made, changed."""

from __future__ import annotations

from typing import Final

from starlette.responses import Response

from campaigns.console import launching, making
from campaigns.console.api.campaign_fields import (
    AudienceIn,
    CampaignChange,
    CampaignIn,
    CampaignOneOut,
    CampaignQuery,
    CampaignsOut,
)
from campaigns.console.api.campaign_settings import retry_changes
from campaigns.console.api.campaign_told import etag, name_of, reply, told
from campaigns.console.api.endpoint import Endpoint, Nothing, Reply
from campaigns.console.api.hours_fields import window_of
from campaigns.console.making import WantedCampaign
from campaigns.console.scripts import check_known
from campaigns.console.visit import Visit
from campaigns.console.web.problem import problem
from campaigns.dialing.creation import NewCampaign
from campaigns.dialing.editing import CampaignEdit, reason_of
from campaigns.store.audience_lists import list_by_id
from campaigns.store.console.campaign_setup import campaign_setup
from campaigns.store.console.campaigns import campaign_heads, figures_of, with_figures
from campaigns.store.console.launches import LAUNCH


def listed(visit: Visit, query: CampaignQuery, _body: Nothing) -> CampaignsOut:
    with visit.reading() as session:
        heads = campaign_heads(session, state=query.state or "", before_id=query.place, limit=query.limit + 1)
        figures = figures_of(session, [head.id for head in heads], launching.connected())
        lines = [with_figures(head, figures[head.id]) for head in heads]
    more = str(lines[query.limit - 1].id) if len(lines) > query.limit else None
    return CampaignsOut(items=tuple(told(line) for line in lines[: query.limit]), next=more)


def get(visit: Visit, _query: Nothing, _body: Nothing) -> Reply:
    with visit.reading() as session:
        return reply(session, name_of(visit))


def make(visit: Visit, _query: Nothing, body: CampaignIn) -> Reply:
    check_known(visit, body.script, *(body.experiment.scripts if body.experiment else ()))
    check_list(visit, body.audience)
    wanted = NewCampaign(
        name=body.name,
        flow=body.script,
        audience=body.audience.audience(),
        concurrency=body.concurrency,
        calls_per_second=body.calls_per_second,
        invitation=body.invitation.invitation() if body.invitation else None,
        window=window_of(visit, body.hours),
        experiment=body.experiment.design(body.script) if body.experiment else None,
    )
    more = CampaignEdit(
        caller_ids=body.caller_ids,
        retries=retry_changes(body.retries),
        control_groups=reason_of(body.control_groups),
    )
    making.make(visit, WantedCampaign(wanted, more))
    with visit.reading() as session:
        return reply(session, body.name)


def change(visit: Visit, _query: Nothing, body: CampaignChange) -> Reply | Response:
    wanted = CampaignEdit(
        concurrency=body.concurrency,
        calls_per_second=body.calls_per_second,
        windows=window_of(visit, body.hours),
        retries=retry_changes(body.retries),
        caller_ids=body.caller_ids,
        control_groups=reason_of(body.control_groups),
        clear=tuple(_COLUMNS.get(name, name) for name in body.clear),
    )
    match = visit.request.headers.get("if-match")
    if match is None:
        return problem(428, "send If-Match with the ETag of the campaign that you mean")
    with visit.changing() as session:
        line = launching.line_named(session, name_of(visit))
        if match.strip() not in ("*", etag(line, campaign_setup(session, line.id))):
            return problem(412, "the campaign was changed meanwhile: read it again")
        making.change(visit, session, line, wanted)
        return reply(session, line.name)


_COLUMNS: Final = {"hours": "windows"}  # of the store, where programs name it otherwise


def check_list(visit: Visit, audience: AudienceIn) -> None:
    """The list that it names is there. Raises NotFoundError."""
    if audience.list_id is not None:
        with visit.reading() as session:
            list_by_id(session, audience.list_id)


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
        about="All that the guided form takes. It calls nobody until it is launched.",
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
        about="A launch that was approved before needs another approval where the change matters to it.",
    ),
)
