"""What waits for a second person: listed, agreed to, refused. A key acts for its holder in this too."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Literal

from pydantic import Field, StringConstraints
from starlette.exceptions import HTTPException

from campaigns.console import exporting, steps
from campaigns.console.api.campaign_told import name_of
from campaigns.console.api.endpoint import Endpoint, Given, Nothing, Told
from campaigns.console.api.fields import Plain
from campaigns.console.launching import line_of
from campaigns.console.visit import Visit
from campaigns.store.console.approvals import ApprovalView, latest_approval, pending_approvals
from campaigns.store.console.launches import LAUNCH


class ApprovalOut(Told):
    """A request for approval.

    ``subject``: the campaign's name, or the export's token. ``details``: what exactly it is for; agreeing
    covers nothing else, so a campaign that is edited afterwards needs another.
    """

    id: int
    kind: Literal["campaign", "export"]
    subject: str
    details: dict[str, Any]
    state: Literal["pending", "approved", "refused", "withdrawn"]
    requested_by: str
    requested_at: datetime
    decided_by: str | None
    decided_at: datetime | None
    comment: str
    own: bool = Field(description="It is the key holder's own request: somebody else must decide on it.")


class ApprovalsOut(Told):
    """Those that are pending, newest first, 50 at most."""

    items: tuple[ApprovalOut, ...]


class DecisionIn(Given):
    """``comment`` is kept with the decision."""

    decision: Literal["approve", "refuse"]
    comment: Annotated[Plain, StringConstraints(max_length=255)] = ""


def launches(visit: Visit, _query: Nothing, _body: Nothing) -> ApprovalsOut:
    return ApprovalsOut(items=tuple(_out(visit, each) for each in _pending(visit, "campaign")))


def exports(visit: Visit, _query: Nothing, _body: Nothing) -> ApprovalsOut:
    asked, overseer = _pending(visit, "export"), visit.may("exports.approve")
    mine = (each for each in asked if overseer or each.requested_by == visit.who.user_id)
    return ApprovalsOut(items=tuple(_out(visit, each) for each in mine))


def latest(visit: Visit, _query: Nothing, _body: Nothing) -> ApprovalOut:
    name_of(visit)
    with visit.reading() as session:
        found = latest_approval(session, LAUNCH, "campaign", line_of(visit, session).name)
    if found is None:
        raise HTTPException(404, "nobody was asked to approve this campaign")
    return _out(visit, found)


def decide_launch(visit: Visit, _query: Nothing, body: DecisionIn) -> ApprovalOut:
    decided = steps.decide(
        visit,
        name_of(visit),
        visit.number("approval"),
        agreed=body.decision == "approve",
        comment=body.comment,
    )
    return _out(visit, decided)


def decide_export(visit: Visit, _query: Nothing, body: DecisionIn) -> ApprovalOut:
    agreed = body.decision == "approve"
    decided = exporting.decide(visit, visit.number("approval"), agreed=agreed, comment=body.comment)
    return _out(visit, decided)


def _pending(visit: Visit, kind: str) -> list[ApprovalView]:
    with visit.reading() as session:
        return [each for each in pending_approvals(session) if each.subject_kind == kind]


def _out(visit: Visit, found: ApprovalView) -> ApprovalOut:
    return ApprovalOut(
        id=found.id,
        kind=found.subject_kind,  # type: ignore[arg-type]
        subject=found.subject,
        details=found.details,
        state=found.state,  # type: ignore[arg-type]
        requested_by=found.requested_by_name,
        requested_at=found.requested_at,
        decided_by=found.decided_by_name,
        decided_at=found.decided_at,
        comment=found.comment,
        own=found.requested_by == visit.who.user_id,
    )


TAG = "approvals"
ENDPOINTS = (
    Endpoint(
        "GET",
        "/approvals",
        "campaigns.approve",
        launches,
        "List launches that wait for a second person",
        TAG,
        ApprovalsOut,
    ),
    Endpoint(
        "GET",
        "/campaigns/{name}/approval",
        "campaigns.read",
        latest,
        "The latest request for a campaign's launch",
        TAG,
        ApprovalOut,
    ),
    Endpoint(
        "POST",
        "/campaigns/{name}/approvals/{approval:int}/decision",
        "campaigns.approve",
        decide_launch,
        "Agree to a launch, or refuse it",
        TAG,
        ApprovalOut,
        body=DecisionIn,
        fails=(409,),
        once=True,
        about="Never by who asked: a key decides in its holder's name, and whoever holds the key that asked "
        "is refused (409). Agreeing does not launch it: call launch, or resume, again.",
    ),
    Endpoint(
        "GET",
        "/exports/approvals",
        "exports.run",
        exports,
        "List exports of personal data that wait for a second person",
        TAG,
        ApprovalsOut,
        about="One's own; with exports.approve all.",
    ),
    Endpoint(
        "POST",
        "/exports/approvals/{approval:int}/decision",
        "exports.approve",
        decide_export,
        "Agree to an export of personal data, or refuse it",
        TAG,
        ApprovalOut,
        body=DecisionIn,
        fails=(409,),
        once=True,
        about="Never by who asked. Once agreed to, it is written for the one who asked.",
    ),
)
