"""Text messages to customers, what they write back, and the payment links that messages carry."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, Index, String, UniqueConstraint, false
from sqlalchemy.orm import Mapped, mapped_column

from campaigns.store.models.base import Base
from campaigns.store.sealed.types import SealedText, SealedWord


class Message(Base):
    """A message to a customer. ``state``: campaigns.outcomes.delivery.MessageState.

    ``occasion``: follow_up (to a call), reminder (by a treatment) or reply (to what the customer wrote).
    """

    __tablename__ = "message"
    __table_args__ = (
        UniqueConstraint("line", "line_message_id"),
        Index("ix_message_due", "state", "due_at"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    customer_id: Mapped[int] = mapped_column(ForeignKey("customer.id"), index=True)
    call_id: Mapped[int | None] = mapped_column(ForeignKey("call.id"))
    promise_id: Mapped[int | None] = mapped_column(ForeignKey("promise.id"))
    channel: Mapped[str] = mapped_column(String(8))  # sms
    occasion: Mapped[str] = mapped_column(String(16), default="follow_up", server_default="follow_up")
    template: Mapped[str] = mapped_column(String(64))
    body: Mapped[str] = mapped_column(SealedText("message.body"))
    reveals_debt: Mapped[bool] = mapped_column(default=False, server_default=false())
    has_link: Mapped[bool] = mapped_column(default=False, server_default=false())
    # None: the customer's own number at the time.
    e164: Mapped[str | None] = mapped_column(SealedWord("number", 16))
    key: Mapped[str | None] = mapped_column(String(96), unique=True)  # what is queued once only
    state: Mapped[str] = mapped_column(String(16), default="queued")
    created_at: Mapped[datetime] = mapped_column(index=True)
    due_at: Mapped[datetime | None]  # not before; None: at once
    tries: Mapped[int] = mapped_column(default=0, server_default="0")
    reserved_at: Mapped[datetime | None]  # for the latest try
    settled_at: Mapped[datetime | None]  # when it came to the state it is in
    line: Mapped[str | None] = mapped_column(String(32))
    line_message_id: Mapped[str | None] = mapped_column(String(64))
    # Of a refusal, a wait or a failure: a carrier may name the number.
    reason: Mapped[str | None] = mapped_column(SealedText("message.reason", 255))
    pack: Mapped[str | None] = mapped_column(String(64))  # the rule pack of the latest decision


class TextReceived(Base):
    """A message to us, once. ``wish``: stop, start or help; None when it is no keyword."""

    __tablename__ = "text_received"
    __table_args__ = (UniqueConstraint("line", "line_message_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    line: Mapped[str] = mapped_column(String(32))
    line_message_id: Mapped[str] = mapped_column(String(64))
    e164: Mapped[str] = mapped_column(SealedWord("number", 16), index=True)
    wish: Mapped[str | None] = mapped_column(String(8))
    text: Mapped[str] = mapped_column(SealedText("text_received.text"))
    at: Mapped[datetime]


class PaymentLink(Base):
    """A signed link to pay what was promised. Its token is not kept: it is made again from the key."""

    __tablename__ = "payment_link"

    id: Mapped[int] = mapped_column(primary_key=True)
    promise_id: Mapped[int] = mapped_column(ForeignKey("promise.id"), unique=True)
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    clicks: Mapped[int] = mapped_column(default=0)
    first_clicked_at: Mapped[datetime | None]
    last_clicked_at: Mapped[datetime | None]
