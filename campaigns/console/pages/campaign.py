"""One campaign: how far it is and why it holds, and launching, pausing and resuming it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from starlette.responses import Response

from campaigns.console.jobs.campaign_run import CAMPAIGN_RUN
from campaigns.console.page import Page, PageRoute
from campaigns.console.pages.campaigns import connected
from campaigns.console.view.templates import environment
from campaigns.console.visit import Visit
from campaigns.console.web.streams import stream
from campaigns.errors import ConflictError
from campaigns.store.campaigns import pause_campaign, resume_campaign, start_campaign
from campaigns.store.console.approvals import (
    APPROVED,
    ApprovalView,
    decide_approval,
    latest_approval,
    request_approval,
)
from campaigns.store.console.audit import Deed
from campaigns.store.console.campaigns import (
    CampaignLine,
    campaign_detail,
    campaign_line,
    dispositions_of,
    objections_of,
)
from campaigns.store.console.jobs import NewJob, latest_job
from campaigns.store.database import Session

LAUNCH: Final = "campaigns.run"
RECENT_S: Final = 2.0  # how old the figures of a running campaign may be


def show(visit: Visit) -> Response:
    with visit.reading() as session:
        line = _line(visit, session)
        values: dict[str, Any] = {
            **_figures(session, line.name),
            "detail": campaign_detail(session, line.id),
            "approval": latest_approval(session, LAUNCH, "campaign", line.name),
            "needs_approval": _needs_approval(visit, line),
            "runs_here": visit.services.console.run_campaigns,
        }
    return visit.render("campaign/page.html", **values)


def watch(visit: Visit) -> Response:
    """The figures as they change, as long as it runs."""
    name = _name(visit)
    template = environment(visit.language).get_template("campaign/progress.html")

    def count() -> dict[str, Any]:
        with visit.reading() as session:
            return _figures(session, name)

    def look() -> str | None:
        figures = visit.services.recent.get(("campaign", name), RECENT_S, count)
        if figures["line"].state != "running":
            return None
        return template.render(figures, fmt=visit.formats)

    return stream(look, every_s=RECENT_S)


def launch(visit: Visit) -> Response:
    """draft → running, or ask a second person where it is large."""
    with visit.changing() as session:
        line = _line(visit, session)
        if line.state != "draft":
            raise ConflictError(f"campaign {line.name!r} is {line.state} already")
        if _needs_approval(visit, line) and not _approved(session, line):
            request_approval(
                session, LAUNCH, "campaign", line.name, _asked(line), by=visit.who.user_id, at=visit.now
            )
            deed = Deed("campaigns.approval_asked", "campaign", line.name, after=_asked(line))
            visit.record(session, deed)
            return visit.go(_path(line), visit.text("A second person must approve this launch."), kind="warn")
        start_campaign(session, line.id, visit.services.ledger_now(session))
        visit.record(session, _change("campaigns.launched", line, "running"))
        job_id = _run(visit, session, line)
    return _begun(visit, line, job_id, visit.text("The campaign is running."))


def pause(visit: Visit) -> Response:
    why = visit.form("why", 200) or visit.text("paused by %(who)s", who=visit.who.display_name)
    with visit.changing() as session:
        line = _line(visit, session)
        pause_campaign(session, line.id, why)
        visit.record(session, _change("campaigns.paused", line, "paused", why))
    return visit.go(_path(line), visit.text("Paused: no new calls. Those in progress go on to their end."))


def resume(visit: Visit) -> Response:
    with visit.changing() as session:
        line = _line(visit, session)
        resume_campaign(session, line.id)
        visit.record(session, _change("campaigns.resumed", line, "running"))
        job_id = _run(visit, session, line)
    return _begun(visit, line, job_id, visit.text("The campaign is running."))


def carry_on(visit: Visit) -> Response:
    """Work a running campaign off again, after the console was stopped meanwhile."""
    with visit.changing() as session:
        line = _line(visit, session)
        if line.state != "running":
            raise ConflictError(f"campaign {line.name!r} is {line.state}, not running")
        visit.record(session, _change("campaigns.resumed", line, "running"))
        job_id = _run(visit, session, line)
    return _begun(visit, line, job_id, visit.text("The campaign is running."))


def decide(visit: Visit) -> Response:
    agreed = visit.form("decision", 10) == "approve"
    with visit.changing() as session:
        line = _line(visit, session)
        request = latest_approval(session, LAUNCH, "campaign", line.name)
        if request is None or request.id != visit.number("approval"):
            raise ConflictError("this request is out of date: load the page again")
        decide_approval(
            session,
            request.id,
            approve=agreed,
            by=visit.who.user_id,
            at=visit.now,
            comment=visit.form("comment", 255),
        )
        action = "campaigns.approved" if agreed else "campaigns.approval_refused"
        visit.record(session, Deed(action, "campaign", line.name, after=request.details))
    return visit.go(_path(line), visit.text("Your decision is on record."))


def _figures(session: Session, name: str) -> dict[str, Any]:
    line = campaign_line(session, name, connected())
    return {
        "line": line,
        "endings": dispositions_of(session, line.id),
        "objections": objections_of(session, line.id),
        "job": latest_job(session, CAMPAIGN_RUN, "campaign", line.name),
    }


def _line(visit: Visit, session: Session) -> CampaignLine:
    return campaign_line(session, _name(visit), connected())


def _name(visit: Visit) -> str:
    return str(visit.request.path_params["name"])


def _path(line: CampaignLine) -> str:
    return f"/campaigns/{line.name}"


def _needs_approval(visit: Visit, line: CampaignLine) -> bool:
    return line.members > visit.services.console.approve_above


def _asked(line: CampaignLine) -> Mapping[str, Any]:
    """What is approved: a campaign that was changed since needs another."""
    return {
        "members": line.members,
        "flow": line.flow,
        "concurrency": line.concurrency,
        "calls_per_second": line.calls_per_second,
    }


def _approved(session: Session, line: CampaignLine) -> bool:
    found: ApprovalView | None = latest_approval(session, LAUNCH, "campaign", line.name)
    return found is not None and found.state == APPROVED and found.details == _asked(line)


def _change(action: str, line: CampaignLine, state: str, reason: str = "") -> Deed:
    return Deed(action, "campaign", line.name, {"state": line.state}, {"state": state}, reason)


def _run(visit: Visit, session: Session, line: CampaignLine) -> int | None:
    if not visit.services.console.run_campaigns:
        return None
    return visit.jobs.add(session, NewJob(CAMPAIGN_RUN, "campaign", line.name, {}), visit.actor)


def _begun(visit: Visit, line: CampaignLine, job_id: int | None, notice: str) -> Response:
    if job_id is not None:
        visit.jobs.begin(job_id)
    return visit.go(_path(line), notice)


PAGE = Page(
    routes=(
        PageRoute("/campaigns/{name}", show, "campaigns.read"),
        PageRoute("/campaigns/{name}/events", watch, "campaigns.read"),
        PageRoute("/campaigns/{name}/launch", launch, LAUNCH, ("POST",)),
        PageRoute("/campaigns/{name}/pause", pause, LAUNCH, ("POST",)),
        PageRoute("/campaigns/{name}/resume", resume, LAUNCH, ("POST",)),
        PageRoute("/campaigns/{name}/carry-on", carry_on, LAUNCH, ("POST",)),
        PageRoute("/campaigns/{name}/approvals/{approval:int}", decide, "campaigns.approve", ("POST",)),
    )
)
