"""The lender's endpoints, the events for them, and the deliveries that are due: a transactional outbox."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from campaigns.store.models.base import Base
from campaigns.store.sealed.types import SealedJson


class WebhookEndpoint(Base):
    """Where events go. ``sealed_secret`` is of no use without the installation's webhook key."""

    __tablename__ = "webhook_endpoint"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(64), unique=True)
    url: Mapped[str] = mapped_column(Text)
    sealed_secret: Mapped[str] = mapped_column(Text)
    events: Mapped[list[str]] = mapped_column(default=list)  # empty: all
    created_at: Mapped[datetime]
    removed_at: Mapped[datetime | None]  # by an operator, or because the endpoint said that it is gone


class WebhookEvent(Base):
    """Something that happened, written in the transaction that made it so. Nothing personal in ``data``."""

    __tablename__ = "webhook_event"

    id: Mapped[int] = mapped_column(primary_key=True)
    uid: Mapped[str] = mapped_column(String(40), unique=True)  # what receivers know it by
    type: Mapped[str] = mapped_column(String(32))
    stream: Mapped[str] = mapped_column(String(32))  # events of one stream are delivered in their order
    data: Mapped[dict[str, Any]] = mapped_column(SealedJson("webhook_event.data"), default=dict)
    at: Mapped[datetime]


class WebhookDelivery(Base):
    """One event for one endpoint. ``state``: pending, delivered or dead."""

    __tablename__ = "webhook_delivery"
    __table_args__ = (
        UniqueConstraint("endpoint_id", "event_id"),
        Index("ix_webhook_delivery_queue", "state", "endpoint_id", "stream", "id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    event_id: Mapped[int] = mapped_column(ForeignKey("webhook_event.id"))
    endpoint_id: Mapped[int] = mapped_column(ForeignKey("webhook_endpoint.id"))
    stream: Mapped[str] = mapped_column(String(32))
    state: Mapped[str] = mapped_column(String(16), default="pending")
    tries: Mapped[int] = mapped_column(default=0)
    due_at: Mapped[datetime | None]  # not before; None: at once
    reason: Mapped[str | None] = mapped_column(String(255))  # of the latest failure
    settled_at: Mapped[datetime | None]
