"""A call that came in is over: everything that follows from it is written in one transaction."""

from __future__ import annotations

from dataclasses import dataclass

from campaigns.dialing.aftermath import Contact, apply_consequences, queue_message, write_promise
from campaigns.dialing.house import House
from campaigns.dialing.record import CallRecord
from campaigns.dialing.rows import inbound_row, turn_rows
from campaigns.store import ledger
from campaigns.store import outcomes as store
from campaigns.store.campaigns import agree_callback
from campaigns.store.database import Session


@dataclass(frozen=True, slots=True)
class InboundCaller:
    """Who called: the customer and the account it was about, or nobody known. ``e164`` None: withheld."""

    customer_id: int | None
    account_id: int | None
    e164: str | None


def settle_inbound(session: Session, record: CallRecord, caller: InboundCaller, house: House) -> int:
    """Write a call that came in and all that follows; its id."""
    row = inbound_row(record, caller.customer_id, caller.e164)
    call_id = ledger.add_call(session, row, turn_rows(record))
    contact = Contact(call_id, caller.customer_id, caller.account_id, caller.e164)
    promise = write_promise(session, contact, record, house)
    apply_consequences(session, contact, record, house)
    if promise is not None:  # the other messages tell that we called, and we did not
        queue_message(session, contact, record, promise, house)
    if record.outcome is not None and record.outcome.callback_requested:
        _note_callback(session, contact, record)
    return call_id


def _note_callback(session: Session, contact: Contact, record: CallRecord) -> None:
    """The time they asked for becomes that of a call we mean to make anyway, or a person's work."""
    at = record.outcome.callback_at if record.outcome else None
    if (
        at is not None
        and contact.customer_id is not None
        and agree_callback(session, contact.customer_id, at)
    ):
        return
    store.open_follow_up(session, contact.customer_id, "callback", record.ended_at, call_id=contact.call_id)
