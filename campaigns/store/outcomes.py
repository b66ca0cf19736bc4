"""Writing what came of a call: promises, suppressions, follow-ups.

A worker that crashed may run the last step of a call again, so every function here is harmless when repeated:
it finds what the first run wrote and changes nothing. All write within the caller's transaction and return
the row's id.
"""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session

from campaigns.errors import ConflictError, NotFoundError
from campaigns.outcomes.promises import PromiseState, PromiseToPay
from campaigns.outcomes.standing import PromiseReason
from campaigns.outcomes.webhook_events import EventType
from campaigns.said import Code
from campaigns.store.models import Call, FollowUp, Promise, Suppression
from campaigns.store.outbox import emit
from campaigns.store.promises import cancel_pending, promise_data, value_of
from telephony.numbers import mask


def record_promise(
    session: Session, call_id: int, account_id: int, promise: PromiseToPay, at: datetime
) -> int:
    """Record the promise made in a call, pending. It cancels the account's earlier pending ones.

    A call holds one promise: when the customer changed it in mid-call, record it again and the last one
    stands. Raises NotFoundError for an unknown call, ConflictError when the call's promise has been settled
    meanwhile.
    """
    call = session.get(Call, call_id)
    if call is None or call.customer_id is None:
        raise NotFoundError("there is no call %(call_id)s with a customer", call_id=call_id)
    row = session.scalar(select(Promise).where(Promise.call_id == call_id))
    if row is None:
        cancel_pending(session, account_id, PromiseReason.REPLACED, at)
        row = Promise(call_id=call_id, customer_id=call.customer_id, account_id=account_id, made_at=at)
        row.state = PromiseState.PENDING
        session.add(row)
    elif _values(row) == (account_id, promise):
        return row.id
    elif row.state != PromiseState.PENDING:
        raise ConflictError(
            "the promise of call %(call_id)s is %(state)s already and cannot be changed",
            call_id=call_id,
            state=Code("promise", row.state),
        )
    row.account_id = account_id
    row.amount, row.currency, row.due = promise.amount, promise.currency, promise.due
    row.rest_due, row.owed = promise.rest_due, promise.owed
    row.relief_offer_id, row.plan_id = promise.relief_offer_id, promise.plan_id
    session.flush()
    emit(session, EventType.PROMISE_MADE, at, promise_data(row.id, promise), customer_id=row.customer_id)
    return row.id


def suppress(
    session: Session,
    *,
    reason: str,
    at: datetime,
    customer_id: int | None = None,
    e164: str | None = None,
    until: datetime | None = None,
    call_id: int | None = None,
) -> int:
    """Bar automated calls to a customer or to a number (one of them), until ``until`` or a person lifts it.

    A bar in force for the same reason that lasts at least as long is enough. One that this same call imposed
    is only ever lengthened, and stays lifted when a person has lifted it since. Raises ValueError unless one
    target is given.
    """
    if (customer_id is None) == (e164 is None):
        raise ValueError("suppress either a customer or a number")
    target = Suppression.customer_id == customer_id if e164 is None else Suppression.e164 == e164
    same = select(Suppression).where(target, Suppression.reason == reason).order_by(Suppression.id)
    if (
        call_id is not None
        and (row := session.scalar(same.where(Suppression.call_id == call_id))) is not None
    ):
        if row.until is not None and (until is None or until > row.until):
            row.until = until
            session.flush()
        return row.id
    enough: ColumnElement[bool] = Suppression.until.is_(None)
    if until is not None:
        enough |= Suppression.until >= until
    if (row := session.scalar(same.where(Suppression.lifted_at.is_(None), enough))) is not None:
        return row.id
    row = Suppression(
        customer_id=customer_id, e164=e164, reason=reason, call_id=call_id, created_at=at, until=until
    )
    session.add(row)
    session.flush()
    barred = {"reason": reason, "until": until, "number": None if e164 is None else mask(e164)}
    emit(session, EventType.CUSTOMER_SUPPRESSED, at, barred, customer_id=customer_id)
    return row.id


def open_follow_up(
    session: Session,
    customer_id: int | None,
    reason: str,
    at: datetime,
    *,
    call_id: int | None = None,
    urgent: bool = False,
) -> int:
    """Put a customer on the list of people's work, once a call and reason; urgency is only ever raised.

    Without a call, an open entry of the customer with the same reason is found again. Without a customer it
    is the number of the call that a person should see to.
    """
    query = select(FollowUp).where(FollowUp.customer_id == customer_id, FollowUp.reason == reason)
    if call_id is not None:
        query = query.where(FollowUp.call_id == call_id)
    else:
        query = query.where(FollowUp.call_id.is_(None), FollowUp.state == "open")
    row = session.scalar(query)
    if row is None:
        row = FollowUp(
            customer_id=customer_id,
            call_id=call_id,
            reason=reason,
            urgent=urgent,
            state="open",
            created_at=at,
        )
        session.add(row)
        session.flush()
        opened = {"follow_up": row.id, "reason": reason, "urgent": urgent}
        emit(session, EventType.FOLLOW_UP_OPENED, at, opened, customer_id=customer_id)
    elif urgent and not row.urgent:
        row.urgent = True
    session.flush()
    return row.id


def _values(row: Promise) -> tuple[int, PromiseToPay]:
    return row.account_id, value_of(row)
