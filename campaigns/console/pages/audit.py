"""The audit log: who saw which personal data, and who changed what."""

from __future__ import annotations

from typing import Final

from starlette.responses import Response

from campaigns.console.page import MenuEntry, Page, PageRoute
from campaigns.console.view.codes import own_codes
from campaigns.console.visit import Visit
from campaigns.store.console.audit import audit_page

PER_PAGE: Final = 50
SUBJECTS: Final = ("user", "customer", "customers", "campaign", "key", "job")


def show(visit: Visit) -> Response:
    choices = {name: visit.query(name, 64) for name in ("by", "action", "kind", "subject")}
    with visit.reading() as session:
        rows = audit_page(
            session,
            before_id=visit.query_number("before"),
            by=choices["by"],
            action=choices["action"],
            subject_kind=choices["kind"],
            subject=choices["subject"],
            limit=PER_PAGE + 1,
        )
    more = rows[PER_PAGE - 1].id if len(rows) > PER_PAGE else None
    return visit.render(
        "audit/page.html",
        part="audit/rows.html",
        rows=rows[:PER_PAGE],
        more=more,
        choices=choices,
        actions=sorted(set(own_codes()["action"]) - set(visit.services.permissions.actions)),
        subjects=SUBJECTS,
    )


PAGE = Page(
    routes=(PageRoute("/settings/audit", show, "audit.read"),),
    menu=(MenuEntry("Audit log", "/settings/audit", "audit.read", "settings", 40, "list"),),
)
