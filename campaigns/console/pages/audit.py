"""The audit log: who saw which personal data, and who changed what."""

from __future__ import annotations

import csv
import io
import json
from typing import Final

from starlette.responses import Response

from campaigns.console import place
from campaigns.console.page import MenuEntry, Page, PageRoute
from campaigns.console.view.codes import own_codes
from campaigns.console.visit import Visit
from campaigns.outcomes.report_csv import ENCODING, cell
from campaigns.store.console.audit import AuditView, Deed, audit_page
from campaigns.store.console.call_views import Place

PER_PAGE: Final = 50
IN_A_FILE: Final = 20_000  # rows; more are taken in parts, by their days
NAMES: Final = ("from", "to", "by", "action", "kind", "subject")
COLUMNS: Final = (
    "id", "at", "by", "via", "address", "action", "subject_kind", "subject", "before", "after", "reason",
)  # fmt: skip


def show(visit: Visit) -> Response:
    rows = _rows(visit, place.read(visit.query("before", 40)), PER_PAGE + 1)
    last = rows[PER_PAGE - 1] if len(rows) > PER_PAGE else None
    return visit.render(
        "audit/page.html",
        part="audit/rows.html",
        rows=rows[:PER_PAGE],
        more=last and place.written(Place(last.at, last.id)),
        choices=_choices(visit),
        actions=sorted(set(own_codes()["action"]) - set(visit.services.permissions.actions)),
        subjects=list(own_codes()["subject"]),
    )


def take(visit: Visit) -> Response:
    """What fits as a file, for whoever audits elsewhere; that it was taken is on record."""
    rows = _rows(visit, None, IN_A_FILE)
    asked = {name: value for name, value in _choices(visit).items() if value}
    with visit.changing(Deed("audit.taken", "page", "/settings/audit", after={"count": len(rows), **asked})):
        pass
    out = io.StringIO(newline="")
    writer = csv.writer(out)
    writer.writerow(COLUMNS)
    for row in rows:
        values = (getattr(row, name) for name in COLUMNS)
        writer.writerow([cell(_text(value)) for value in values])
    day = visit.now.astimezone(visit.formats.zone).date()
    headers = {"Content-Disposition": f'attachment; filename="audit-{day}.csv"'}
    return Response(out.getvalue().encode(ENCODING), 200, headers, "text/csv; charset=utf-8")


def _text(value: object) -> object:
    return json.dumps(value, ensure_ascii=False) if isinstance(value, dict) else value


def _choices(visit: Visit) -> dict[str, str]:
    return {name: visit.query(name, 64) for name in NAMES}


def _rows(visit: Visit, before: Place | None, limit: int) -> list[AuditView]:
    chosen = _choices(visit)
    with visit.reading() as session:
        return audit_page(
            session,
            before=before,
            by=chosen["by"],
            action=chosen["action"],
            subject_kind=chosen["kind"],
            subject=chosen["subject"],
            since=visit.midnight(chosen["from"]),
            until=visit.midnight(chosen["to"], later=1),
            limit=limit,
        )


PAGE = Page(
    routes=(
        PageRoute("/settings/audit", show, "audit.read"),
        PageRoute("/settings/audit/file", take, "audit.read"),
    ),
    menu=(MenuEntry("Audit log", "/settings/audit", "audit.read", "settings", 40, "list"),),
)
