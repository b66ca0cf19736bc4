"""The ledger of attempts: the authority on what has been reserved, dialled and settled.

An attempt goes reserved → dialing → ended, each step a compare-and-set in a transaction of its own. Whoever
finds it reserved or dialing without having put it there knows that a worker died: it becomes lost.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import and_, bindparam, case, exists, func, or_, select, update
from sqlalchemy.orm import Session, aliased

from campaigns.compliance.facts import Purpose
from campaigns.outcomes.webhook_events import EventType
from campaigns.store.member_turns import MEMBERS, MemberTurn, member_turn
from campaigns.store.models import (
    Account,
    Attempt,
    Call,
    Campaign,
    CampaignMember,
    Customer,
    FollowUp,
    LegalFact,
    Permit,
    PhoneNumber,
    Suppression,
    TurnRecord,
)
from campaigns.store.outbox import emit
from campaigns.store.people import PEOPLE, shared, theirs
from campaigns.store.priorities import refresh_members
from campaigns.store.workers import is_alive
from telephony.numbers import mask

LIVE = ("reserved", "dialing")


@dataclass(frozen=True, slots=True)
class Reservation:
    """An attempt that may be dialled until its permit ends. ``nth``: of this person's attempts, from 1."""

    attempt_id: int
    member_id: int
    customer_id: int
    number_id: int
    e164: str
    nth: int
    permit_id: str
    pack: str
    issued_at: datetime
    expires_at: datetime
    seen_fact: int = 0  # the newest fact on file, and the newest case, that the decision knew of
    seen_case: int = 0
    flow: str | None = None  # of the member's arm; None: the campaign's own


_MEMBER = MEMBERS.where(CampaignMember.id == bindparam("member_id"))
_MEMBER_IN_TURN = _MEMBER.where(
    CampaignMember.turn == bindparam("turn"), CampaignMember.state == "queued"
).with_for_update(of=CampaignMember)
_ATTEMPT_OF_TURN = select(Attempt.id, Attempt.state).where(
    Attempt.member_id == bindparam("member_id"), Attempt.turn == bindparam("turn")
)
_TRIES = select(func.count()).where(
    Attempt.member_id == bindparam("member_id"),
    # Given up before it was dialled, such as for a line that is left alone: no try of theirs.
    func.coalesce(Attempt.disposition, "") != "withdrawn",
)
_LAST_N = select(func.max(Attempt.n)).where(Attempt.customer_id.in_(PEOPLE))


def member_in_turn(session: Session, member_id: int, turn: int) -> MemberTurn | None:
    """The member, locked, if it still holds this very turn in the queue."""
    row = session.execute(_MEMBER_IN_TURN, {"member_id": member_id, "turn": turn}).one_or_none()
    if row is None:
        return None
    return member_turn(row)


def member_of(session: Session, member_id: int) -> MemberTurn:
    """The member as it stands, whatever its turn."""
    row = session.execute(_MEMBER, {"member_id": member_id}).one()
    return member_turn(row)


def attempt_of_turn(session: Session, member_id: int, turn: int) -> tuple[int, str] | None:
    """Id and state of what an earlier run of the same turn reserved."""
    row = session.execute(_ATTEMPT_OF_TURN, {"member_id": member_id, "turn": turn}).one_or_none()
    return None if row is None else (row[0], row[1])


def tries_of(session: Session, member_id: int) -> int:
    """Dials of a member in its campaign so far, reserved ones included."""
    return session.scalar(_TRIES, {"member_id": member_id}) or 0


@dataclass(frozen=True, slots=True)
class Place:
    """Whose attempt comes next, and which of theirs it is."""

    person_id: int
    nth: int


def next_place(session: Session, customer_id: int) -> Place:
    """The person's next attempt. It holds as long as the caller holds the debtor's lock."""
    person = shared(session, customer_id)
    last = session.scalar(_LAST_N, {"people": person.ids})
    return Place(person.person_id, (last or 0) + 1)


def add_attempt(
    session: Session,
    member: MemberTurn,
    number: PhoneNumber,
    *,
    worker: str,
    at: datetime,
    place: Place | None = None,
    line: str | None = None,
    caller_id: str | None = None,
) -> Attempt:
    """Reserve the next attempt. The caller holds the debtor's lock; ``place`` was asked for under it."""
    place = place or next_place(session, member.customer_id)
    attempt = Attempt(
        member_id=member.id,
        campaign_id=member.campaign_id,
        customer_id=member.customer_id,
        person_id=place.person_id,
        number_id=number.id,
        e164=number.e164,
        turn=member.turn,
        n=place.nth,
        state="reserved",
        worker=worker,
        reserved_at=at,
        line=line,
        caller_id=caller_id,
    )
    session.add(attempt)
    session.flush()
    return attempt


