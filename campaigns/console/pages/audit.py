"""The audit log: who saw which personal data, and who changed what."""

from __future__ import annotations

from typing import Final

from starlette.responses import Response

from campaigns.console import auditing, place
from campaigns.console.auditing import Wanted
from campaigns.console.page import MenuEntry, Page, PageRoute
from campaigns.console.view.codes import own_codes
from campaigns.console.visit import Visit
from campaigns.store.console.call_views import Place

PER_PAGE: Final = 50
NAMES: Final = ("from", "to", "by", "action", "kind", "subject")


def show(visit: Visit) -> Response:
    choices = _choices(visit)
    rows = auditing.rows(visit, _wanted(choices), place.read(visit.query("before", 40)), PER_PAGE + 1)
    last = rows[PER_PAGE - 1] if len(rows) > PER_PAGE else None
    return visit.render(
        "audit/page.html",
        part="audit/rows.html",
        rows=rows[:PER_PAGE],
        more=last and place.written(Place(last.at, last.id)),
        choices=choices,
        actions=sorted(set(own_codes()["action"]) - set(visit.services.permissions.actions)),
        subjects=list(own_codes()["subject"]),
    )


def take(visit: Visit) -> Response:
    """What fits as a file, for whoever audits elsewhere; that it was taken is on record."""
    choices = _choices(visit)
    return auditing.take(visit, _wanted(choices), choices)


def _choices(visit: Visit) -> dict[str, str]:
    return {name: visit.query(name, 64) for name in NAMES}


def _wanted(choices: dict[str, str]) -> Wanted:
    first, last, by, action, kind, subject = (choices[name] for name in NAMES)
    return Wanted(first, last, by, action, kind, subject)


PAGE = Page(
    routes=(
        PageRoute("/settings/audit", show, "audit.read"),
        PageRoute("/settings/audit/file", take, "audit.read"),
    ),
    menu=(MenuEntry("Audit log", "/settings/audit", "audit.read", "settings", 40, "list"),),
)
