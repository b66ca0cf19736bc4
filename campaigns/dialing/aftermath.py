"""What follows from a talk, whoever called whom: a promise, bars, people's work, a message.

All is written within the caller's transaction.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from bot.dialogue.turn import RecordPromise
from campaigns.compliance.consequences import (
    FreezeAutomation,
    HumanCase,
    SuppressCustomer,
    SuppressNumber,
    after_call,
    after_status,
)
from campaigns.dialing.briefing import LATEST_PROMISE_DAYS, LATEST_REST_DAYS
from campaigns.dialing.house import House
from campaigns.dialing.record import CallRecord
from campaigns.outcomes.messages import MessageFacts
from campaigns.outcomes.promises import PromiseLimits, PromiseToPay, promise_to_pay
from campaigns.store import messages as store_messages
from campaigns.store import outcomes as store
from campaigns.store.database import Session
from campaigns.store.models import Account, InstalmentPlan, ReliefOffer
from campaigns.store.promises import promise_of_call
from campaigns.store.transfers import record_transfer
from telephony.transfer import TransferEnd

ASKED = "human_requested"
"""Why a person is to call somebody who asked for one."""


@dataclass(frozen=True, slots=True)
class Contact:
    """Whom a call was with. Of a caller who is nobody known here, only the number may be there."""

    call_id: int
    customer_id: int | None
    account_id: int | None
    e164: str | None


def write_promise(
    session: Session, contact: Contact, record: CallRecord, house: House
) -> PromiseToPay | None:
    """Record the promise of a call; None when none was made, or none that the ledger bears out."""
    made = record.outcome.promise if record.outcome else None
    if made is None or contact.account_id is None:
        return None
    account = session.get_one(Account, contact.account_id)
    promise = _checked(session, made, account, record, house)
    if not isinstance(promise, PromiseToPay):
        # The ledger changed during the call, or the bot was wrong: a person decides what it is worth.
        store.open_follow_up(
            session, contact.customer_id, "promise_check", record.ended_at, call_id=contact.call_id
        )
        return None
    store.record_promise(session, contact.call_id, account.id, promise, record.ended_at)
    return promise


def _checked(
    session: Session, made: RecordPromise, account: Account, record: CallRecord, house: House
) -> object:
    today = record.started_at.astimezone(house.zone).date()
    plan = None if made.plan_id is None else session.get(InstalmentPlan, int(made.plan_id))
    if plan is not None and plan.account_id != account.id:
        plan = None
    limits = PromiseLimits(
        account.amount_due,
        account.currency,
        today,
        latest=plan.first_due if plan else today + timedelta(days=LATEST_PROMISE_DAYS),
        latest_rest=today + timedelta(days=LATEST_REST_DAYS),
        instalment=plan.amount if plan else None,
    )
    return promise_to_pay(
        made.amount,
        made.due,
        limits,
        relief_offer_id=None if made.offer_id is None else int(made.offer_id),
        rest_due=made.rest_due,
        plan_id=None if made.plan_id is None else int(made.plan_id),
    )


def apply_consequences(session: Session, contact: Contact, record: CallRecord, house: House) -> None:
    """What the rule pack says that follows, and the person that the customer or the flow asked for."""
    at = record.ended_at
    taken = record.transfer is not None and record.transfer.end is TransferEnd.TAKEN
    if record.transfer is not None:
        record_transfer(session, contact.call_id, record.transfer, at)
    words = record.outcome.stop_words if record.outcome else ()
    consequences = after_call(house.pack, disposition=record.disposition, stop_words=words, now=at)
    if record.number_status is not None:
        consequences += after_status(house.pack, record.number_status, at)
    for consequence in consequences:
        match consequence:
            case SuppressCustomer() | FreezeAutomation() | SuppressNumber():
                _bar(session, contact, consequence, record)
            case HumanCase(reason=reason) if taken and reason == ASKED:
                pass  # a person has talked to them
            case HumanCase():
                store.open_follow_up(
                    session,
                    contact.customer_id,
                    consequence.reason,
                    at,
                    call_id=contact.call_id,
                    urgent=consequence.urgent,
                )
            case _:
                pass  # the number's state is on record; what it bars is decided at the next turn
    if record.outcome and record.outcome.human_requested and not taken:
        store.open_follow_up(
            session,
            contact.customer_id,
            ASKED,
            at,
            call_id=contact.call_id,
            urgent=record.outcome.human_urgent,
        )


def _bar(
    session: Session,
    contact: Contact,
    bar: SuppressCustomer | FreezeAutomation | SuppressNumber,
    record: CallRecord,
) -> None:
    """Bar the customer, or the number. Of a caller who is nobody known there is only the number to bar."""
    of_number = isinstance(bar, SuppressNumber) or contact.customer_id is None
    if of_number and contact.e164 is None:
        return  # nobody known, from a number withheld: there is nothing that could be called
    store.suppress(
        session,
        reason=bar.reason,
        at=record.ended_at,
        customer_id=None if of_number else contact.customer_id,
        e164=contact.e164 if of_number else None,
        until=bar.until,
        call_id=contact.call_id,
    )


def queue_message(
    session: Session, contact: Contact, record: CallRecord, promise: PromiseToPay | None, house: House
) -> None:
    """Queue the message that belongs to how the call ended; none of a promise that was not recorded."""
    template = house.messages.after(record.disposition)
    if template is None or contact.customer_id is None:
        return
    if promise is None and record.outcome and record.outcome.promise:
        return
    waives = 0
    if promise is not None and promise.relief_offer_id is not None:
        waives = session.get_one(ReliefOffer, promise.relief_offer_id).waives
    promise_id = None if promise is None else promise_of_call(session, contact.call_id)
    link = None
    if promise is not None and promise_id is not None and house.links is not None:
        link = house.links.link(session, promise_id, promise, contact.e164, record.ended_at)
    facts = MessageFacts(house.institution, house.hotline, promise, waives, link)
    store_messages.queue_message(
        session,
        contact.customer_id,
        house.messages.render(template, facts),
        record.ended_at,
        call_id=contact.call_id,
        promise_id=promise_id,
        e164=contact.e164,
    )
