"""The list of people's work."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from campaigns.errors import ConflictError, NotFoundError
from campaigns.outcomes.gist import CallGist, Promised
from campaigns.store.models import Call, Customer, FollowUp, PhoneNumber, Promise, TextReceived, TurnRecord
from campaigns.store.texts import WROTE
from telephony.numbers import mask

CUSTOMER = "customer"
CHUNK = 500


@dataclass(frozen=True, slots=True)
class FollowUpView:
    """One entry. ``call`` is what a summary is made of; ``number`` is masked."""

    id: int
    customer: str | None
    reason: str
    urgent: bool
    state: str
    created_at: datetime
    number: str | None
    call: CallGist | None
    wrote: str | None  # to us, of an entry without a call: as it came, so mask it
    name: str | None
    closed_at: datetime | None
    closed_by: str | None
    note: str | None


def list_follow_ups(
    session: Session, *, closed: bool = False, reason: str | None = None, limit: int | None = None
) -> list[FollowUpView]:
    """Open entries, or all: urgent ones first, then by age."""
    query = (
        select(FollowUp, Customer.external_id, Customer.name, Call)
        .outerjoin(Customer, Customer.id == FollowUp.customer_id)
        .outerjoin(Call, Call.id == FollowUp.call_id)
        .order_by(FollowUp.state.desc(), FollowUp.urgent.desc(), FollowUp.created_at, FollowUp.id)
        .limit(limit)
    )
    if not closed:
        query = query.where(FollowUp.state == "open")
    if reason is not None:
        query = query.where(FollowUp.reason == reason)
    rows = session.execute(query).all()
    calls = [call.id for *_, call in rows if call is not None]
    said, promised = said_in(session, calls), _promised(session, calls)
    wrote = written_by(
        session, [row.customer_id for row, *_ in rows if row.reason == WROTE and row.customer_id]
    )
    return [
        FollowUpView(
            id=row.id,
            customer=key,
            reason=row.reason,
            urgent=row.urgent,
            state=row.state,
            created_at=row.created_at,
            number=None if call is None or call.e164 is None else mask(call.e164),
            call=None
            if call is None
            else CallGist(call.disposition, promised.get(call.id), said.get(call.id, ()), name),
            wrote=None if row.customer_id is None else wrote.get((row.customer_id, row.created_at)),
            name=name,
            closed_at=row.closed_at,
            closed_by=row.closed_by,
            note=row.note,
        )
        for row, key, name, call in rows
    ]


def close_follow_up(session: Session, follow_up_id: int, *, at: datetime, by: str, note: str) -> str:
    """open → closed; its reason. Raises NotFoundError; ConflictError when it is closed already."""
    row = session.get(FollowUp, follow_up_id)
    if row is None:
        raise NotFoundError(
            "there is no follow-up %(follow_up_id)s; see 'xiaorong followups list'", follow_up_id=follow_up_id
        )
    done = session.execute(
        update(FollowUp)
        .where(FollowUp.id == follow_up_id, FollowUp.state == "open")
        .values(state="closed", closed_at=at, closed_by=by, note=note)
        .returning(FollowUp.id)
        .execution_options(synchronize_session=False)
    ).first()
    if done is None:
        raise ConflictError(
            "follow-up %(follow_up_id)s was closed already, by %(closed_by)s",
            follow_up_id=follow_up_id,
            closed_by=row.closed_by or "somebody",
        )
    return row.reason


def said_in(session: Session, call_ids: list[int]) -> dict[int, list[str]]:
    """What customers said, by call."""
    said: dict[int, list[str]] = {}
    for start in range(0, len(call_ids), CHUNK):
        rows = session.execute(
            select(TurnRecord.call_id, TurnRecord.text)
            .where(TurnRecord.call_id.in_(call_ids[start : start + CHUNK]), TurnRecord.speaker == CUSTOMER)
            .order_by(TurnRecord.call_id, TurnRecord.seq)
        )
        for call_id, text in rows:
            said.setdefault(call_id, []).append(text)
    return said


def _promised(session: Session, call_ids: list[int]) -> dict[int, Promised]:
    found: dict[int, Promised] = {}
    for start in range(0, len(call_ids), CHUNK):
        rows = session.scalars(select(Promise).where(Promise.call_id.in_(call_ids[start : start + CHUNK])))
        found |= {
            row.call_id: Promised(row.amount, row.currency, row.due, row.state)
            for row in rows
            if row.call_id is not None
        }
    return found


def written_by(session: Session, customer_ids: list[int]) -> dict[tuple[int, datetime], str]:
    """What customers wrote that was no keyword, by when it came."""
    found: dict[tuple[int, datetime], str] = {}
    for start in range(0, len(customer_ids), CHUNK):
        rows = session.execute(
            select(PhoneNumber.customer_id, TextReceived.at, TextReceived.text)
            .join(TextReceived, TextReceived.e164 == PhoneNumber.e164)
            .where(
                PhoneNumber.customer_id.in_(customer_ids[start : start + CHUNK]), TextReceived.wish.is_(None)
            )
        )
        found |= {(customer_id, at): text for customer_id, at, text in rows}
    return found
