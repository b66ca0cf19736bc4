"""The audit log for pages and programs alike, as rows and as a file; searches go on record there."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final

from starlette.responses import Response

from campaigns.console.access.permissions import SEE_PERSONAL
from campaigns.console.visit import Visit
from campaigns.outcomes.report_csv import ENCODING, cell
from campaigns.private import HIDDEN
from campaigns.store.console.audit import AuditView, Deed, audit_page
from campaigns.store.console.call_views import Place

IN_A_FILE: Final = 20_000  # rows; more are taken in parts, by their days
COLUMNS: Final = (
    "id", "at", "by", "via", "address", "action", "subject_kind", "subject", "before", "after", "reason",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which rows. Days as ``2026-01-31``, where the lender is, both included; empty: of any."""

    first: str = ""
    last: str = ""
    by: str = ""
    action: str = ""
    kind: str = ""
    subject: str = ""


def rows(visit: Visit, wanted: Wanted, before: Place | None, limit: int) -> list[AuditView]:
    """Up to ``limit`` rows from before ``before``, newest first.

    A reason is in somebody's own words and may name a customer: hidden from keys that see no personal data.
    """
    since: datetime | None = visit.midnight(wanted.first)
    with visit.reading() as session:
        found = audit_page(
            session,
            before=before,
            by=wanted.by,
            action=wanted.action,
            subject_kind=wanted.kind,
            subject=wanted.subject,
            since=since,
            until=visit.midnight(wanted.last, later=1),
            limit=limit,
        )
    if visit.may(SEE_PERSONAL):
        return found
    return [replace(row, reason=HIDDEN if row.reason else "") for row in found]


def take(visit: Visit, wanted: Wanted, asked: Mapping[str, str]) -> Response:
    """What fits as CSV, the newest IN_A_FILE; ``asked``: the filters as they go on record."""
    found = rows(visit, wanted, None, IN_A_FILE)
    told = {name: value for name, value in asked.items() if value}
    with visit.changing(Deed("audit.taken", "page", "/settings/audit", after={"count": len(found), **told})):
        pass
    out = io.StringIO(newline="")
    writer = csv.writer(out)
    writer.writerow(COLUMNS)
    for row in found:
        values = (getattr(row, name) for name in COLUMNS)
        writer.writerow([cell(_text(value)) for value in values])
    day = visit.now.astimezone(visit.formats.zone).date()
    headers = {"Content-Disposition": f'attachment; filename="audit-{day}.csv"'}
    return Response(out.getvalue().encode(ENCODING), 200, headers, "text/csv; charset=utf-8")


def note_search(visit: Visit, text: str) -> None:
    """Somebody searched among customers. What for may be a name, so only its length is kept."""
    with visit.changing(Deed("personal.searched", "customers", "/customers", after={"length": len(text)})):
        pass


def _text(value: object) -> object:
    return json.dumps(value, ensure_ascii=False) if isinstance(value, dict) else value
