"""Editing a campaign that is a draft or paused: its hours, pace, numbers and retries."""

from __future__ import annotations

from datetime import date
from typing import Any

from starlette.responses import Response

from bot.errors import DataFileError
from campaigns.compliance.campaign_window import DAYS
from campaigns.console import making
from campaigns.console.foresight import local_now
from campaigns.console.forms import pace_form, window_form
from campaigns.console.forms.typed import Typed
from campaigns.console.launching import line_of, path_of
from campaigns.console.page import Page, PageRoute
from campaigns.console.visit import Visit
from campaigns.dialing.editing import CampaignEdit, reason_of
from campaigns.errors import ConflictError
from campaigns.outcomes.retry import shipped_retry_policy
from campaigns.store.changes import EDITABLE
from campaigns.store.console.campaign_setup import CampaignSetup, campaign_setup
from campaigns.store.console.campaigns import CampaignLine
from campaigns.store.console.launches import LAUNCH


def show(visit: Visit) -> Response:
    services, policy = visit.services, shipped_retry_policy()
    with visit.reading() as session:
        line = line_of(visit, session)
        setup = campaign_setup(session, line.id)
        today = local_now(visit, session).date()
    fields = {
        "concurrency": (str(line.concurrency),),
        "calls_per_second": (f"{line.calls_per_second:g}",),
        **window_form.typed_of(setup.window, services.pack, today),
        **pace_form.typed_of(services.settings, policy, setup.caller_ids, setup.retries),
        "control_groups": (setup.control_groups or "",),
    }
    return _form(visit, line, Typed(fields))


def change(visit: Visit) -> Response:
    """Set what differs; what was before and after is on record."""
    typed = Typed.of(visit.fields.multi_items() if visit.fields is not None else ())
    with visit.reading() as session:
        line = line_of(visit, session)
        setup = campaign_setup(session, line.id)
        today = local_now(visit, session).date()
    try:
        wanted = edit_of(typed, setup, visit, today)
        with visit.changing() as session:
            making.change(visit, session, line, wanted)
    except (ConflictError, DataFileError) as error:
        return _form(visit, line, typed, visit.explain(error))
    return visit.go(f"{path_of(line)}?tab=setup", visit.text("The campaign was changed."))


def edit_of(typed: Typed, setup: CampaignSetup, visit: Visit, today: date) -> CampaignEdit:
    """What the form sets; what it leaves to the installation is cleared where the campaign had its own."""
    concurrency, calls_per_second = pace_form.pace_of(typed)
    told: dict[str, Any] = {
        "windows": window_form.window_of(typed, visit.services.pack, today),
        "retries": pace_form.retries_of(typed, shipped_retry_policy()),
        "caller_ids": pace_form.callers_of(typed, visit.services.settings),
        "control_groups": reason_of(typed("control_groups") or None),
    }
    had = {
        "windows": setup.windows,
        "retries": setup.retries,
        "caller_ids": setup.caller_ids,
        "control_groups": setup.control_groups,
    }
    clear = tuple(name for name, value in told.items() if value is None and had[name] is not None)
    return CampaignEdit(concurrency=concurrency, calls_per_second=calls_per_second, clear=clear, **told)


def _form(visit: Visit, line: CampaignLine, typed: Typed, problem: str = "") -> Response:
    settings = visit.services.settings
    return visit.render(
        "campaign/edit.html",
        status=422 if problem else 200,
        line=line,
        typed=typed,
        problem=problem,
        editable=line.state in EDITABLE,
        weekdays=DAYS,
        callers=settings.callers,
        retries=shipped_retry_policy().classes,
        rates=settings.pacing,
        line_name=settings.line,
    )


PAGE = Page(
    routes=(
        PageRoute("/campaigns/{name}/edit", show, LAUNCH),
        PageRoute("/campaigns/{name}/edit", change, LAUNCH, ("POST",)),
    )
)