def add_permit(
    session: Session, attempt: Attempt, permit_id: str, pack: str, issued_at: datetime, expires_at: datetime
) -> None:
    session.add(
        Permit(
            id=permit_id,
            attempt_id=attempt.id,
            e164=attempt.e164,
            issued_at=issued_at,
            expires_at=expires_at,
            pack=pack,
        )
    )


def start_dial(session: Session, reservation: Reservation, at: datetime, worker: str) -> bool:
    """reserved → dialing, spending the permit; a dial may follow only when this returned True, and only once.

    False when ``worker`` is no longer alive on record, the attempt is not reserved any more, its permit is
    over, or the call is not wanted any more: a pause, a payment, a bar, a case for people or a fact on file
    came in since the decision.
    """
    if not is_alive(session, worker):
        return False
    person = shared(session, reservation.customer_id)
    wanted = {
        **person.values,
        "same": person.same,
        "member": reservation.member_id,
        "e164": reservation.e164,
        "now": at,
        "seen_fact": reservation.seen_fact,
        "seen_case": reservation.seen_case,
    }
    if session.execute(_STILL_WANTED, wanted).first() is None:
        return False
    if session.execute(_SPEND_PERMIT, {"permit": reservation.permit_id, "now": at}).first() is None:
        return False
    if session.execute(_START_DIAL, {"attempt": reservation.attempt_id, "now": at}).first() is None:
        return False
    called_back = session.execute(_CALLED_BACK, {"same": person.same}).all()
    others = [row.id for row in called_back if row.id != reservation.member_id and row.state != "done"]
    if others:  # the one that is called gets its priority when the call is over
        refresh_members(session, at.date(), CampaignMember.id.in_(others))
    return True


@dataclass(frozen=True, slots=True)
class EndedAttempt:
    """An attempt that has just been settled."""

    id: int
    member_id: int
    campaign_id: int
    customer_id: int
    number_id: int
    e164: str


_END_ATTEMPT = (
    update(Attempt)
    .where(Attempt.id == bindparam("attempt"), Attempt.state.in_(LIVE))
    .values(
        state=bindparam("to"),
        disposition=bindparam("result"),
        ended_at=bindparam("at"),
        charged=bindparam("counts"),
    )
    .returning(
        Attempt.id,
        Attempt.member_id,
        Attempt.campaign_id,
        Attempt.customer_id,
        Attempt.number_id,
        Attempt.e164,
    )
    .execution_options(synchronize_session=False)
)
_SPEND_PERMIT = (
    update(Permit)
    .where(
        Permit.id == bindparam("permit"),
        Permit.used_at.is_(None),
        Permit.expires_at > bindparam("now", type_=Permit.expires_at.type),
    )
    .values(used_at=bindparam("now", type_=Permit.used_at.type))
    .returning(Permit.id)
    .execution_options(synchronize_session=False)
)
_START_DIAL = (
    update(Attempt)
    .where(Attempt.id == bindparam("attempt"), Attempt.state == "reserved")
    .values(state="dialing", dialed_at=bindparam("now", type_=Attempt.dialed_at.type))
    .returning(Attempt.id)
    .execution_options(synchronize_session=False)
)
_OTHER = aliased(Account)
_SAME = bindparam("same", type_=Customer.id.type, expanding=True)
_STILL_WANTED = (
    select(CampaignMember.id)
    .join(Campaign, Campaign.id == CampaignMember.campaign_id)
    .join(Account, Account.id == CampaignMember.account_id)
    .join(Customer, Customer.id == CampaignMember.customer_id)
    .where(
        CampaignMember.id == bindparam("member"),
        Campaign.state == "running",
        or_(
            and_(Campaign.purpose != Purpose.MARKETING, Account.amount_due > 0),
            and_(
                Campaign.purpose == Purpose.MARKETING,
                Customer.marketing_consent.is_(True),
                ~exists().where(_OTHER.customer_id.in_(_SAME), _OTHER.amount_due > 0),
            ),
        ),
        ~exists().where(
            or_(
                theirs(Suppression.customer_id, Suppression.created_at),
                Suppression.e164 == bindparam("e164"),
            ),
            Suppression.lifted_at.is_(None),
            or_(
                Suppression.until.is_(None),
                Suppression.until > bindparam("now", type_=Suppression.until.type),
            ),
        ),
        ~exists().where(
            theirs(LegalFact.customer_id, LegalFact.recorded_at), LegalFact.id > bindparam("seen_fact")
        ),
        ~exists().where(
            theirs(FollowUp.customer_id, FollowUp.created_at), FollowUp.id > bindparam("seen_case")
        ),
    )
)
_CALLED_BACK = (
    update(CampaignMember)
    .where(CampaignMember.customer_id.in_(_SAME), CampaignMember.callback_at.is_not(None))
    .values(callback_at=None)
    .returning(CampaignMember.id, CampaignMember.state)
    .execution_options(synchronize_session=False)
)
# A call that ends after its campaign was stopped is no reason to call again.
_IS_OVER = exists().where(Campaign.id == CampaignMember.campaign_id, Campaign.state == "finished")
_WHY = bindparam("why", type_=CampaignMember.reason.type)
_SET_NEXT = (
    update(CampaignMember)
    .where(CampaignMember.id == bindparam("member"))
    .values(
        state=case((_IS_OVER, "done"), else_=bindparam("to", type_=CampaignMember.state.type)),
        next_at=case((_IS_OVER, None), else_=bindparam("again_at", type_=CampaignMember.next_at.type)),
        reason=case((_IS_OVER, func.coalesce(_WHY, CampaignMember.reason)), else_=_WHY),
        timing=bindparam("timed", type_=CampaignMember.timing.type),
        outcome=func.coalesce(bindparam("result"), CampaignMember.outcome),
        callback_at=func.coalesce(
            bindparam("promised", type_=CampaignMember.callback_at.type), CampaignMember.callback_at
        ),
    )
    .execution_options(synchronize_session=False)
)


