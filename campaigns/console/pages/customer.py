"""One customer's whole story, and the bar on calls to them."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any, Final

from starlette.responses import Response

from campaigns.compliance.reasons import SUPPRESSIONS, Reason
from campaigns.console.explaining import explained
from campaigns.console.page import Page, PageRoute
from campaigns.console.visit import Visit
from campaigns.console.web.addresses import list_before
from campaigns.errors import ConflictError, NotFoundError
from campaigns.store.console import story
from campaigns.store.console.audit import Deed
from campaigns.store.console.bars import lift
from campaigns.store.console.story_views import Person
from campaigns.store.database import Session
from campaigns.store.grade_explanation import ExplainedGrade, explain_grade
from campaigns.store.outcomes import suppress
from campaigns.store.tags import tags_of

DECISIONS_SHOWN: Final = 100
BAR_REASONS: Final = tuple(sorted(reason.value for reason in SUPPRESSIONS - {Reason.SUPPRESSED}))
BAR_DAYS: Final = ("", "7", "30", "90", "180")  # empty: until somebody lifts it


def show(visit: Visit) -> Response:
    tab = visit.query("tab")
    tab = tab if tab in TABS else "overview"
    with visit.reading() as session:
        subject = story.person(session, visit.number("id"))
        values = {
            "subject": subject,
            "back": list_before(visit.request, "/customers"),
            "tab": tab,
            "at": visit.services.ledger_now(session),
            "tabs": list(TABS),
            "extent": story.extent_of(session, subject.id),
            "tags": [tag for tag in tags_of(session, subject.id) if tag.until is None],
            "bars": story.bars_of(session, subject, visit.services.ledger_now(session)),
            "bar_reasons": BAR_REASONS,
            "bar_days": BAR_DAYS,
            **TABS[tab](visit, session, subject),
        }
    return visit.render("customer/page.html", part="customer/panel.html", **values)


def bar(visit: Visit) -> Response:
    reason, days, why = visit.form("reason", 32), visit.form("days", 4), visit.form("why", 255)
    with visit.changing() as session:
        subject = story.person(session, visit.number("id"))
        if reason not in BAR_REASONS or days not in BAR_DAYS:
            raise ConflictError("choose a reason from the list")
        if not why:
            raise ConflictError("say why: the audit log keeps it")
        at = visit.services.ledger_now(session)
        until = at + timedelta(days=int(days)) if days else None
        bar_id = suppress(session, reason=reason, at=at, customer_id=subject.id, until=until)
        after = {"bar": bar_id, "reason": reason, "until": until.isoformat() if until else None}
        visit.record(
            session, Deed("customers.suppressed", "customer", subject.key, {"bar": None}, after, why)
        )
    return visit.go(f"/customers/{subject.id}", visit.text("Automated calls to this customer are barred."))


def unbar(visit: Visit) -> Response:
    why = visit.form("why", 255)
    with visit.changing() as session:
        subject = story.person(session, visit.number("id"))
        if not why:
            raise ConflictError("say why: the audit log keeps it")
        bar_id = visit.number("bar")
        reason = lift(session, subject, bar_id, visit.services.ledger_now(session))
        before, after = {"bar": bar_id, "reason": reason}, {"bar": None}
        visit.record(session, Deed("customers.lifted", "customer", subject.key, before, after, why))
    return visit.go(f"/customers/{subject.id}", visit.text("The bar was lifted."))


def _overview(visit: Visit, session: Session, subject: Person) -> dict[str, Any]:
    told = explained(visit, session, subject, 1)
    return {
        "told": told,
        "grade": _grade(visit, session, subject),
        "accounts": story.accounts_of(session, subject.id),
        "numbers": story.numbers_of(session, subject),
        "promises": story.promises_of(session, subject.id)[:3],
        "offers": story.offers_of(session, subject.id),
        "follow_ups": story.follow_ups_of(session, subject.id),
    }


def _decisions(visit: Visit, session: Session, subject: Person) -> dict[str, Any]:
    return {"told": explained(visit, session, subject, DECISIONS_SHOWN)}


def _calls(_visit: Visit, session: Session, subject: Person) -> dict[str, Any]:
    return {"calls": story.calls_of(session, subject)}


def _promises(_visit: Visit, session: Session, subject: Person) -> dict[str, Any]:
    return {
        "promises": story.promises_of(session, subject.id),
        "payments": story.payments_of(session, subject.id),
    }


def _messages(_visit: Visit, session: Session, subject: Person) -> dict[str, Any]:
    return {"messages": story.messages_of(session, subject)}


def _file(_visit: Visit, session: Session, subject: Person) -> dict[str, Any]:
    return {"facts": story.facts_of(session, subject)}


TABS: Final[dict[str, Callable[[Visit, Session, Person], dict[str, Any]]]] = {
    "overview": _overview,
    "decisions": _decisions,
    "calls": _calls,
    "promises": _promises,
    "messages": _messages,
    "file": _file,
}


def _grade(visit: Visit, session: Session, subject: Person) -> ExplainedGrade | None:
    try:
        return explain_grade(session, subject.key, visit.services.grading)
    except (ConflictError, NotFoundError):  # without an account there is nothing to grade
        return None


PAGE = Page(
    routes=(
        PageRoute("/customers/{id:int}", show, "customers.read"),
        PageRoute("/customers/{id:int}/bar", bar, "customers.suppress", ("POST",)),
        PageRoute("/customers/{id:int}/bar/{bar:int}/lift", unbar, "customers.lift", ("POST",)),
    )
)
