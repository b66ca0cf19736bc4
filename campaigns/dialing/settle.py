"""A dial is over: everything that follows from it is written in one transaction."""

from __future__ import annotations

from datetime import datetime, timedelta

from campaigns.compliance.facts import Purpose
from campaigns.customers.numbers.trust import Policy, shipped_trust
from campaigns.dialing.aftermath import Contact, apply_consequences, queue_message, write_promise
from campaigns.dialing.house import House
from campaigns.dialing.next_try import learn_hour, set_next_try
from campaigns.dialing.record import CallRecord
from campaigns.dialing.rows import call_row, turn_rows
from campaigns.store import ledger, workers
from campaigns.store.database import Session
from campaigns.store.models import Campaign, CampaignMember
from campaigns.store.numbers import set_number_status
from campaigns.store.workers import Identity

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
    set_next_try(session, attempt, record.disposition, at, house, callback_at=callback_at)
    learn_hour(session, attempt_id, record.answered_at is not None, house)
    return True


def settle_lost(session: Session, attempt_id: int, at: datetime, house: House) -> bool:
    """A worker died with this attempt in hand: it counts, and it is never dialled again."""
    attempt = ledger.end_attempt(session, attempt_id, state="lost", disposition=LOST, at=at)
    if attempt is None:
        return False
    set_next_try(session, attempt, LOST, at, house)
    return True


def settle_trunk_fault(
    session: Session, attempt_id: int, at: datetime, house: House, *, again_at: datetime | None = None
) -> bool:
    """Nothing rang: the attempt is not charged to the number, and is tried again soon, or at ``again_at``."""
    attempt = ledger.end_attempt(
        session, attempt_id, state="ended", disposition=TRUNK_FAULT, at=at, charged=False
    )
    if attempt is None:
        return False
    if again_at is not None:
        ledger.set_next(session, attempt.member_id, next_at=again_at, outcome=TRUNK_FAULT)
        return True
    set_next_try(session, attempt, TRUNK_FAULT, at, house)
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


def settle_orphans(session: Session, at: datetime, house: House) -> list[int]:
    """Settle what workers that are no more left, in every campaign; the attempts lost.

    Each becomes lost: it counts against every cap, as a talk too if it was dialled, and is never redialled.
    """
    # Members first: this waits for a reservation that is being made, which is then among the attempts.
    workers.put_orphans_back(session, at)
    return [
        attempt_id
        for attempt_id in workers.orphaned_attempts(session)
        if settle_lost(session, attempt_id, at, house)
    ]


def start_alone(session: Session, who: Identity, at: datetime, house: House) -> list[int]:
    """Put a worker that is known to be alone on record, and settle what any other left; the attempts lost."""
    workers.register(session, who)
    session.flush()
    workers.end_all_others(session, who.id)
    return settle_orphans(session, at, house)


def join(session: Session, who: Identity, at: datetime, house: House) -> list[int]:
    """Put a worker on record, and settle what is nobody's; the attempts lost."""
    workers.register(session, who)
    session.flush()
    return settle_orphans(session, at, house)


def end_and_settle(
    session: Session,
    worker: str,
    state: str,
    by: str,
    at: datetime,
    house: House,
    *,
    silent: timedelta | None = None,
) -> list[int]:
    """End a worker's record and settle what it left, at once; the attempts lost.

    None when its record had ended before. With ``silent`` only if it has not beaten for so long.
    """
    if not workers.end_worker(session, worker, state, by, silent=silent):
        return []
    return settle_orphans(session, at, house)
