"""Which records are past their time. Nothing under a legal hold is."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, exists, func, or_, select
from sqlalchemy.orm import InstrumentedAttribute, Session

from campaigns.compliance.due import Fate, Owner, fate, shortest
from campaigns.compliance.effective import EffectivePack
from campaigns.compliance.keeping import KEPT, WRITTEN, Kept, Retention, Written, rule_of
from campaigns.store import legal
from campaigns.store.database import Database
from campaigns.store.models import (
    Account,
    Attempt,
    Call,
    DecisionRecord,
    FollowUp,
    Message,
    Payment,
    PhoneNumber,
    Promise,
    TextReceived,
    TurnRecord,
)
from campaigns.store.people import with_shared

PAGE = 500

_HAS_RECORDING = or_(Call.recording.is_not(None), Call.carrier_recording.is_not(None))
_HAS_TRANSCRIPT = or_(Call.brief.is_not(None), exists().where(TurnRecord.call_id == Call.id))


@dataclass(frozen=True, slots=True)
class Kind:
    """Where records of one kind are: a row each, with the time of the event and the customer."""

    id: InstrumentedAttribute[int]
    at: InstrumentedAttribute[Any]
    customer_id: Any
    where: tuple[ColumnElement[bool], ...] = ()


# A number may be of several customers: one under a hold keeps what came from it.
_SENDER = (
    select(PhoneNumber.customer_id)
    .where(PhoneNumber.e164 == TextReceived.e164)
    .order_by(PhoneNumber.customer_id.in_(legal.records_held()).desc(), PhoneNumber.id)
    .limit(1)
    .scalar_subquery()
)

KINDS: dict[Kept | Written, Kind] = {
    "recordings": Kind(Call.id, Call.ended_at, Call.customer_id, (_HAS_RECORDING,)),
    "transcripts": Kind(Call.id, Call.ended_at, Call.customer_id, (_HAS_TRANSCRIPT,)),
    "decisions": Kind(DecisionRecord.id, DecisionRecord.at, DecisionRecord.customer_id),
    "messages": Kind(Message.id, Message.created_at, Message.customer_id, (Message.body != "",)),
    "texts": Kind(TextReceived.id, TextReceived.at, _SENDER, (TextReceived.text != "",)),
    "notes": Kind(FollowUp.id, FollowUp.created_at, FollowUp.customer_id, (FollowUp.note.is_not(None),)),
}


@dataclass(frozen=True, slots=True)
class Record:
    """One record that is old enough to be looked at. ``id``: of the call, or of the decision."""

    id: int
    at: datetime
    customer_id: int | None


@dataclass(slots=True)
class Tally:
    """How many records of one kind there are, by what becomes of them. ``oldest`` is the time of the
    oldest.
    """

    kind: str
    kept: int = 0
    held: int = 0
    due: int = 0
    oldest: datetime | None = None


class Judge:
    """Says what becomes of records, by the rule pack and what is known of their owners."""

    def __init__(self, pack: EffectivePack, now: datetime, rules: Retention | None = None) -> None:
        self._rules, self._now = rules or pack.rules.retention_days, now

    def fates(self, session: Session, kind: Kept | Written, records: Sequence[Record]) -> list[Fate]:
        """One for each record, in their order."""
        owners = owners_of(session, {r.customer_id for r in records if r.customer_id is not None})
        nobody = Owner()
        return [
            fate(self._rules, rule_of(kind), r.at, owners.get(r.customer_id or 0, nobody), self._now)
            for r in records
        ]

    def old_enough(self, kind: Kept | Written) -> ColumnElement[bool]:
        """What may be past its time; everything else is kept, whosever it is."""
        return KINDS[kind].at <= self._now - shortest(self._rules, rule_of(kind))


def survey(
    database: Database, pack: EffectivePack, now: datetime, rules: Retention | None = None
) -> list[Tally]:
    """How the records stand at ``now``, by the pack's days or by those of ``rules``. Changes nothing."""
    judge = Judge(pack, now, rules)
    return [_tally(database, judge, kind) for kind in (*KEPT, *WRITTEN)]


def _tally(database: Database, judge: Judge, kind: Kept | Written) -> Tally:
    where, tally = KINDS[kind], Tally(kind)
    with database.transaction() as session:
        query = select(func.count(), func.min(where.at)).where(*where.where)
        everything, tally.oldest = session.execute(query).one()
    after = 0
    while True:
        with database.transaction() as session:
            page = records(session, judge, kind, after)
            fates = judge.fates(session, kind, page)
        tally.due += fates.count(Fate.DELETE)
        tally.held += fates.count(Fate.HELD)
        if len(page) < PAGE:
            tally.kept = everything - tally.due - tally.held
            return tally
        after = page[-1].id


def records(session: Session, judge: Judge, kind: Kept | Written, after: int) -> list[Record]:
    """The next records that are old enough to be looked at, by id."""
    where = KINDS[kind]
    query = (
        select(where.id, where.at, where.customer_id)
        .where(where.id > after, judge.old_enough(kind), *where.where)
        .order_by(where.id)
        .limit(PAGE)
    )
    return [Record(*row) for row in session.execute(query)]


def owners_of(session: Session, customer_ids: Collection[int]) -> dict[int, Owner]:
    """What of these customers, and of all whose history counts for them, decides how long their records are
    kept.
    """
    if not customer_ids:
        return {}
    people = with_shared(session, customer_ids)
    records = set(customer_ids).union(*people.values())
    products: dict[int, set[str]] = {customer_id: set() for customer_id in records}
    accounts = select(Account.customer_id, Account.product).where(Account.customer_id.in_(records))
    for customer_id, product in session.execute(accounts):
        products[customer_id].add(product)
    latest: dict[int, datetime] = {}
    for query in _activities(records):
        for customer_id, at in session.execute(query):
            if at is not None and (customer_id not in latest or at > latest[customer_id]):
                latest[customer_id] = at
    held = legal.held(session, customer_ids)
    return {
        customer_id: Owner(
            tuple(sorted(set().union(*(products[each] for each in same)))),
            max((latest[each] for each in same if each in latest), default=None),
            customer_id in held,
        )
        for customer_id, same in people.items()
    }


def _activities(customer_ids: Collection[int]) -> Iterator[Select[Any, Any]]:
    """What was last done about a customer's debt, by either side."""
    for owner, at in (
        (Attempt.customer_id, Attempt.reserved_at),
        (Call.customer_id, Call.ended_at),
        (DecisionRecord.customer_id, DecisionRecord.at),
        (Message.customer_id, Message.created_at),
        (Promise.customer_id, Promise.made_at),
    ):
        yield select(owner, func.max(at)).where(owner.in_(customer_ids)).group_by(owner)
    yield (
        select(Account.customer_id, func.max(Payment.paid_at))
        .join(Payment, Payment.account_id == Account.id)
        .where(Account.customer_id.in_(customer_ids))
        .group_by(Account.customer_id)
    )
