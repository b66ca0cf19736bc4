"""Customers: searched by key, name or number, filtered by what is known of them."""

from __future__ import annotations

from typing import Any, Final

from starlette.responses import Response

from campaigns.console import grading
from campaigns.console.access.permissions import SEE_PERSONAL
from campaigns.console.page import MenuEntry, Page, PageRoute
from campaigns.console.visit import Visit
from campaigns.customers.phone import as_e164
from campaigns.grading.rules import GRADES
from campaigns.outcomes.promises import PromiseState
from campaigns.store.console.audit import Deed
from campaigns.store.console.customers import (
    COUNTED,
    UNGRADED,
    Place,
    Sort,
    Wanted,
    counted_of_names,
    known_tags,
    search_customers,
)
from telephony.status import NumberStatus

PER_PAGE: Final = 50
GRADE_CHOICES: Final = (*GRADES, UNGRADED)


def show(visit: Visit) -> Response:
    wanted = wanted_of(visit)
    after = _place(visit)
    with visit.reading() as session:
        at = visit.services.ledger_now(session)
        page, total = search_customers(session, wanted, at, after=after, limit=PER_PAGE)
        tags = known_tags(session)
        begins = counted_of_names(session)
        standing = None if visit.partial else grading.standing(visit.services, session)
    if wanted.text and wanted.personal and visit.who.via == "session":
        _note_search(visit, wanted)
    return visit.render(
        "customers/page.html",
        part="customers/rows.html",
        page=page,
        at=at,
        grading=standing if page.lines or (standing and standing.at) else None,
        total=total,
        counted=COUNTED,
        first=after is None,
        per_page=PER_PAGE,
        choices=_choices(visit),
        tags=tags,
        sealed_begins=begins if wanted.personal else None,
        grades=GRADE_CHOICES,
        numbers=[status.value for status in NumberStatus],
        promises=[state.value for state in PromiseState],
        sorts=[sort.value for sort in Sort],
    )


def wanted_of(visit: Visit) -> Wanted:
    """The search that the query asks for; what it does not know is not asked for."""
    text = visit.query("q", 64)
    sort = visit.query("sort")
    return Wanted(
        text=text,
        e164=as_e164(text, visit.services.settings.region) or "",
        personal=visit.may(SEE_PERSONAL),
        grade=_known(visit.query("grade"), GRADE_CHOICES),
        tag=visit.query("tag", 48),
        number=_known(visit.query("number"), [status.value for status in NumberStatus]),
        promise=_known(visit.query("promise"), [state.value for state in PromiseState]),
        barred=visit.query("barred") == "1",
        sort=Sort(sort) if sort in list(Sort) else Sort.NEWEST,
    )


def _known(value: str, choices: Any) -> str:
    return value if value in choices else ""


def _place(visit: Visit) -> Place | None:
    value, _, row = visit.query("after", 40).partition("_")
    digits = value.removeprefix("-")
    if not (digits.isascii() and digits.isdigit() and row.isascii() and row.isdigit()):
        return None
    return Place(max(-(2**62), min(int(value), 2**62)), min(int(row), 2**31 - 1))


def _choices(visit: Visit) -> dict[str, str]:
    names = ("q", "grade", "tag", "number", "promise", "barred", "sort")
    return {name: visit.query(name, 64) for name in names}


def _note_search(visit: Visit, wanted: Wanted) -> None:
    """What was looked for may be a name, so only its length is kept."""
    deed = Deed("personal.searched", "customers", "/customers", after={"length": len(wanted.text)})
    with visit.changing(deed):
        pass


PAGE = Page(
    routes=(PageRoute("/customers", show, "customers.read"),),
    menu=(MenuEntry("Customers", "/customers", "customers.read", order=20, icon="people"),),
)
