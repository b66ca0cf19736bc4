"""A new campaign: whom, what is said, when, how fast; with a live count, and whom it would not call."""

from __future__ import annotations

from datetime import date
from typing import Any, Final

from starlette.responses import Response

from bot.errors import DataFileError
from campaigns.compliance.campaign_window import DAYS
from campaigns.console.foresight import SAMPLE, foresight_behind, local_now
from campaigns.console.forms import pace_form, window_form
from campaigns.console.forms.campaign_form import ARMS, campaign_of, fitted_of
from campaigns.console.forms.typed import Typed
from campaigns.console.forms.window_form import window_of
from campaigns.console.page import Page, PageRoute
from campaigns.console.scripts import folder, scripts
from campaigns.console.view.hours import MARKS, drawn_days
from campaigns.console.visit import Visit, counted_at
from campaigns.console.web.behind import Lane
from campaigns.customers.treatments.treatmentfile import load_treatments
from campaigns.dialing.audience import LETTERS
from campaigns.dialing.creation import create
from campaigns.dialing.editing import check_edit
from campaigns.errors import CampaignsError, ConflictError
from campaigns.outcomes.relief import shipped_relief_rules
from campaigns.outcomes.retry import shipped_retry_policy
from campaigns.store.audience_lists import list_by_id
from campaigns.store.audiences import (
    AudienceSize,
    Authority,
    audience_sample,
    audience_size,
    authority_over,
)
from campaigns.store.changes import edit_campaign
from campaigns.store.console.audit import Deed
from campaigns.store.console.customers import known_tags
from campaigns.store.experiments import experiment_named

HERE: Final = "/campaigns/-/new"
DEFAULT_FLOW: Final = "repayment-reminder"
RECENT_S: Final = 10.0  # how old the count of an audience may be before it is counted anew
OLDEST_S: Final = 600.0  # and before it is no count any more


def show(visit: Visit) -> Response:
    """The form; what a link says of the audience is filled in."""
    services = visit.services
    today = _today(visit)
    asked = Typed.of(visit.request.query_params.multi_items(), 100)
    fields = {
        "flow": (DEFAULT_FLOW,),
        "concurrency": ("20",),
        "calls_per_second": ("2",),
        **window_form.typed_of(None, services.pack, today),
        **pace_form.typed_of(services.settings, shipped_retry_policy(), None, None),
        **asked.fields,
    }
    return _form(visit, Typed(fields))


def count(visit: Visit) -> Response:
    """How many there would be, what they may be offered, and the hours."""
    typed = _typed(visit)
    try:
        _, fitted = fitted_of(typed, folder(visit))
        window = window_of(typed, visit.services.pack, _today(visit))
    except (ConflictError, DataFileError) as error:
        return visit.render("campaign_new/count.html", problem=visit.explain(error))
    with visit.reading() as session:
        at = local_now(visit, session)

    def ask() -> tuple[AudienceSize, Authority]:
        with visit.services.database.reading() as session:
            return audience_size(session, fitted.audience, at), authority_over(session, fitted.audience, at)

    key = ("audience", fitted.audience, at.date())
    counted = visit.services.behind.get(key, RECENT_S, ask, oldest_s=OLDEST_S, lane=Lane.SHORT)
    size, authority = (None, None) if counted is None else counted.value
    return visit.render(
        "campaign_new/count.html",
        problem="",
        size=size,
        at=counted and counted_at(visit, counted),
        audience=fitted.audience,
        authority=authority,
        relief=shipped_relief_rules(),
        approve_above=visit.services.console.approve_above,
        days=drawn_days(visit.services.pack, window, at.date(), 7),
        marks=MARKS,
    )


def preview(visit: Visit) -> Response:
    """Whom the law would keep from a call now, of a sample."""
    typed = _typed(visit)
    try:
        _, fitted = fitted_of(typed, folder(visit))
        window, spares = window_of(typed, visit.services.pack, _today(visit)), not typed("control_groups")
        with visit.reading() as session:
            own = experiment_named(session, typed("experiment"))
        seen = foresight_behind(
            visit,
            ("audience", fitted.audience, fitted.purpose, str(window), own, spares),
            fitted.purpose,
            window,
            lambda session, at: audience_sample(session, fitted.audience, at, SAMPLE),
            experiment=own,
            spares=spares,
        )
    except (ConflictError, DataFileError) as error:
        return visit.render("campaign_new/preview.html", problem=visit.explain(error))
    return visit.render(
        "campaign_new/preview.html", problem="", most=SAMPLE, posted=True,
        seen=seen and seen.value, at=seen and counted_at(visit, seen),
    )  # fmt: skip


def make(visit: Visit) -> Response:
    """Make it, as a draft. What is wrong is told above the form as it was typed."""
    typed, services = _typed(visit), visit.services
    settings = services.settings
    try:
        wanted, published = campaign_of(typed, settings, services.pack, _today(visit)), folder(visit)
        with visit.changing() as session:
            at = local_now(visit, session)
            check_edit(wanted.more, settings.callers, shipped_retry_policy(), at.date())
            campaign, audience = create(session, wanted.new, published, settings, at)
            values = wanted.more.values()
            if values:
                edit_campaign(session, campaign.id, values, by=visit.who.username, at=at, today=at.date())
            after = {
                "members": campaign.members,
                "flow": campaign.flow,
                "concurrency": campaign.concurrency,
                "calls_per_second": campaign.calls_per_second,
                "grades": list(audience.grades),
            }
            visit.record(session, Deed("campaigns.created", "campaign", campaign.name, after=after))
    except (CampaignsError, DataFileError) as error:
        return _form(visit, typed, visit.explain(error))
    made = visit.text("The campaign is made; it is a draft until it is launched.")
    alike = wanted.new.experiment.alike if wanted.new.experiment is not None else ()
    if alike:
        arms = visit.text(", ").join(arm.name for arm in alike)
        told = visit.text("Arms %(arms)s hold one and the same script: chance alone parts them.", arms=arms)
        return visit.go(f"/campaigns/{campaign.name}", f"{made} {told}", kind="warn")
    return visit.go(f"/campaigns/{campaign.name}", made)


def _form(visit: Visit, typed: Typed, problem: str = "") -> Response:
    settings, policy = visit.services.settings, shipped_retry_policy()
    with visit.reading() as session:
        tags = known_tags(session)
        chosen = typed.whole("list_id", 1, 2**31) if typed("list_id").isdigit() else None
        kept = list_by_id(session, chosen) if chosen else None
    values: dict[str, Any] = {
        "typed": typed,
        "problem": problem,
        "letters": LETTERS,
        "tags": tags,
        "treatments": [each.id for each in load_treatments(None).treatments if each.flow],
        "scripts": scripts(visit),
        "kept": kept,
        "weekdays": DAYS,
        "callers": settings.callers,
        "retries": policy.classes,
        "arms": range(1, ARMS + 1),
        "line": settings.line,
        "rates": settings.pacing,
    }
    return visit.render("campaign_new/page.html", status=422 if problem else 200, **values)


def _today(visit: Visit) -> date:
    with visit.reading() as session:
        return local_now(visit, session).date()


def _typed(visit: Visit) -> Typed:
    return Typed.of(visit.fields.multi_items() if visit.fields is not None else ())


PAGE = Page(
    routes=(
        PageRoute(HERE, show, "campaigns.run"),
        PageRoute(HERE, make, "campaigns.run", ("POST",)),
        PageRoute(f"{HERE}/count", count, "campaigns.run", ("POST",)),
        PageRoute(f"{HERE}/preview", preview, "campaigns.run", ("POST",)),
    )
)
