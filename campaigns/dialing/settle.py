"""A dial is over: everything that follows from it is written in one transaction."""

from __future__ import annotations

from datetime import datetime

from campaigns.compliance.facts import Purpose
from campaigns.customers.numbers.trust import Policy, shipped_trust
from campaigns.dialing.aftermath import Contact, apply_consequences, queue_message, write_promise
from campaigns.dialing.house import House
from campaigns.dialing.record import CallRecord
from campaigns.dialing.rows import call_row, turn_rows
from campaigns.outcomes.retry import Retry
from campaigns.store import campaigns as store_campaigns
from campaigns.store import ledger
from campaigns.store.database import Session
from campaigns.store.ledger import EndedAttempt
from campaigns.store.models import Campaign, CampaignMember
from campaigns.store.numbers import set_number_status

LOST = "lost"
TRUNK_FAULT = "trunk_fault"
WITHDRAWN = "withdrawn"


def settle_call(session: Session, attempt_id: int, record: CallRecord, house: House) -> bool:
    """Write a call and all that follows. False, and nothing written, when the attempt was settled before."""
    at = record.ended_at
    attempt = ledger.end_attempt(session, attempt_id, state="ended", disposition=record.disposition, at=at)
    if attempt is None:
        return False
    call_id = ledger.add_call(session, call_row(record, attempt), turn_rows(record))
    if record.number_status is not None:
        set_number_status(
            session,
            attempt.number_id,
            record.number_status,
            "line",
            at,
            policy=Policy(shipped_trust(), house.pack),
            campaign_id=attempt.campaign_id,
        )
    account_id = session.get_one(CampaignMember, attempt.member_id).account_id
    contact = Contact(call_id, attempt.customer_id, account_id, attempt.e164)
    promise = write_promise(session, contact, record, house)
    apply_consequences(session, contact, record, house)
    tries = ledger.tries_of(session, attempt.member_id)
    invited = session.get_one(Campaign, attempt.campaign_id).purpose == Purpose.MARKETING
    # One reminder that we called is enough, and an invitation is worth none.
    if not invited and (tries == 1 or promise is not None):
        queue_message(session, contact, record, promise, house)
    callback_at = record.outcome.callback_at if record.outcome else None
    _set_next(session, attempt, record.disposition, at, house, tries, callback_at)
    return True


def settle_lost(session: Session, attempt_id: int, at: datetime, house: House) -> bool:
    """A worker died with this attempt in hand: it counts, and it is never dialled again."""
    attempt = ledger.end_attempt(session, attempt_id, state="lost", disposition=LOST, at=at)
    if attempt is None:
        return False
    _set_next(session, attempt, LOST, at, house, ledger.tries_of(session, attempt.member_id))
    return True


def settle_trunk_fault(session: Session, attempt_id: int, at: datetime, house: House) -> bool:
    """Nothing rang: the attempt is not charged to the number, and is tried again soon."""
    attempt = ledger.end_attempt(
        session, attempt_id, state="ended", disposition=TRUNK_FAULT, at=at, charged=False
    )
    if attempt is None:
        return False
    _set_next(session, attempt, TRUNK_FAULT, at, house, ledger.tries_of(session, attempt.member_id))
    return True


def settle_withdrawn(session: Session, attempt_id: int, at: datetime) -> bool:
    """Reserved and never dialled: nothing rang, nothing is charged, and the next turn decides anew."""
    attempt = ledger.end_attempt(
        session, attempt_id, state="ended", disposition=WITHDRAWN, at=at, charged=False
    )
    if attempt is None:
        return False
    ledger.set_next(session, attempt.member_id, next_at=at)
    return True


def settle_left_behind(session: Session, at: datetime, house: House) -> list[int]:
    """Settle what a dead worker left, in every campaign; the attempts lost. For a worker alone on the store.

    Each becomes lost: it counts against every cap, as a talk too if it was dialled, and is never redialled.
    """
    lost = ledger.live_attempts(session)
    for attempt_id in lost:
        settle_lost(session, attempt_id, at, house)
    store_campaigns.put_all_back(session, at)
    return lost


def _set_next(
    session: Session,
    attempt: EndedAttempt,
    disposition: str,
    at: datetime,
    house: House,
    tries: int,
    callback_at: datetime | None = None,
) -> None:
    wish = house.retries.next_try(disposition, tries, at, callback_at=callback_at)
    if isinstance(wish, Retry):
        ledger.set_next(
            session, attempt.member_id, next_at=wish.at, outcome=disposition, callback_at=callback_at
        )
    else:
        ledger.set_next(session, attempt.member_id, next_at=None, outcome=disposition, reason=wish.reason)
