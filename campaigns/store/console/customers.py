"""Finding customers: by key, name or number, and by what is known of them; a page at a time.

Pages are cut by the last row's place (keyset), so the last of a million customers comes as fast as the first;
counts stop at COUNTED.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Any, Final, TypeAlias

from sqlalchemy import ColumnElement, Select, and_, exists, false, func, or_, select, union_all
from sqlalchemy.orm import InstrumentedAttribute, Session, aliased

from campaigns.private import Private, PrivateKind, private
from campaigns.store.console.among import among, few_of
from campaigns.store.models import (
    Account,
    Customer,
    CustomerTag,
    Grade,
    PhoneNumber,
    Promise,
    Suppression,
)
from campaigns.store.models.customers import SEALED_BEGINS
from campaigns.store.sealed.types import is_sealed

_Query: TypeAlias = Select[*tuple[Any, ...]]

COUNTED: Final = 1_000  # the most that is counted of what fits
FEW: Final = 15_000  # customers that are looked up one by one
UNGRADED: Final = "none"


class Sort(StrEnum):
    """In what order customers are listed."""

    NEWEST = "newest"
    OVERDUE = "overdue"  # the longest past due first
    OWING = "owing"  # the largest amount due first


@dataclass(frozen=True, slots=True)
class Wanted:
    """A search. ``text``: the beginning of a key or name, or a number as E.164. Empty fields ask nothing.

    ``personal``: whether names and numbers may be searched.
    """

    text: str = ""
    e164: str = ""
    personal: bool = False
    grade: str = ""
    tag: str = ""
    number: str = ""
    promise: str = ""
    barred: bool = False
    sort: Sort = Sort.NEWEST


@dataclass(frozen=True, slots=True)
class Place:
    """Where a page ended: the value that is sorted by, and the row's id."""

    value: int
    id: int


@dataclass(frozen=True, slots=True)
class CustomerLine:
    """A customer in a list; the account is the one longest past due. Money is in minor units."""

    id: int
    key: str
    name: Private
    number: Private | None
    number_state: str | None
    grade: str | None
    tags: tuple[str, ...]
    product: str | None
    currency: str | None
    amount_due: int | None
    days_past_due: int | None  # as of the file that brought it
    due_date: date | None
    promise: str | None
    barred: bool


@dataclass(frozen=True, slots=True)
class CustomerPage:
    """``next``: where the next page begins; None when this is the last."""

    lines: list[CustomerLine]
    next: Place | None


def find_customers(
    session: Session, wanted: Wanted, at: datetime, *, after: Place | None = None, limit: int = 50
) -> CustomerPage:
    """One page of the customers that fit."""
    return _page(session, wanted, _prepared(session, wanted, at), at, after, limit)


def _page(
    session: Session, wanted: Wanted, search: _Search, at: datetime, after: Place | None, limit: int
) -> CustomerPage:
    if wanted.sort is Sort.NEWEST:
        query: _Query = select(Customer.id, Customer.id)
        column: InstrumentedAttribute[int] = Customer.id
        if after is not None:
            query = query.where(Customer.id < after.id)
        query = query.order_by(Customer.id.desc())
    else:
        column = Account.days_past_due if wanted.sort is Sort.OVERDUE else Account.amount_due
        query = select(Account.customer_id, column, Account.id).join(
            Customer, Customer.id == Account.customer_id
        )
        query = query.where(_foremost(column))
        if after is not None:
            later = or_(column < after.value, and_(column == after.value, Account.id < after.id))
            query = query.where(column <= after.value, later)  # twice, so that an index leads to the place
        query = query.order_by(column.desc(), Account.id.desc())
    of = Customer.id if wanted.sort is Sort.NEWEST else Account.customer_id
    rows = session.execute(search.within(session, query, of).limit(limit + 1)).all()
    shown = rows[:limit]
    following = None
    if len(rows) > limit:
        last = shown[-1]
        following = Place(last[1], last[-1])
    return CustomerPage(_lines(session, [row[0] for row in shown], at), following)


def search_customers(
    session: Session, wanted: Wanted, at: datetime, *, after: Place | None = None, limit: int = 50
) -> tuple[CustomerPage, int]:
    """A page and how many fit, by one search; COUNTED + 1 stands for more than COUNTED."""
    search = _prepared(session, wanted, at)
    return _page(session, wanted, search, at, after, limit), _count(session, search)


