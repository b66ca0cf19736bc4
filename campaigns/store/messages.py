"""Messages in the store: queued, reserved for one try, and what became of them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import or_, select, update
from sqlalchemy.orm import Session

from campaigns.compliance.texting import Occasion
from campaigns.outcomes.delivery import MessageState, after_receipt
from campaigns.outcomes.messages import RenderedMessage
from campaigns.outcomes.webhook_events import EventType
from campaigns.store.models import Customer, Message
from campaigns.store.outbox import emit
from campaigns.store.outcomes import open_follow_up
from telephony.messages import Delivery, Receipt
from telephony.numbers import mask

UNSURE = "message_unsure"
"""Why a person is asked: a message may have been sent, or not."""
DIED = "the process that sent it died"


@dataclass(frozen=True, slots=True)
class Outgoing:
    """A message reserved for this try: it is sent now, once, or never."""

    id: int
    tries: int
    e164: str = field(repr=False)
    body: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class MessageView:
    """A message as an operator sees it in a list."""

    id: int
    customer: str
    template: str
    occasion: str
    state: str
    created_at: datetime
    due_at: datetime | None
    settled_at: datetime | None
    number: str | None  # masked
    reason: str | None


def queue_message(
    session: Session,
    customer_id: int,
    message: RenderedMessage,
    at: datetime,
    *,
    call_id: int | None = None,
    promise_id: int | None = None,
    e164: str | None = None,
    occasion: Occasion = Occasion.FOLLOW_UP,
    key: str | None = None,
) -> int:
    """Queue a rendered message: once a call and template, and once a ``key``; its id.

    Without both every invocation queues one. ``e164`` None: to the customer's own number when it is sent.
    """
    known = None
    if key is not None:
        known = session.scalar(select(Message.id).where(Message.key == key))
    elif call_id is not None:
        query = select(Message.id).where(Message.call_id == call_id, Message.template == message.template)
        known = session.scalar(query)
    if known is not None:
        return known
    row = Message(
        customer_id=customer_id,
        call_id=call_id,
        promise_id=promise_id,
        channel=message.channel,
        occasion=occasion,
        template=message.template,
        body=message.body,
        reveals_debt=message.reveals_debt,
        has_link=message.has_link,
        e164=e164,
        key=key,
        state=MessageState.QUEUED,
        created_at=at,
    )
    session.add(row)
    session.flush()
    return row.id


def due_messages(session: Session, now: datetime, limit: int, after_id: int = 0) -> list[int]:
    """Ids of messages behind ``after_id`` that may be weighed now, in the order in which they were queued."""
    query = (
        select(Message.id)
        .where(
            Message.state == MessageState.QUEUED,
            Message.id > after_id,
            or_(Message.due_at.is_(None), Message.due_at <= now),
        )
        .order_by(Message.id)
        .limit(limit)
    )
    return list(session.scalars(query))


def locked_message(session: Session, message_id: int) -> Message | None:
    """The message, locked, if it is still queued."""
    query = select(Message).where(Message.id == message_id, Message.state == MessageState.QUEUED)
    return session.scalar(query.with_for_update(skip_locked=True))


def reserve(
    session: Session, message_id: int, e164: str, line: str, pack: str, at: datetime
) -> Outgoing | None:
    """queued → sending: the one that this returned to may send it, once. None: somebody else has it."""
    row = session.execute(
        update(Message)
        .where(Message.id == message_id, Message.state == MessageState.QUEUED)
        .values(
            state=MessageState.SENDING,
            e164=e164,
            line=line,
            pack=pack,
            tries=Message.tries + 1,
            reserved_at=at,
            settled_at=at,
            reason=None,
        )
        .returning(Message.id, Message.tries, Message.body)
    ).one_or_none()
    return None if row is None else Outgoing(row[0], row[1], e164, row[2])


def put_off(session: Session, message_id: int, until: datetime, reason: str, pack: str) -> None:
    """It stays queued and is weighed again at ``until``."""
    _write(session, message_id, (MessageState.QUEUED,), due_at=until, reason=reason, pack=pack)


def refuse(session: Session, message_id: int, reason: str, pack: str, at: datetime) -> None:
    """queued → refused, on record with its reason."""
    values = {"state": MessageState.REFUSED, "reason": reason, "pack": pack, "settled_at": at}
    _write(session, message_id, (MessageState.QUEUED,), **values)


def conclude(session: Session, outgoing: Outgoing, receipt: Receipt, at: datetime) -> None:
    """sending → what the line said at once. Harmless when a receipt came first."""
    row = session.get_one(Message, outgoing.id)
    if receipt.id and row.line_message_id is None:
        row.line_message_id = receipt.id[:64]
    _apply(session, row, receipt, at)


def not_sent(
    session: Session, outgoing: Outgoing, reason: str, again_at: datetime | None, at: datetime
) -> None:
    """It surely did not go: sending → queued until ``again_at``, or failed for good when that is None."""
    if again_at is not None:
        values: dict[str, Any] = {"state": MessageState.QUEUED, "due_at": again_at, "reason": reason[:255]}
        _write(session, outgoing.id, (MessageState.SENDING, MessageState.UNSURE), **values)
        return
    row = session.get_one(Message, outgoing.id)
    _apply(session, row, Receipt("", Delivery.FAILED, reason), at)


def unsure(session: Session, outgoing_id: int, reason: str, at: datetime) -> None:
    """sending → unsure: it is never sent again, and a person looks."""
    values = {"state": MessageState.UNSURE, "reason": reason[:255], "settled_at": at}
    row = _write(session, outgoing_id, (MessageState.SENDING,), **values)
    if row is not None:
        open_follow_up(session, row[0], UNSURE, at, call_id=row[1])


def sweep(session: Session, now: datetime, patience: timedelta) -> int:
    """Messages that a dead process was about to send become unsure; how many."""
    stuck = session.scalars(
        select(Message.id).where(Message.state == MessageState.SENDING, Message.reserved_at <= now - patience)
    ).all()
    for message_id in stuck:
        unsure(session, message_id, DIED, now)
    return len(stuck)


def take_receipt(session: Session, line: str, receipt: Receipt, at: datetime) -> bool:
    """What a receipt tells of a message of ours; False when it is of none that is known here."""
    row = session.scalar(
        select(Message).where(Message.line == line, Message.line_message_id == receipt.id).with_for_update()
    )
    if row is None:
        return False
    _apply(session, row, receipt, at)
    return True


def next_message_at(session: Session) -> datetime | None:
    """When the first message that waits for a time is due; None: none waits for one."""
    return session.scalar(
        select(Message.due_at)
        .where(Message.state == MessageState.QUEUED, Message.due_at.is_not(None))
        .order_by(Message.due_at)
        .limit(1)
    )


def list_messages(session: Session, states: Iterable[str], limit: int) -> list[MessageView]:
    """The latest messages in these states; in all when there are none."""
    query = select(Message, Customer.external_id).join(Customer, Customer.id == Message.customer_id)
    if wanted := list(states):
        query = query.where(Message.state.in_(wanted))
    rows = session.execute(query.order_by(Message.id.desc()).limit(limit))
    return [
        MessageView(
            row.id,
            key,
            row.template,
            row.occasion,
            row.state,
            row.created_at,
            row.due_at,
            row.settled_at,
            None if row.e164 is None else mask(row.e164),
            row.reason,
        )
        for row, key in rows
    ]


def _apply(session: Session, row: Message, receipt: Receipt, at: datetime) -> None:
    to = after_receipt(MessageState(row.state), receipt.state)
    if to is None:
        session.flush()
        return
    row.state, row.settled_at = to, at
    row.reason = None if receipt.reason is None else receipt.reason[:255]
    session.flush()
    if to is MessageState.FAILED:
        data = {
            "message": row.id,
            "template": row.template,
            "number": None if row.e164 is None else mask(row.e164),
            "reason": row.reason,
        }
        emit(session, EventType.MESSAGE_FAILED, at, data, customer_id=row.customer_id)


def _write(
    session: Session, message_id: int, states: tuple[MessageState, ...], **values: Any
) -> tuple[int, int | None] | None:
    row = session.execute(
        update(Message)
        .where(Message.id == message_id, Message.state.in_(states))
        .values(**values)
        .returning(Message.customer_id, Message.call_id)
        .execution_options(synchronize_session="fetch")
    ).one_or_none()
    return None if row is None else (row[0], row[1])
