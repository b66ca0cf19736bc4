"""Customers: searched by key, name or number, filtered by what is known of them."""

from __future__ import annotations

from typing import Any, Final

from starlette.responses import Response

from campaigns.console import grading
from campaigns.console.access.permissions import SEE_PERSONAL
from campaigns.console.asked import Asked, asked, found
from campaigns.console.auditing import note_search
from campaigns.console.page import MenuEntry, Page, PageRoute
from campaigns.console.visit import Visit
from campaigns.customers.phone import as_e164
from campaigns.grading.rules import GRADES
from campaigns.outcomes.promises import PromiseState
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
HERE: Final = "/customers"
FILTERS: Final = ("grade", "tag", "number", "promise", "barred", "sort")


def show(visit: Visit) -> Response:
    return _list(visit, _asked(visit))


def find(visit: Visit) -> Response:
    return found(visit, _asked(visit), _list)


def _list(visit: Visit, what: Asked) -> Response:
    wanted = wanted_of(visit, what)
    after = _place(visit)
    with visit.reading() as session:
        at = visit.services.ledger_now(session)
        page, total = search_customers(session, wanted, at, after=after, limit=PER_PAGE)
        tags = known_tags(session)
        begins = counted_of_names(session)
        standing = None if visit.partial else grading.standing(visit.services, session)
    if wanted.text and wanted.personal:
        note_search(visit, wanted.text)
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
        asked=what,
        choices=what.choices,
        tags=tags,
        sealed_begins=begins if wanted.personal else None,
        grades=GRADE_CHOICES,
        numbers=[status.value for status in NumberStatus],
        promises=[state.value for state in PromiseState],
        sorts=[sort.value for sort in Sort],
    )


def _asked(visit: Visit) -> Asked:
    return asked(visit, HERE, FILTERS, ("q",))


def wanted_of(visit: Visit, what: Asked) -> Wanted:
    """The search that is asked for; what is not known is not asked for."""
    chosen = what.choices
    text, sort = chosen["q"], chosen["sort"]
    return Wanted(
        text=text,
        e164=as_e164(text, visit.services.settings.region) or "",
        personal=visit.may(SEE_PERSONAL),
        grade=_known(chosen["grade"], GRADE_CHOICES),
        tag=chosen["tag"][:48],
        number=_known(chosen["number"], [status.value for status in NumberStatus]),
        promise=_known(chosen["promise"], [state.value for state in PromiseState]),
        barred=chosen["barred"] == "1",
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


PAGE = Page(
    routes=(
        PageRoute(HERE, show, "customers.read"),
        PageRoute(HERE, find, "customers.read", ("POST",)),
    ),
    menu=(MenuEntry("Customers", HERE, "customers.read", order=20, icon="people"),),
)
