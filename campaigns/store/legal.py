"""Facts on file that the law turns on: put there by staff or a system, taken back by a later record, never
changed.

What ``given`` and ``details`` mean, by kind (``e164`` and ``account_id`` narrow a fact to a number or a
debt):

consent
    to calls by an artificial voice; not given: taken back
hours
    agreed to; not given: inconvenient. ``start``, ``end`` ("HH:MM", local), ``weekdays`` (0 is Monday)
line
    what a lookup told of a number: ``line`` is wireless or landline
location
    where the customer was last known to be: ``zone`` (IANA), ``region``, or both
notice
    the notice about the debt was sent, as of then
talk
    somebody else than the bot spoke to the customer, as of then: ``by`` is human or agency
texts
    to text messages; not given: taken back, for a number by STOP, for all by staff
hold
    a legal hold: nothing of the customer's is deleted

Every other kind is a flag, such as ``bankruptcy``: given or not given, as of a time.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, CompoundSelect, and_, exists, select
from sqlalchemy.orm import Session, aliased

from campaigns.errors import ConflictError, NotFoundError
from campaigns.store.models import Customer, LegalFact, SharedHistory
from campaigns.store.people import with_shared

CONSENT, HOURS, LINE, LOCATION, NOTICE, TALK, TEXTS, HOLD = (
    "consent", "hours", "line", "location", "notice", "talk", "texts", "hold",
)  # fmt: skip
NO_FLAGS = frozenset({CONSENT, HOURS, LINE, LOCATION, NOTICE, TALK, TEXTS, HOLD})

_LATER = aliased(LegalFact)


def standing() -> ColumnElement[bool]:
    """Nobody took the fact back, and it takes none back itself."""
    return and_(LegalFact.withdraws_id.is_(None), ~exists().where(_LATER.withdraws_id == LegalFact.id))


def record_fact(
    session: Session,
    customer_id: int,
    kind: str,
    *,
    given: bool,
    as_of: datetime,
    at: datetime,
    by: str,
    details: Mapping[str, Any] | None = None,
    evidence: str = "",
    account_id: int | None = None,
    e164: str | None = None,
) -> int:
    """Put a fact on file; its id. A flag that is not given any more takes back the ones that were."""
    if kind not in NO_FLAGS and not given:
        for row in in_force(session, customer_id, kind):
            if row.given and row.account_id == account_id:
                withdraw_fact(session, row.id, at=at, by=by, evidence=evidence)
    row = LegalFact(
        customer_id=customer_id,
        account_id=account_id,
        e164=e164,
        kind=kind,
        given=given,
        details=dict(details or {}),
        evidence=evidence,
        as_of=as_of,
        recorded_at=at,
        recorded_by=by,
    )
    session.add(row)
    session.flush()
    return row.id


def withdraw_fact(session: Session, fact_id: int, *, at: datetime, by: str, evidence: str) -> int:
    """Take a fact back; the id of the record that does. Raises NotFoundError, ConflictError."""
    fact = session.get(LegalFact, fact_id)
    if fact is None or fact.withdraws_id is not None:
        raise NotFoundError(f"there is no fact {fact_id} on file")
    if session.scalar(select(LegalFact.id).where(LegalFact.withdraws_id == fact_id)) is not None:
        raise ConflictError(f"fact {fact_id} was taken back already")
    row = LegalFact(
        customer_id=fact.customer_id,
        account_id=fact.account_id,
        e164=fact.e164,
        kind=fact.kind,
        given=False,
        details={},
        evidence=evidence,
        as_of=at,
        recorded_at=at,
        recorded_by=by,
        withdraws_id=fact_id,
    )
    session.add(row)
    session.flush()
    return row.id


def in_force(session: Session, customer_id: int, kind: str | None = None) -> list[LegalFact]:
    """The customer's facts that nobody took back, oldest first."""
    query = select(LegalFact).where(
        LegalFact.customer_id == customer_id,
        standing(),
    )
    if kind is not None:
        query = query.where(LegalFact.kind == kind)
    return list(session.scalars(query.order_by(LegalFact.id)))


def holds(session: Session) -> list[tuple[LegalFact, str]]:
    """The legal holds in force with their customers' ids, oldest first."""
    query = (
        select(LegalFact, Customer.external_id)
        .join(Customer, Customer.id == LegalFact.customer_id)
        .where(
            LegalFact.kind == HOLD,
            standing(),
        )
        .order_by(LegalFact.id)
    )
    return [(hold, external_id) for hold, external_id in session.execute(query)]


def records_held() -> CompoundSelect[int]:
    """The records under a legal hold, under their own key or another of the same person's."""
    marked = select(LegalFact.customer_id).where(LegalFact.kind == HOLD, standing())
    others = select(SharedHistory.customer_id).where(SharedHistory.other_id.in_(marked))
    return marked.union(others)


def held(session: Session, customer_ids: Collection[int]) -> set[int]:
    """Those of the customers who are under a legal hold, under this key or another of the same person's."""
    people = with_shared(session, customer_ids)
    query = select(LegalFact.customer_id).where(
        LegalFact.customer_id.in_(set().union(*people.values())),
        LegalFact.kind == HOLD,
        standing(),
    )
    under = set(session.scalars(query))
    return {customer_id for customer_id, records in people.items() if records & under}
