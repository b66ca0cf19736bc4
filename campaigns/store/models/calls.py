"""Calls, what was said in them, and what came of them."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import (
    CheckConstraint,
    ForeignKey,
    Index,
    String,
    Text,
    UniqueConstraint,
    literal_column,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column

from campaigns.store.models.base import Base
from campaigns.store.models.words import StopWord
from campaigns.store.sealed.types import SealedJson, SealedText, SealedWord

INBOUND, RECORDED = text("direction = 'inbound'"), text("recording IS NOT NULL")
ANSWERED, TALK = text("answered_at IS NOT NULL"), text("(ended_at - answered_at)")
STOP_WORDS = 4  # of one utterance that are looked for: it has few


class Call(Base):
    """One call, from dial to hang-up. ``direction``: outbound (ours, by an attempt), or inbound.

    A call that came in is no attempt of ours and of no campaign; its caller may be nobody that is known here.
    """

    __tablename__ = "call"
    __table_args__ = (
        CheckConstraint(
            "direction = 'inbound' OR direction = 'outbound' "
            "AND attempt_id IS NOT NULL AND campaign_id IS NOT NULL AND customer_id IS NOT NULL",
            name="direction",
        ),
        Index("ix_call_outcome", "campaign_id", "disposition", "started_at", "id"),
        Index("ix_call_disposition_started", "disposition", "started_at", "id"),
        Index("ix_call_campaign_started", "campaign_id", "started_at", "id"),
        Index("ix_call_version_started", "flow_version", "started_at", "id"),
        Index("ix_call_line_started", "line", "started_at", "id"),
        Index("ix_call_day", "started_at", "id", "direction", "right_party", "customer_id"),
        Index("ix_call_campaign", "campaign_id", "id"),
        Index("ix_call_ended", "ended_at", "id"),
        # Times are text in SQLite: it has no difference of them that an index could hold.
        Index("ix_call_talk", "started_at", TALK, "id", postgresql_where=ANSWERED).ddl_if("postgresql"),
        Index("ix_call_inbound", "started_at", "id", sqlite_where=INBOUND, postgresql_where=INBOUND),
        Index("ix_call_recorded", "started_at", "id", sqlite_where=RECORDED, postgresql_where=RECORDED),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    direction: Mapped[str] = mapped_column(String(8), default="outbound", server_default="outbound")
    attempt_id: Mapped[int | None] = mapped_column(ForeignKey("attempt.id"), unique=True)
    campaign_id: Mapped[int | None] = mapped_column(ForeignKey("campaign.id"))
    customer_id: Mapped[int | None] = mapped_column(ForeignKey("customer.id"), index=True)
    e164: Mapped[str | None] = mapped_column(SealedWord("number", 16))  # the far end's number; None: withheld
    line: Mapped[str] = mapped_column(String(32))
    line_call_id: Mapped[str] = mapped_column(String(64))
    flow: Mapped[str] = mapped_column(String(64))
    flow_version: Mapped[str] = mapped_column(String(64))
    started_at: Mapped[datetime]
    answered_at: Mapped[datetime | None]
    ended_at: Mapped[datetime]
    cause: Mapped[str] = mapped_column(String(24))
    sip_code: Mapped[int | None]
    disposition: Mapped[str] = mapped_column(String(32), index=True)
    right_party: Mapped[bool] = mapped_column(default=False)
    effective: Mapped[bool] = mapped_column(default=False)  # counts against the talks-per-day cap
    # What the bot was told of the customer; None when nobody was spoken to. A replay needs it as it was then.
    brief: Mapped[dict[str, Any] | None] = mapped_column(SealedJson("call.brief", none_as_null=True))
    recording: Mapped[str | None] = mapped_column(Text)  # its file's name
    carrier_recording: Mapped[str | None] = mapped_column(Text)  # the same, of what the carrier recorded


class Transfer(Base):
    """A call that was to be handed to a person. ``state``: taken, nobody, abandoned or failed."""

    __tablename__ = "transfer"

    id: Mapped[int] = mapped_column(primary_key=True)
    call_id: Mapped[int] = mapped_column(ForeignKey("call.id"), unique=True)
    state: Mapped[str] = mapped_column(String(16), index=True)
    agent: Mapped[str | None] = mapped_column(SealedWord("number", 16))  # the number of who took it
    waited_s: Mapped[float]
    talked_s: Mapped[float]
    at: Mapped[datetime]  # when it was over


class TurnRecord(Base):
    """One thing said by the bot or heard from the far end."""

    __tablename__ = "turn"
    __table_args__ = (
        UniqueConstraint("call_id", "seq"),
        Index("ix_turn_intent", "intent", "call_id"),
        # Few utterances have a stop word: each place in their list has an index of those that have one there.
        *(
            Index(
                f"ix_turn_stop_word_{place}",
                StopWord(literal_column("details"), place),
                "call_id",
                sqlite_where=StopWord(literal_column("details"), place).is_not(None),
                postgresql_where=StopWord(literal_column("details"), place).is_not(None),
            )
            for place in range(STOP_WORDS)
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    call_id: Mapped[int] = mapped_column(ForeignKey("call.id"))
    seq: Mapped[int]
    at: Mapped[datetime]
    until: Mapped[datetime | None]  # when it was over; None where that is not known
    speaker: Mapped[str] = mapped_column(String(8))  # bot, customer
    text: Mapped[str] = mapped_column(SealedText("turn.text"))
    # What was heard of a sentence of ours that was cut.
    heard: Mapped[str | None] = mapped_column(SealedText("turn.heard"))
    prompt: Mapped[str | None] = mapped_column(String(64))
    step: Mapped[str | None] = mapped_column(String(64))
    intent: Mapped[str | None] = mapped_column(String(64))
    confidence: Mapped[float | None]
    # Codes by which calls are searched stay legible: what they say of a call, its disposition says too.
    details: Mapped[dict[str, Any]] = mapped_column(
        SealedJson("turn.details", ("stop_words", "stand_in")), default=dict
    )


class Suppression(Base):
    """A bar on automated calls: to a customer, or to a number whoever it belongs to."""

    __tablename__ = "suppression"

    id: Mapped[int] = mapped_column(primary_key=True)
    customer_id: Mapped[int | None] = mapped_column(ForeignKey("customer.id"), index=True)
    e164: Mapped[str | None] = mapped_column(SealedWord("number", 16), index=True)
    reason: Mapped[str] = mapped_column(String(32))
    call_id: Mapped[int | None] = mapped_column(ForeignKey("call.id"))
    created_at: Mapped[datetime]
    until: Mapped[datetime | None]  # None: until a person lifts it
    lifted_at: Mapped[datetime | None]


class FollowUp(Base):
    """Something a person must do. ``state``: open or closed. Without a customer: for the call's number."""

    __tablename__ = "follow_up"
    __table_args__ = (
        Index(
            "ix_follow_up_open",
            "reason",
            "urgent",
            "id",
            sqlite_where=text("state = 'open'"),
            postgresql_where=text("state = 'open'"),
        ),
        Index(
            "ix_follow_up_next",
            "urgent",
            "id",
            sqlite_where=text("state = 'open'"),
            postgresql_where=text("state = 'open'"),
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    customer_id: Mapped[int | None] = mapped_column(ForeignKey("customer.id"), index=True)
    call_id: Mapped[int | None] = mapped_column(ForeignKey("call.id"), index=True)
    reason: Mapped[str] = mapped_column(String(32))
    urgent: Mapped[bool] = mapped_column(default=False)
    state: Mapped[str] = mapped_column(String(16), default="open")
    created_at: Mapped[datetime]
    closed_at: Mapped[datetime | None]
    closed_by: Mapped[str | None] = mapped_column(String(64))
    note: Mapped[str | None] = mapped_column(SealedText("follow_up.note", 255))  # what came of it