def end_attempt(
    session: Session, attempt_id: int, *, state: str, disposition: str, at: datetime, charged: bool = True
) -> EndedAttempt | None:
    """reserved or dialing → ``state`` (ended or lost); None when somebody settled it before."""
    row = session.execute(
        _END_ATTEMPT,
        {"attempt": attempt_id, "to": state, "result": disposition, "at": at, "counts": charged},
    ).one_or_none()
    return None if row is None else EndedAttempt(*row)


def lost_without_call(session: Session, attempt_id: int) -> EndedAttempt | None:
    """An attempt that was dialled and declared lost, locked, if no call of it is on record."""
    row = session.execute(
        select(
            Attempt.id,
            Attempt.member_id,
            Attempt.campaign_id,
            Attempt.customer_id,
            Attempt.number_id,
            Attempt.e164,
        )
        .where(
            Attempt.id == attempt_id,
            Attempt.state == "lost",
            Attempt.dialed_at.is_not(None),
            ~exists().where(Call.attempt_id == Attempt.id),
        )
        .with_for_update()
    ).one_or_none()
    return None if row is None else EndedAttempt(*row)


def waits_since(session: Session, attempt: EndedAttempt) -> bool:
    """Whether the member, locked, waits since this attempt: no other turn was given after it."""
    waits = session.scalar(
        select(CampaignMember.id)
        .join(Attempt, and_(Attempt.member_id == CampaignMember.id, Attempt.turn == CampaignMember.turn))
        .where(Attempt.id == attempt.id, CampaignMember.state == "waiting")
        .with_for_update(of=CampaignMember)
    )
    return waits is not None


def add_call(session: Session, call: Call, turns: list[TurnRecord]) -> int:
    """Write a call and what was said in it; its id."""
    session.add(call)
    session.flush()
    for turn in turns:
        turn.call_id = call.id
    session.add_all(turns)
    session.flush()
    emit(session, EventType.CALL_ENDED, call.ended_at, _told(call), customer_id=call.customer_id)
    return call.id


def _told(call: Call) -> dict[str, object]:
    """A call as the lender's systems are told of it."""
    return {
        "call": call.id,
        "direction": call.direction,
        "campaign": call.campaign_id,
        "disposition": call.disposition,
        "right_party": call.right_party,
        "number": None if call.e164 is None else mask(call.e164),
        "started_at": call.started_at,
        "answered_at": call.answered_at,
        "ended_at": call.ended_at,
    }


def set_next(
    session: Session,
    member_id: int,
    *,
    next_at: datetime | None,
    outcome: str | None = None,
    reason: str | None = None,
    callback_at: datetime | None = None,
    timing: dict[str, Any] | None = None,
) -> None:
    """queued → waiting until ``next_at``, or done when that is None. No ``outcome`` keeps the last one.

    ``timing``: why then, as ``campaigns.dialing.next_try`` tells it.
    """
    session.execute(
        _SET_NEXT,
        {
            "member": member_id,
            "to": "done" if next_at is None else "waiting",
            "again_at": next_at,
            "why": reason,
            "result": outcome,
            "promised": callback_at,
            "timed": timing,
        },
    )
