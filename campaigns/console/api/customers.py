"""Customers: searched, read, barred."""

from __future__ import annotations

from datetime import date, datetime
from typing import Literal

from starlette.exceptions import HTTPException

from campaigns.compliance.reasons import SUPPRESSIONS, Reason
from campaigns.console.access.permissions import SEE_PERSONAL
from campaigns.console.api.endpoint import Endpoint, Given, Nothing, Told, by_body
from campaigns.console.api.fields import IN_LOGS, Moment, Paged, Plain, Why, told
from campaigns.console.auditing import note_search
from campaigns.console.visit import Visit
from campaigns.customers.phone import as_e164
from campaigns.store.console import story
from campaigns.store.console.audit import Deed
from campaigns.store.console.bars import lift
from campaigns.store.console.customers import CustomerLine, Place, Wanted, find_customers
from campaigns.store.console.results import customer_id_of
from campaigns.store.outcomes import suppress

BarReason = Literal[tuple(sorted(reason.value for reason in SUPPRESSIONS - {Reason.SUPPRESSED}))]  # type: ignore[valid-type]


class CustomerQuery(Paged):
    """``q``: the beginning of a key or name, or a whole number; names and numbers with personal.see alone.

    Where names are sealed, only their first 4 characters are looked at.
    """

    q: Plain = ""
    grade: Literal["", "A", "B", "C", "D"] = ""
    tag: Plain = ""
    barred: bool = False


class CustomerOut(Told):
    """Money in minor units; of the account that is longest past due."""

    key: str
    name: str | None
    number: str | None
    number_state: str | None
    grade: str | None
    tags: tuple[str, ...]
    product: str | None
    currency: str | None
    amount_due: int | None
    days_past_due: int | None
    promise: str | None
    barred: bool


class CustomersOut(Told):
    """``next``: the cursor of the following page; null: this is the last."""

    items: tuple[CustomerOut, ...]
    next: str | None


class AccountOut(Told):
    """An account as last told."""

    key: str
    product: str
    currency: str
    amount_due: int
    minimum_due: int
    balance: int
    due_date: date
    days_past_due: int
    as_of: datetime


class NumberOut(Told):
    """A number and what is known of its state."""

    number: str | None
    relation: str
    status: str
    source: str
    at: datetime | None


class BarOut(Told):
    """A bar on automated calls."""

    id: int
    reason: str
    created_at: datetime
    until: datetime | None
    lifted_at: datetime | None
    in_force: bool


class CustomerDetail(Told):
    """Everything about one customer that an outside system may need."""

    key: str
    name: str | None
    accounts: tuple[AccountOut, ...]
    numbers: tuple[NumberOut, ...]
    bars: tuple[BarOut, ...]


class BarIn(Given):
    """``until`` null: until somebody lifts it. ``why`` is kept in the audit log."""

    reason: BarReason  # type: ignore[valid-type]
    why: Why
    until: Moment | None = None


class BarId(Told):
    """The bar that was put up."""

    id: int


def search(visit: Visit, query: CustomerQuery, _body: Nothing) -> CustomersOut:
    personal = visit.may(SEE_PERSONAL)
    wanted = Wanted(
        text=query.q,
        e164=as_e164(query.q, visit.services.settings.region) or "",
        personal=personal,
        grade=query.grade,
        tag=query.tag,
        barred=query.barred,
    )
    if query.q and personal:
        note_search(visit, query.q)
    with visit.reading() as session:
        at = visit.services.ledger_now(session)
        page = find_customers(session, wanted, at, after=_place(query), limit=query.limit)
    following = None if page.next is None else str(page.next.id)
    return CustomersOut(items=tuple(_line(visit, line) for line in page.lines), next=following)


