"""Writing events for the lender's endpoints, in the transaction that makes them true.

What is rolled back was never told; what is committed is told at least once, whatever crashes. Nothing
personal goes into an event: the lender's own keys, codes, times, amounts, and a number only masked. Events of
one customer are delivered in their order; those of transactions that ran side by side have none.
"""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from datetime import UTC, date, datetime
from typing import Any

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session

from campaigns.outcomes.webhook_events import EventType
from campaigns.store.models import Customer, WebhookDelivery, WebhookEndpoint, WebhookEvent

_ENDPOINTS = select(WebhookEndpoint.id, WebhookEndpoint.events).where(WebhookEndpoint.removed_at.is_(None))
_KEY = select(Customer.external_id).where(Customer.id == bindparam("customer_id"))


def emit(
    session: Session,
    type_: EventType,
    at: datetime | None,
    data: Mapping[str, Any],
    *,
    customer_id: int | None = None,
    campaign_id: int | None = None,
) -> int | None:
    """Tell every endpoint that wants events of ``type_``; the event's id, None when nobody does.

    ``at`` None: now, for what an operator does. With ``customer_id`` the customer's key is added to ``data``.
    """
    wanting = [row.id for row in session.execute(_ENDPOINTS) if not row.events or type_.value in row.events]
    return _write(session, type_, at, data, wanting, customer_id, campaign_id) if wanting else None


def emit_to(
    session: Session, endpoint_id: int, type_: EventType, at: datetime, data: Mapping[str, Any]
) -> int:
    """Tell one endpoint alone; the event's id."""
    return _write(session, type_, at, data, [endpoint_id], None, None)


def _write(
    session: Session,
    type_: EventType,
    at: datetime | None,
    data: Mapping[str, Any],
    endpoint_ids: list[int],
    customer_id: int | None,
    campaign_id: int | None,
) -> int:
    content = {name: _plain(value) for name, value in data.items()}
    stream = type_.value if campaign_id is None else f"campaign/{campaign_id}"
    if customer_id is not None:
        stream = f"customer/{customer_id}"
        content = {"customer": session.scalars(_KEY, {"customer_id": customer_id}).one(), **content}
    event = WebhookEvent(
        uid=f"msg_{uuid.uuid4().hex}",
        type=type_.value,
        stream=stream,
        data=content,
        at=at or datetime.now(UTC),
    )
    session.add(event)
    session.flush()
    session.add_all(
        WebhookDelivery(event_id=event.id, endpoint_id=endpoint_id, stream=stream, state="pending", tries=0)
        for endpoint_id in endpoint_ids
    )
    session.flush()
    return event.id


def _plain(value: Any) -> Any:
    return value.isoformat() if isinstance(value, (date, datetime)) else value
