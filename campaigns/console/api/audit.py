"""The audit log: read, and taken as a file."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Final

from pydantic import Field, StringConstraints
from starlette.responses import Response

from campaigns.console import auditing, place
from campaigns.console.api.endpoint import Endpoint, Given, Nothing, Told, by_body
from campaigns.console.api.fields import IN_LOGS, Day, Limit, Plain
from campaigns.console.visit import Visit
from campaigns.store.console.call_views import Place

Word = Annotated[Plain, StringConstraints(max_length=64)]


class AuditFilter(Given):
    """Whole local days, both ends included; everything else as it stands in the log."""

    first: Annotated[Day | None, Field(description="The first day.")] = None
    last: Annotated[Day | None, Field(description="The last day.")] = None
    by: Annotated[Word, Field(description="Who did it: a user's name.")] = ""
    action: Annotated[Word, Field(description="What was done, such as campaigns.launched.")] = ""
    kind: Annotated[Word, Field(description="What it was done to, such as campaign or customer.")] = ""
    subject: Annotated[Word, Field(description="To which of them, such as a campaign's name.")] = ""

    @property
    def asked(self) -> dict[str, str]:
        """As it goes on record."""
        return {
            "from": str(self.first or ""),
            "to": str(self.last or ""),
            "by": self.by,
            "action": self.action,
            "kind": self.kind,
            "subject": self.subject,
        }

    @property
    def wanted(self) -> auditing.Wanted:
        asked = self.asked
        return auditing.Wanted(asked["from"], asked["to"], self.by, self.action, self.kind, self.subject)


class AuditQuery(AuditFilter):
    """``cursor``: the ``next`` of the page before."""

    cursor: Annotated[str, StringConstraints(pattern=r"^[0-9]{1,12}\.[0-9]{6}_[0-9]{1,12}$")] | None = None
    limit: Limit = 100


class AuditRow(Told):
    """One row. ``via``: session, token, command or job. ``before`` and ``after``: what differs, masked."""

    id: int
    at: datetime
    by: str
    via: str
    address: str
    action: str
    subject_kind: str
    subject: str
    before: dict[str, Any]
    after: dict[str, Any]
    reason: str


class AuditOut(Told):
    """Newest first. ``next``: the cursor of the following page; null: this is the last."""

    items: tuple[AuditRow, ...]
    next: str | None


def listed(visit: Visit, query: AuditQuery, _body: Nothing) -> AuditOut:
    before = None if query.cursor is None else place.read(query.cursor)
    found = auditing.rows(visit, query.wanted, before, query.limit + 1)
    shown = found[: query.limit]
    following = place.written(Place(shown[-1].at, shown[-1].id)) if len(found) > query.limit else None
    return AuditOut(items=tuple(AuditRow.model_validate(each) for each in shown), next=following)


def take(visit: Visit, query: AuditFilter, _body: Nothing) -> Response:
    return auditing.take(visit, query.wanted, query.asked)


TAG = "audit"
_FILE: Final = (
    f"The newest {auditing.IN_A_FILE:,} rows that fit; take more in parts, by their days. That it was taken "
    "is a row of the log."
)
ENDPOINTS = (
    Endpoint(
        "GET",
        "/audit",
        "audit.read",
        listed,
        "Read the audit log, newest first",
        TAG,
        AuditOut,
        AuditQuery,
        about=IN_LOGS % "/audit/search",
    ),
    Endpoint(
        "POST",
        "/audit/search",
        "audit.read",
        by_body(listed),
        "Search the audit log, newest first",
        TAG,
        AuditOut,
        body=AuditQuery,
    ),
    Endpoint(
        "GET",
        "/audit/file",
        "audit.read",
        take,
        "The audit log as a CSV file",
        TAG,
        None,
        AuditFilter,
        media="text/csv",
        about=f"{_FILE} {IN_LOGS % '/audit/file'}",
    ),
    Endpoint(
        "POST",
        "/audit/file",
        "audit.read",
        by_body(take),
        "The audit log as a CSV file, by a search in the body",
        TAG,
        None,
        body=AuditFilter,
        media="text/csv",
        about=_FILE,
    ),
)
