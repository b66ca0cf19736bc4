"""Campaigns launched, paused, resumed and stopped."""

from __future__ import annotations

from campaigns.console import steps
from campaigns.console.api.campaign_fields import CampaignOneOut, LaunchOut, StopOut, WhyIn
from campaigns.console.api.campaign_told import name_of, reply
from campaigns.console.api.endpoint import Endpoint, Nothing, Reply
from campaigns.console.visit import Visit
from campaigns.store.console.launches import LAUNCH


def launch(visit: Visit, _query: Nothing, _body: Nothing) -> Reply:
    done = steps.launch(visit, name_of(visit))
    state = "running" if done.approval is None else "draft"
    return Reply(LaunchOut(state=state, approval=done.approval, job=done.job))


def pause(visit: Visit, _query: Nothing, body: WhyIn) -> Reply:
    steps.pause(visit, name_of(visit), body.why)
    with visit.reading() as session:
        return reply(session, name_of(visit))


def resume(visit: Visit, _query: Nothing, _body: Nothing) -> Reply:
    done = steps.resume(visit, name_of(visit))
    if done.approval is not None:
        return Reply(LaunchOut(state="paused", approval=done.approval, job=None))
    return Reply(LaunchOut(state="running", approval=None, job=done.job))


def carry_on(visit: Visit, _query: Nothing, _body: Nothing) -> LaunchOut:
    done = steps.carry_on(visit, name_of(visit))
    return LaunchOut(state="running", approval=done.approval, job=done.job)


def stop(visit: Visit, _query: Nothing, body: WhyIn) -> StopOut:
    return StopOut(state="finished", members=steps.stop(visit, name_of(visit), body.why))


TAG = "campaigns"
RUN = LAUNCH
ENDPOINTS = (
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
        "/campaigns/{name}/carry-on",
        RUN,
        carry_on,
        "Work a running campaign off again",
        TAG,
        LaunchOut,
        fails=(404, 409),
        about="After the console that worked it off was stopped meanwhile.",
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
