"""One campaign: how far it is and why it holds, who is next, what it is set to, and what was changed."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

from starlette.responses import Response

from campaigns.console import audiences, reporting, trying
from campaigns.console.asked import sought
from campaigns.console.forecast import forecast_of
from campaigns.console.foresight import SAMPLE, foresight_behind, local_now
from campaigns.console.jobs.campaign_run import CAMPAIGN_RUN
from campaigns.console.jobs.dry_run import SAMPLES
from campaigns.console.launching import connected, line_of, name_of
from campaigns.console.page import Page, PageRoute
from campaigns.console.reporting import Question
from campaigns.console.scripts import version_of
from campaigns.console.view.codes import own_codes
from campaigns.console.view.hours import MARKS, drawn_days
from campaigns.console.view.templates import environment
from campaigns.console.visit import Visit, counted_at
from campaigns.console.web.behind import Lane
from campaigns.console.web.streams import stream
from campaigns.dialing.priority import value_of
from campaigns.outcomes.relief import shipped_relief_rules
from campaigns.outcomes.retry import shipped_retry_policy
from campaigns.store.audiences import Authority, authority_in
from campaigns.store.changes import changes_of, rules_by_campaign
from campaigns.store.console.approvals import latest_approval
from campaigns.store.console.campaign_setup import campaign_setup, held_back, in_experiment
from campaigns.store.console.campaigns import CampaignLine, campaign_line, dispositions_of, objections_of
from campaigns.store.console.jobs import latest_job
from campaigns.store.console.launches import LAUNCH, is_agreed, is_large
from campaigns.store.database import Session
from campaigns.store.priorities import queue_of

RECENT_S: Final = 2.0  # how old the figures of a running campaign may be
AUTHORITY_S: Final = 30.0  # the same of what its members may be offered
QUEUE_SHOWN: Final = 30

Tab = Callable[[Visit, Session, CampaignLine], dict[str, Any]]


def show(visit: Visit) -> Response:
    tab = visit.query("tab")
    tab = tab if tab in TABS else next(iter(TABS))
    with visit.reading() as session:
        line = line_of(visit, session)
        agreed = is_agreed(session, line)
        large = is_large(line, visit.services.console.approve_above)
        job = latest_job(session, CAMPAIGN_RUN, "campaign", line.name)
        stands = line.state == "running" and visit.services.console.run_campaigns and not (job and job.open)
        values: dict[str, Any] = {
            "line": line,
            "tab": tab,
            "tabs": list(TABS),
            "approval": latest_approval(session, LAUNCH, "campaign", line.name),
            "approved": agreed,
            "needs_approval": large,
            "ask_again": large and not agreed and (stands or line.state == "paused"),
            "stands": stands,
            "job": job,
            "has_arms": in_experiment(session, line.id),
            **TABS[tab](visit, session, line),
        }
    return visit.render("campaign/page.html", part="campaign/panel.html", **values)


def watch(visit: Visit) -> Response:
    """The figures as they change, as long as it runs."""
    name = name_of(visit)
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


def foresee(visit: Visit) -> Response:
    """Whom the law would keep from a call now, of those that are still to be called."""
    seen = foresight_behind(visit, audiences.members_asked(visit))
    path = visit.request.url.path
    return visit.render(
        "campaign_new/preview.html", problem="", path=path, most=SAMPLE, posted=False,
        seen=seen and seen.value, at=seen and counted_at(visit, seen),
    )  # fmt: skip


def funnel(visit: Visit) -> Response:
    """From the members loaded to the promises kept, and what it cost."""
    with visit.reading() as session:
        line = line_of(visit, session)
    latest = reporting.latest(visit.services, Question(campaigns=(line.name,), by=()))
    report = latest.report
    told: dict[str, Any] = {} if report is None else {
        "stages": report.stages,
        "money": report.money,
        "cost": report.cost,
        "held_out": report.held_out,
    }  # fmt: skip
    return visit.render("campaign/funnel.html", latest=latest, path=visit.request.url.path, **told)


def reasons(visit: Visit) -> Response:
    """Customers whom one reason kept from a call."""
    with visit.reading() as session:
        line = line_of(visit, session)
        found = held_back(session, line.id, visit.query("reason", 64))
    return visit.render("campaign/held_back.html", found=found)


def _figures(session: Session, name: str) -> dict[str, Any]:
    line = campaign_line(session, name, connected())
    return {
        "line": line,
        "endings": dispositions_of(session, line.id),
        "objections": objections_of(session, line.id),
        "job": latest_job(session, CAMPAIGN_RUN, "campaign", line.name),
    }


def _progress(_visit: Visit, session: Session, line: CampaignLine) -> dict[str, Any]:
    return _figures(session, line.name)


def _queue(visit: Visit, session: Session, line: CampaignLine) -> dict[str, Any]:
    now = local_now(visit, session)
    rules = rules_by_campaign(session, line.id)
    queued = queue_of(session, line.id, now, now.date(), QUEUE_SHOWN)
    return {
        "find": lambda key: sought(visit, "/customers", q=key),
        "queued": [(member, value_of(member.facts, rules)) for member in queued],
        "calls_now": now,
        "tag_names": own_codes()["tag"],
    }


def _setup(visit: Visit, session: Session, line: CampaignLine) -> dict[str, Any]:
    setup, now = campaign_setup(session, line.id), local_now(visit, session)
    today = now.date()

    def count() -> Authority:
        with visit.reading() as reading:
            return authority_in(reading, line.id, now)

    counted = visit.services.behind.get(("authority", line.id, today), AUTHORITY_S, count, lane=Lane.SHORT)
    at = None if counted is None else counted_at(visit, counted)
    return {
        "setup": setup,
        "authority": None if counted is None else counted.value,
        "authority_at": at,
        "relief": shipped_relief_rules(),
        "retries": shipped_retry_policy().changed(setup.retries or {}).classes,
        "days": drawn_days(visit.services.pack, setup.window, today),
        "marks": MARKS,
        "settings": visit.services.settings,
        "pack": visit.services.pack.identity,
        "version": version_of(visit, line.flow),
    }


def _changes(_visit: Visit, session: Session, line: CampaignLine) -> dict[str, Any]:
    return {"changes": changes_of(session, line.id)[::-1]}


def _dry_run(_visit: Visit, session: Session, line: CampaignLine) -> dict[str, Any]:
    job = trying.latest(session, line.name)
    told = None if job is None or job.state != "done" else forecast_of(job.result)
    return {"dry_run": job, "forecast": told, "samples": SAMPLES}


TABS: Final[dict[str, Tab]] = {
    "progress": _progress,
    "queue": _queue,
    "setup": _setup,
    "changes": _changes,
    "dry_run": _dry_run,
}

PAGE = Page(
    routes=(
        PageRoute("/campaigns/{name}", show, "campaigns.read"),
        PageRoute("/campaigns/{name}/events", watch, "campaigns.read"),
        PageRoute("/campaigns/{name}/foreseen", foresee, "campaigns.read"),
        PageRoute("/campaigns/{name}/funnel", funnel, "campaigns.read"),
        PageRoute("/campaigns/{name}/held-back", reasons, "campaigns.read"),
    )
)
