"""Which records are one person, and whose history counts for whom.

A record counts for itself, for every record of the same person, and, up to when they were parted, for those
that once were the same person. Counting and barring go by this and by nothing else.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, and_, bindparam, case, exists, func, select
from sqlalchemy.orm import InstrumentedAttribute, Session

from campaigns.store.models import Customer, PersonChange, SharedHistory

CUSTOMER = bindparam("customer_id", type_=Customer.id.type)
PEOPLE = bindparam("people", type_=Customer.id.type, expanding=True)
"""All records whose history counts for the customer, the own one included: ``Shared.ids``."""

_SHARED = select(SharedHistory.other_id, SharedHistory.until, SharedHistory.kept).where(
    SharedHistory.customer_id == CUSTOMER
)


@dataclass(frozen=True, slots=True)
class Former:
    """A record that was the same person until then, and what of it had no time of its own."""

    customer_id: int
    until: datetime
    kept: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Shared:
    """Whose history counts for a customer."""

    customer_id: int
    same: tuple[int, ...]  # records of the same person, the own one included, least id first
    former: tuple[Former, ...] = ()

    @property
    def ids(self) -> list[int]:
        return [*self.same, *(each.customer_id for each in self.former)]

    @property
    def person_id(self) -> int:
        """The same for all records of a person."""
        return self.same[0]

    @property
    def values(self) -> dict[str, Any]:
        """The parameters of a statement that uses ``theirs``."""
        return {"customer_id": self.customer_id, "people": self.ids}


def shared(session: Session, customer_id: int) -> Shared:
    """Whose history counts for the customer now."""
    rows = session.execute(_SHARED, {"customer_id": customer_id}).all()
    same = sorted([customer_id, *(other for other, until, _ in rows if until is None)])
    former = tuple(Former(other, until, kept) for other, until, kept in rows if until is not None)
    return Shared(customer_id, tuple(same), former)


def theirs(owner: InstrumentedAttribute[Any], at: InstrumentedAttribute[Any]) -> ColumnElement[bool]:
    """What counts for the customer, of a table whose rows have an owner and a time: see ``Shared.values``."""
    parted = exists().where(
        SharedHistory.customer_id == CUSTOMER, SharedHistory.other_id == owner, SharedHistory.until < at
    )
    return and_(owner.in_(PEOPLE), ~parted)


def first_records() -> Any:
    """``customer_id, person_id`` of every record that is not its person's first one or only one."""
    return (
        select(SharedHistory.customer_id, func.min(SharedHistory.other_id).label("person_id"))
        .where(SharedHistory.until.is_(None))
        .group_by(SharedHistory.customer_id)
        .subquery()
    )


def person_of(owner: ColumnElement[int] | InstrumentedAttribute[int], others: Any) -> ColumnElement[int]:
    """The person's id of ``owner``, with ``others`` (``first_records``) joined on it from outside."""
    return case((others.c.person_id < owner, others.c.person_id), else_=owner)


def with_shared(session: Session, customer_ids: Collection[int]) -> dict[int, set[int]]:
    """For each of these customers all whose history counts for them, former ones too."""
    return _with_others(session, customer_ids)


def same_people(session: Session, customer_ids: Collection[int]) -> dict[int, set[int]]:
    """For each of these customers all records of the same person now, the own one included."""
    return _with_others(session, customer_ids, SharedHistory.until.is_(None))


def _with_others(
    session: Session, customer_ids: Collection[int], *where: ColumnElement[bool]
) -> dict[int, set[int]]:
    found = {customer_id: {customer_id} for customer_id in customer_ids}
    rows = session.execute(
        select(SharedHistory.customer_id, SharedHistory.other_id).where(
            SharedHistory.customer_id.in_(customer_ids), *where
        )
    )
    for customer_id, other_id in rows:
        found[customer_id].add(other_id)
    return found


def lock_people(session: Session, customer_ids: Collection[int]) -> set[int]:
    """Lock the records of these customers' persons until the transaction ends; all of them.

    In the order of their ids, and again when somebody merged them meanwhile. SQLite has one writer anyway.
    """
    locked: set[int] = set()
    while True:
        wanted = {other for each in customer_ids for other in shared(session, each).same}
        if wanted <= locked:
            return locked
        if session.get_bind().dialect.name != "sqlite":
            session.execute(
                select(Customer.id).where(Customer.id.in_(wanted)).order_by(Customer.id).with_for_update()
            ).all()
        locked |= wanted


@dataclass(frozen=True, slots=True)
class Change:
    """A merge or a split on record, with the lender's own keys."""

    kind: str
    kept: str
    other: str
    at: datetime
    by: str
    reason: str
    details: dict[str, Any]


def changes_of(session: Session, customer_ids: Sequence[int]) -> list[Change]:
    """The merges and splits that any of these records took part in, oldest first."""
    rows = session.scalars(
        select(PersonChange)
        .where(PersonChange.kept_id.in_(customer_ids) | PersonChange.other_id.in_(customer_ids))
        .order_by(PersonChange.id)
    ).all()
    keys = keys_of(session, {id_ for row in rows for id_ in (row.kept_id, row.other_id)})
    return [
        Change(row.kind, keys[row.kept_id], keys[row.other_id], row.at, row.by, row.reason, row.details)
        for row in rows
    ]


def keys_of(session: Session, customer_ids: Collection[int]) -> dict[int, str]:
    """The lender's own keys of these customers."""
    rows = session.execute(select(Customer.id, Customer.external_id).where(Customer.id.in_(customer_ids)))
    return {customer_id: key for customer_id, key in rows}  # noqa: C416 - a Result is no mapping


def shared_pairs(session: Session) -> Iterator[tuple[int, int]]:
    """Every (customer, other) whose history is shared, for counting over all customers at once."""
    rows = session.execute(select(SharedHistory.customer_id, SharedHistory.other_id))
    return ((row.customer_id, row.other_id) for row in rows)
