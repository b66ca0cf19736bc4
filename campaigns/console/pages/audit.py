"""The audit log: who saw which personal data, and who changed what."""

from __future__ import annotations

from typing import Final

from starlette.responses import Response

from campaigns.console import auditing, place
from campaigns.console.asked import Asked, asked, found
from campaigns.console.auditing import Wanted
from campaigns.console.page import MenuEntry, Page, PageRoute
from campaigns.console.view.codes import own_codes
from campaigns.console.visit import Visit
from campaigns.errors import ConflictError
from campaigns.store.console.call_views import Place

PER_PAGE: Final = 50
HERE: Final = "/settings/audit"
FILTERS: Final = ("from", "to", "action", "kind")
WORDS: Final = ("by", "subject")


def show(visit: Visit) -> Response:
    return _list(visit, _asked(visit))


def find(visit: Visit) -> Response:
    return found(visit, _asked(visit), _list)


def _list(visit: Visit, what: Asked) -> Response:
    rows = auditing.rows(visit, _wanted(what), place.read(visit.query("before", 40)), PER_PAGE + 1)
    last = rows[PER_PAGE - 1] if len(rows) > PER_PAGE else None
    return visit.render(
        "audit/page.html",
        part="audit/rows.html",
        rows=rows[:PER_PAGE],
        more=last and place.written(Place(last.at, last.id)),
        asked=what,
        choices=what.choices,
        actions=sorted(set(own_codes()["action"]) - set(visit.services.permissions.actions)),
        subjects=list(own_codes()["subject"]),
    )


def take(visit: Visit) -> Response:
    """What fits as a file, for whoever audits elsewhere; that it was taken is on record."""
    what = _asked(visit)
    if what.lost:
        raise ConflictError("this search was of another session: search again, and take the file then")
    return auditing.take(visit, _wanted(what), what.choices)


def _asked(visit: Visit) -> Asked:
    return asked(visit, HERE, FILTERS, WORDS)


def _wanted(what: Asked) -> Wanted:
    names = ("from", "to", "by", "action", "kind", "subject")
    first, last, by, action, kind, subject = (what.choices[name] for name in names)
    return Wanted(first, last, by, action, kind, subject)


PAGE = Page(
    routes=(
        PageRoute(HERE, show, "audit.read"),
        PageRoute(HERE, find, "audit.read", ("POST",)),
        PageRoute("/settings/audit/file", take, "audit.read"),
    ),
    menu=(MenuEntry("Audit log", HERE, "audit.read", "settings", 40, "list"),),
)