def _count(session: Session, search: _Search) -> int:
    found = search.within(session, select(Customer.id), Customer.id).limit(COUNTED + 1).subquery()
    return session.scalar(select(func.count()).select_from(found)) or 0


def known_tags(session: Session) -> list[str]:
    """The tags that somebody has.

    Each is found by one step along the index, whatever the number of customers.
    """
    tags: list[str] = []
    query = select(func.min(CustomerTag.tag)).where(CustomerTag.until.is_(None))
    tag = session.scalar(query)
    while tag is not None:
        tags.append(tag)
        tag = session.scalar(query.where(CustomerTag.tag > tag))
    return tags


def begins(column: InstrumentedAttribute[Any], text: str, session: Session) -> ColumnElement[bool]:
    """``column`` begins with ``text``, in the form that the database has an index for."""
    if session.get_bind().dialect.name == "sqlite":
        return and_(column >= text, column < text + chr(0x10FFFF))
    return column.startswith(text, autoescape=True)


def name_begins(text: str, session: Session) -> ColumnElement[bool]:
    """The name begins with ``text``; of a sealed one, with its first SEALED_BEGINS characters."""
    if not is_sealed(session):
        return begins(Customer.name, text, session)
    size = min(len(text), SEALED_BEGINS)
    column: InstrumentedAttribute[Any] = getattr(Customer, f"name_begins_{size}")
    return column == text


def counted_of_names(session: Session) -> int | None:
    """How many characters of a name's beginning are looked at; None: all."""
    return SEALED_BEGINS if is_sealed(session) else None


def barred(at: datetime) -> ColumnElement[bool]:
    """A bar on all calls to the customer is in force."""
    return exists().where(
        Suppression.customer_id == Customer.id,
        Suppression.lifted_at.is_(None),
        or_(Suppression.until.is_(None), Suppression.until > at),
    )


def _foremost(column: InstrumentedAttribute[int]) -> ColumnElement[bool]:
    """No other account of the customer comes before this one."""
    other = aliased(Account)
    value = getattr(other, column.key)
    return ~exists().where(
        other.customer_id == Account.customer_id,
        or_(value > column, and_(value == column, other.id > Account.id)),
    )


@dataclass(frozen=True, slots=True)
class _Filter:
    """One thing that is asked for: ``who`` selects the ids of all that fit, ``holds`` tests one customer."""

    who: _Query
    holds: ColumnElement[bool]


@dataclass(frozen=True, slots=True)
class _Search:
    """``few``: the ids that the narrowest filter leaves, where they are few enough to begin with."""

    few: list[int] | None
    holds: list[ColumnElement[bool]]

    def within(self, session: Session, query: _Query, customer_id: InstrumentedAttribute[int]) -> _Query:
        if self.few is not None:
            query = query.where(among(session, customer_id, self.few))
        return query.where(*self.holds)


def _prepared(session: Session, wanted: Wanted, at: datetime) -> _Search:
    """What few have is looked up first; what many have is tested on the way.

    A database that must guess which is which walks through a million customers to find none.
    """
    few: list[int] | None = None
    holds: list[ColumnElement[bool]] = []
    for each in _filters(session, wanted, at):
        found = few_of(session, each.who, FEW)
        if found is None:
            holds.append(each.holds)
        else:
            few = sorted(set(found) if few is None else set(found).intersection(few))
    if wanted.grade == UNGRADED:
        holds.append(~exists().where(Grade.customer_id == Customer.id, Grade.is_current))
    return _Search(few, holds)


def _filters(session: Session, wanted: Wanted, at: datetime) -> Iterator[_Filter]:
    if wanted.text or wanted.e164:
        yield _named(session, wanted)
    if wanted.grade and wanted.grade != UNGRADED:
        yield _has(Grade, Grade.is_current.is_(True), Grade.letter == wanted.grade)
    if wanted.tag:
        yield _has(CustomerTag, CustomerTag.tag == wanted.tag, CustomerTag.until.is_(None))
    if wanted.number:
        yield _has(PhoneNumber, PhoneNumber.status == wanted.number)
    if wanted.promise:
        yield _has(Promise, Promise.state == wanted.promise)
    if wanted.barred:
        yield _has(
            Suppression,
            Suppression.customer_id.is_not(None),
            Suppression.lifted_at.is_(None),
            or_(Suppression.until.is_(None), Suppression.until > at),
        )