def get(visit: Visit, _query: Nothing, _body: Nothing) -> CustomerDetail:
    with visit.reading() as session:
        subject = story.person(session, customer_id_of(session, key_of(visit)))
        bars = story.bars_of(session, subject, visit.services.ledger_now(session))
        accounts = story.accounts_of(session, subject.id)
        numbers = story.numbers_of(session, subject)
    return CustomerDetail(
        key=subject.key,
        name=told(visit, subject.name),
        accounts=tuple(AccountOut.model_validate(each) for each in accounts),
        numbers=tuple(
            NumberOut(
                number=told(visit, each.number),
                relation=each.relation,
                status=each.status,
                source=each.source,
                at=each.at,
            )
            for each in numbers
        ),
        bars=tuple(
            BarOut(
                id=each.id,
                reason=each.reason,
                created_at=each.created_at,
                until=each.until,
                lifted_at=each.lifted_at,
                in_force=each.in_force,
            )
            for each in bars
        ),
    )


def bar(visit: Visit, _query: Nothing, body: BarIn) -> BarId:
    with visit.changing() as session:
        subject = story.person(session, customer_id_of(session, key_of(visit)))
        at = visit.services.ledger_now(session)
        bar_id = suppress(session, reason=body.reason, at=at, customer_id=subject.id, until=body.until)
        after = {"bar": bar_id, "reason": body.reason, "until": str(body.until) if body.until else None}
        deed = Deed("customers.suppressed", "customer", subject.key, {"bar": None}, after, body.why)
        visit.record(session, deed)
    return BarId(id=bar_id)


def unbar(visit: Visit, query: LiftQuery, _body: Nothing) -> BarId:
    with visit.changing() as session:
        subject = story.person(session, customer_id_of(session, key_of(visit)))
        bar_id = visit.number("id")
        reason = lift(session, subject, bar_id, visit.services.ledger_now(session))
        before = {"bar": bar_id, "reason": reason}
        deed = Deed("customers.lifted", "customer", subject.key, before, {"bar": None}, query.why)
        visit.record(session, deed)
    return BarId(id=bar_id)


class LiftQuery(Given):
    """``why`` is kept in the audit log."""

    why: Why


def key_of(visit: Visit) -> str:
    """The lender's key, as the path has it."""
    key = str(visit.request.path_params["key"])
    if "\0" in key or len(key) > 64:
        raise HTTPException(404)
    return key


def _place(query: CustomerQuery) -> Place | None:
    return None if query.place is None else Place(query.place, query.place)


def _line(visit: Visit, line: CustomerLine) -> CustomerOut:
    return CustomerOut(
        key=line.key,
        name=told(visit, line.name),
        number=told(visit, line.number),
        number_state=line.number_state,
        grade=line.grade,
        tags=line.tags,
        product=line.product,
        currency=line.currency,
        amount_due=line.amount_due,
        days_past_due=line.days_past_due,
        promise=line.promise,
        barred=line.barred,
    )


TAG = "customers"
ENDPOINTS = (
    Endpoint(
        "GET",
        "/customers",
        "customers.read",
        search,
        "List customers",
        TAG,
        CustomersOut,
        CustomerQuery,
        about=IN_LOGS % "/customers/search",
    ),
    Endpoint(
        "POST",
        "/customers/search",
        "customers.read",
        by_body(search),
        "Search customers",
        TAG,
        CustomersOut,
        body=CustomerQuery,
        about="As the list, with what is searched for in the body, where no log keeps it.",
    ),
    Endpoint(
        "GET",
        "/customers/{key}",
        "customers.read",
        get,
        "Read one customer",
        TAG,
        CustomerDetail,
        fails=(404,),
    ),
    Endpoint(
        "POST",
        "/customers/{key}/bars",
        "customers.suppress",
        bar,
        "Bar automated calls to a customer",
        TAG,
        BarId,
        body=BarIn,
        status=201,
        fails=(404, 409),
        once=True,
    ),
    Endpoint(
        "DELETE",
        "/customers/{key}/bars/{id:int}",
        "customers.lift",
        unbar,
        "Lift a bar",
        TAG,
        BarId,
        query=LiftQuery,
        fails=(404, 409),
        about=IN_LOGS % "/customers/{key}/bars/{id}/lift",
    ),
    Endpoint(
        "POST",
        "/customers/{key}/bars/{id:int}/lift",
        "customers.lift",
        by_body(unbar),
        "Lift a bar, with why in the body",
        TAG,
        BarId,
        body=LiftQuery,
        fails=(404, 409),
    ),
)
