"""The ledger of attempts: the authority on what has been reserved, dialled and settled.

An attempt goes reserved → dialing → ended, each step a compare-and-set in a transaction of its own. Whoever
finds it reserved or dialing without having put it there knows that a worker died: it becomes lost.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from campaigns.store.models import (
    Attempt,
    Call,
    Campaign,
    CampaignMember,
    DecisionRecord,
    Permit,
    PhoneNumber,
    TurnRecord,
)

LIVE = ("reserved", "dialing")


@dataclass(frozen=True, slots=True)
class Reservation:
    """An attempt that may be dialled until its permit ends. ``nth``: of this customer's attempts, from 1."""

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


def member_in_turn(session: Session, member_id: int, turn: int) -> CampaignMember | None:
    """The member, locked, if it still holds this very turn in the queue."""
    member = session.get(CampaignMember, member_id, with_for_update=True)
    if member is None or member.state != "queued" or member.turn != turn:
        return None
    return member


def campaign_runs(session: Session, campaign_id: int) -> bool:
    return session.get_one(Campaign, campaign_id).state == "running"


def attempt_of_turn(session: Session, member_id: int, turn: int) -> Attempt | None:
    """What an earlier run of the same turn reserved."""
    return session.scalars(
        select(Attempt).where(Attempt.member_id == member_id, Attempt.turn == turn)
    ).one_or_none()


def tries_of(session: Session, member_id: int) -> int:
    """Dials of a member in its campaign so far, reserved ones included."""
    return session.scalar(select(func.count()).where(Attempt.member_id == member_id)) or 0


def record_decision(
    session: Session,
    member: CampaignMember,
    number_id: int | None,
    *,
    at: datetime,
    verdict: str,
    reason: str,
    pack: str,
    inputs: dict[str, Any],
    until: datetime | None = None,
    attempt_id: int | None = None,
) -> None:
    """Append one decision, whichever way it went."""
    session.add(
        DecisionRecord(
            at=at,
            campaign_id=member.campaign_id,
            customer_id=member.customer_id,
            number_id=number_id,
            attempt_id=attempt_id,
            verdict=verdict,
            reason=reason,
            until=until,
            pack=pack,
            inputs=inputs,
        )
    )


def add_attempt(
    session: Session, member: CampaignMember, number: PhoneNumber, *, worker: str, at: datetime
) -> Attempt:
    """Reserve the next attempt. The caller holds the debtor's lock."""
    last = session.scalar(select(func.max(Attempt.n)).where(Attempt.customer_id == member.customer_id))
    attempt = Attempt(
        member_id=member.id,
        campaign_id=member.campaign_id,
        customer_id=member.customer_id,
        number_id=number.id,
        e164=number.e164,
        turn=member.turn,
        n=(last or 0) + 1,
        state="reserved",
        worker=worker,
        reserved_at=at,
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
    session.flush()


def start_dial(session: Session, reservation: Reservation, at: datetime) -> bool:
    """reserved → dialing, spending the permit; False when it is not reserved any more or its permit is over.

    A dial may follow only when this returned True, and then only once.
    """
    spent = session.execute(
        update(Permit)
        .where(Permit.id == reservation.permit_id, Permit.used_at.is_(None), Permit.expires_at > at)
        .values(used_at=at)
        .returning(Permit.id)
    ).first()
    if spent is None:
        return False
    started = session.execute(
        update(Attempt)
        .where(Attempt.id == reservation.attempt_id, Attempt.state == "reserved")
        .values(state="dialing", dialed_at=at)
        .returning(Attempt.id)
    ).first()
    if started is None:
        return False
    session.execute(
        update(CampaignMember)
        .where(CampaignMember.customer_id == reservation.customer_id)
        .where(CampaignMember.callback_at.is_not(None))
        .values(callback_at=None)
    )
    return True


def end_attempt(
    session: Session, attempt_id: int, *, state: str, disposition: str, at: datetime, charged: bool = True
) -> Attempt | None:
    """reserved or dialing → ``state`` (ended or lost); None when somebody settled it before."""
    attempt = session.get(Attempt, attempt_id, with_for_update=True)
    if attempt is None or attempt.state not in LIVE:
        return None
    attempt.state, attempt.disposition, attempt.ended_at = state, disposition, at
    attempt.charged = charged
    session.flush()
    return attempt


def live_attempt(session: Session, member_id: int) -> int | None:
    """The attempt of a member that is reserved or dialling, if any."""
    return session.scalars(
        select(Attempt.id).where(Attempt.member_id == member_id, Attempt.state.in_(LIVE))
    ).one_or_none()


def add_call(session: Session, call: Call, turns: list[TurnRecord]) -> int:
    """Write a call and what was said in it; its id."""
    session.add(call)
    session.flush()
    for turn in turns:
        turn.call_id = call.id
    session.add_all(turns)
    session.flush()
    return call.id


def set_next(
    session: Session,
    member_id: int,
    *,
    next_at: datetime | None,
    outcome: str | None = None,
    reason: str | None = None,
    callback_at: datetime | None = None,
) -> None:
    """queued → waiting until ``next_at``, or done when that is None. No ``outcome`` keeps the last one."""
    member = session.get_one(CampaignMember, member_id)
    member.state = "done" if next_at is None else "waiting"
    member.next_at, member.reason = next_at, reason
    member.outcome = outcome or member.outcome
    member.callback_at = callback_at or member.callback_at
