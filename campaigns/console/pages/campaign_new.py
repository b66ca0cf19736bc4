"""A new campaign: whom, what is said, when, how fast; with a live count, and whom it would not call."""

from __future__ import annotations

from datetime import date
from typing import Any, Final

from starlette.responses import Response

from bot.errors import DataFileError
from campaigns.compliance.campaign_window import DAYS
from campaigns.console import audiences, making
from campaigns.console.foresight import SAMPLE, foresight_behind, local_now
from campaigns.console.forms import pace_form, window_form
from campaigns.console.forms.audience_form import audience_of
from campaigns.console.forms.campaign_form import ARMS, campaign_of
from campaigns.console.forms.typed import Typed
from campaigns.console.forms.window_form import window_of
from campaigns.console.page import Page, PageRoute
from campaigns.console.scripts import scripts
from campaigns.console.view.hours import MARKS, drawn_days
from campaigns.console.visit import Visit, counted_at
from campaigns.customers.treatments.treatmentfile import load_treatments
from campaigns.dialing.audience import LETTERS
from campaigns.errors import CampaignsError, ConflictError
from campaigns.outcomes.relief import shipped_relief_rules
from campaigns.outcomes.retry import shipped_retry_policy
from campaigns.store.audience_lists import list_by_id
from campaigns.store.console.customers import known_tags

HERE: Final = "/campaigns/-/new"
DEFAULT_FLOW: Final = "repayment-reminder"


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
    typed, pack = _typed(visit), visit.services.pack
    today = _today(visit)
    try:
        window = window_of(typed, pack, today)
        fitted = audiences.fitted(visit, typed("flow"), audience_of(typed))
        counted = audiences.count_behind(visit, fitted.audience)
    except (ConflictError, DataFileError) as error:
        return visit.render("campaign_new/count.html", problem=visit.explain(error))
    sized = None if counted is None else counted.value
    return visit.render(
        "campaign_new/count.html",
        problem="",
        size=sized and sized.size,
        at=counted and counted_at(visit, counted),
        audience=fitted.audience,
        authority=sized and sized.authority,
        relief=shipped_relief_rules(),
        approve_above=visit.services.console.approve_above,
        days=drawn_days(pack, window, today, 7),
        marks=MARKS,
    )


def preview(visit: Visit) -> Response:
    """Whom the law would keep from a call now, of a sample."""
    typed = _typed(visit)
    try:
        asked = audiences.asked(
            visit,
            typed("flow"),
            audience_of(typed),
            window_of(typed, visit.services.pack, _today(visit)),
            experiment=typed("experiment"),
            spares=not typed("control_groups"),
        )
        seen = foresight_behind(visit, asked)
    except (ConflictError, DataFileError) as error:
        return visit.render("campaign_new/preview.html", problem=visit.explain(error))
    return visit.render(
        "campaign_new/preview.html", problem="", most=SAMPLE, posted=True,
        seen=seen and seen.value, at=seen and counted_at(visit, seen),
    )  # fmt: skip


def make(visit: Visit) -> Response:
    """Make it, as a draft. What is wrong is told above the form as it was typed."""
    typed, services = _typed(visit), visit.services
    try:
        wanted = campaign_of(typed, services.settings, services.pack, _today(visit))
        campaign = making.make(visit, wanted)
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
