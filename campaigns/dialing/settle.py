"""A dial is over: everything that follows from it is written in one transaction."""

from __future__ import annotations

from datetime import datetime

from campaigns.compliance.facts import Purpose
from campaigns.customers.numbers.trust import Policy, shipped_trust
from campaigns.dialing.aftermath import Contact, apply_consequences, queue_message, write_promise
from campaigns.dialing.house import House
from campaigns.dialing.next_try import CALLBACK, learn_hour, set_next_try
from campaigns.dialing.record import CallRecord
from campaigns.dialing.rows import call_row, turn_rows
from campaigns.store import ledger
from campaigns.store.database import Session
from campaigns.store.ledger import EndedAttempt
from campaigns.store.models import Campaign, CampaignMember
from campaigns.store.numbers import set_number_status
from campaigns.store.outcomes import open_follow_up

LOST = "lost"
TRUNK_FAULT = "trunk_fault"
WITHDRAWN = "withdrawn"


def settle_call(session: Session, attempt_id: int, record: CallRecord, house: House) -> bool:
    """Write a call and all that follows. False when the attempt was settled before.

    Then nothing is written, but for a call that a peer has declared lost: it took place, and what was said in
    it holds. Its attempt stays lost and is counted as before; the call is kept, with its bars, promise and
    cases; and when the customer has had no other turn since, the next one follows from what was said.
    """
    attempt = ledger.end_attempt(
        session, attempt_id, state="ended", disposition=record.disposition, at=record.ended_at
    )
    if attempt is not None:
        _write_call(session, attempt, record, house)
        return True
    lost = ledger.lost_without_call(session, attempt_id)
    if lost is not None:
        _write_call(session, lost, record, house, plan=ledger.waits_since(session, lost))
    return False


def _write_call(
    session: Session, attempt: EndedAttempt, record: CallRecord, house: House, *, plan: bool = True
) -> None:
    """The call and what follows from it; ``plan``: the member's next try too."""
    at = record.ended_at
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
    campaign = session.get_one(Campaign, attempt.campaign_id)
    invited = campaign.purpose == Purpose.MARKETING
    # One reminder that we called is enough, and an invitation is worth none.
    if not invited and (tries == 1 or promise is not None):
        queue_message(session, contact, record, promise, house)
    callback_at = record.outcome.callback_at if record.outcome else None
    if plan:
        set_next_try(session, attempt, record.disposition, at, house, callback_at=callback_at)
    if callback_at is not None and (not plan or campaign.state == "finished"):
        # No turn will keep it: another was given already, or the campaign is over. A person does.
        open_follow_up(session, attempt.customer_id, CALLBACK, at, call_id=call_id)
    learn_hour(session, attempt.id, record.answered_at is not None, house)


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