def _has(table: Any, *conditions: ColumnElement[bool]) -> _Filter:
    return _Filter(
        select(table.customer_id).where(*conditions),
        exists().where(table.customer_id == Customer.id, *conditions),
    )


def _named(session: Session, wanted: Wanted) -> _Filter:
    parts: list[_Query] = []
    if wanted.text:
        parts.append(select(Customer.id).where(begins(Customer.external_id, wanted.text, session)))
        if wanted.personal:
            parts.append(select(Customer.id).where(name_begins(wanted.text, session)))
    if wanted.e164 and wanted.personal:
        parts.append(select(PhoneNumber.customer_id).where(PhoneNumber.e164 == wanted.e164))
    if not parts:
        return _Filter(select(Customer.id).where(false()), false())
    # Each part stops early by itself: a union would be gathered whole before it is cut.
    some = [select(part.limit(FEW + 1).subquery().c[0]) for part in parts]
    who = select(union_all(*some).subquery().c[0])
    key = begins(Customer.external_id, wanted.text, session)
    name = name_begins(wanted.text, session)
    return _Filter(who, or_(key, name) if wanted.personal else key)


def _lines(session: Session, ids: Sequence[int], at: datetime) -> list[CustomerLine]:
    """These customers, in this order: a few look-ups by id, none of them larger than the page."""
    people = session.execute(
        select(Customer.id, Customer.external_id, Customer.name, barred(at)).where(Customer.id.in_(ids))
    ).all()
    accounts: dict[int, Account] = {}
    for account in session.scalars(
        select(Account).where(Account.customer_id.in_(ids)).order_by(Account.days_past_due, Account.id)
    ):
        accounts[account.customer_id] = account
    numbers: dict[int, PhoneNumber] = {}
    for number in session.scalars(
        select(PhoneNumber)
        .where(PhoneNumber.customer_id.in_(ids))
        .order_by((PhoneNumber.relation == "self"), PhoneNumber.id.desc())
    ):
        numbers[number.customer_id] = number
    grades = _pairs(
        session, select(Grade.customer_id, Grade.letter).where(Grade.customer_id.in_(ids), Grade.is_current)
    )
    promises = _pairs(
        session,
        select(Promise.customer_id, Promise.state)
        .where(Promise.customer_id.in_(ids), Promise.state != "cancelled")
        .order_by(Promise.id),
    )
    tags: dict[int, list[str]] = {}
    for customer_id, tag in session.execute(
        select(CustomerTag.customer_id, CustomerTag.tag)
        .where(CustomerTag.customer_id.in_(ids), CustomerTag.until.is_(None))
        .order_by(CustomerTag.tag)
    ):
        tags.setdefault(customer_id, []).append(tag)
    lines = {
        customer_id: _line(
            customer_id, key, name, is_barred, accounts.get(customer_id), numbers.get(customer_id),
            grades.get(customer_id), promises.get(customer_id), tuple(tags.get(customer_id, ())),
        )
        for customer_id, key, name, is_barred in people
    }  # fmt: skip
    return [lines[customer_id] for customer_id in ids]


def _line(
    customer_id: int,
    key: str,
    name: str,
    is_barred: bool,
    account: Account | None,
    number: PhoneNumber | None,
    grade: str | None,
    promise: str | None,
    tags: tuple[str, ...],
) -> CustomerLine:
    return CustomerLine(
        id=customer_id,
        key=key,
        name=Private(PrivateKind.NAME, name, key),
        number=private(PrivateKind.NUMBER, number.e164 if number else None, key),
        number_state=number.status if number else None,
        grade=grade,
        tags=tags,
        product=account.product if account else None,
        currency=account.currency if account else None,
        amount_due=account.amount_due if account else None,
        days_past_due=account.days_past_due if account else None,
        due_date=account.due_date if account else None,
        promise=promise,
        barred=bool(is_barred),
    )


def _pairs(session: Session, query: _Query) -> dict[int, str]:
    return {row[0]: row[1] for row in session.execute(query)}
