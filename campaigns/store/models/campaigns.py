"""Campaigns, their members, and the ledger of attempts, permits and decisions."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, String, Text, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from campaigns.store.models.base import Base

LIVE = text("state IN ('reserved', 'dialing')")


class Campaign(Base):
    """A campaign: an audience, a flow and limits. ``state``: draft, running, paused or finished.

    ``purpose``: campaigns.compliance.facts.Purpose.
    """

    __tablename__ = "campaign"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(64), unique=True)
    flow: Mapped[str] = mapped_column(String(64))
    purpose: Mapped[str] = mapped_column(String(16), default="reminder", server_default="reminder")
    state: Mapped[str] = mapped_column(String(16), default="draft")
    pause_reason: Mapped[str | None] = mapped_column(String(255))
    audience: Mapped[dict[str, Any]] = mapped_column(default=dict)  # the filter it was created with
    concurrency: Mapped[int]
    calls_per_second: Mapped[float]
    created_at: Mapped[datetime]
    started_at: Mapped[datetime | None]
    finished_at: Mapped[datetime | None]


class Invitation(Base):
    """What a campaign invites to: approved words, until a day. One a campaign."""

    __tablename__ = "invitation"

    id: Mapped[int] = mapped_column(primary_key=True)
    campaign_id: Mapped[int] = mapped_column(ForeignKey("campaign.id"), unique=True)
    text: Mapped[str] = mapped_column(Text)
    valid_until: Mapped[date]
    approved_by: Mapped[str] = mapped_column(String(64))
    approved_at: Mapped[datetime]


class CampaignMember(Base):
    """One customer's place in a campaign. ``state``: waiting (due at ``next_at``), queued or done."""

    __tablename__ = "campaign_member"
    __table_args__ = (
        UniqueConstraint("campaign_id", "customer_id"),
        Index("ix_campaign_member_due", "campaign_id", "state", "next_at", "priority"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    campaign_id: Mapped[int] = mapped_column(ForeignKey("campaign.id"))
    customer_id: Mapped[int] = mapped_column(ForeignKey("customer.id"), index=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"))
    state: Mapped[str] = mapped_column(String(16), default="waiting")
    priority: Mapped[int] = mapped_column(default=0)  # lower is sooner
    next_at: Mapped[datetime | None]
    turn: Mapped[int] = mapped_column(default=0)  # turns in the queue so far; with the id it names a workflow
    callback_at: Mapped[datetime | None]  # when the customer asked to be called; None once called since
    outcome: Mapped[str | None] = mapped_column(String(32))  # the latest disposition
    reason: Mapped[str | None] = mapped_column(String(255))


class Attempt(Base):
    """One dial, reserved before it is placed. ``state``: reserved, dialing, ended or lost."""

    __tablename__ = "attempt"
    __table_args__ = (
        UniqueConstraint("customer_id", "n"),
        UniqueConstraint("member_id", "turn"),  # a workflow that runs again finds its own attempt
        # No two live calls to one customer, whatever campaign they belong to.
        Index("uq_attempt_live", "customer_id", unique=True, sqlite_where=LIVE, postgresql_where=LIVE),
        # What a campaign came to is counted from the index alone.
        Index("ix_attempt_outcome", "campaign_id", "disposition", "charged", "dialed_at"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    member_id: Mapped[int] = mapped_column(ForeignKey("campaign_member.id"), index=True)
    campaign_id: Mapped[int] = mapped_column(ForeignKey("campaign.id"))
    customer_id: Mapped[int] = mapped_column(ForeignKey("customer.id"))
    number_id: Mapped[int] = mapped_column(ForeignKey("phone_number.id"))
    e164: Mapped[str] = mapped_column(String(16), index=True)  # counts per number survive a change of owner
    turn: Mapped[int]
    n: Mapped[int]  # the customer's n-th attempt over all campaigns
    state: Mapped[str] = mapped_column(String(16), default="reserved")
    worker: Mapped[str] = mapped_column(String(64))
    reserved_at: Mapped[datetime] = mapped_column(index=True)
    dialed_at: Mapped[datetime | None]
    ended_at: Mapped[datetime | None] = mapped_column(index=True)
    disposition: Mapped[str | None] = mapped_column(String(32))
    charged: Mapped[bool] = mapped_column(default=True)  # False when a trunk fault meant that nothing rang


class Permit(Base):
    """Leave to dial one number once, soon. Spent by the compare-and-set that starts the dial."""

    __tablename__ = "permit"

    id: Mapped[str] = mapped_column(String(36), primary_key=True)
    attempt_id: Mapped[int] = mapped_column(ForeignKey("attempt.id"), unique=True)
    e164: Mapped[str] = mapped_column(String(16))
    issued_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    used_at: Mapped[datetime | None]
    pack: Mapped[str] = mapped_column(String(64))


class DecisionRecord(Base):
    """One decision to call or not. Append-only: a trigger refuses updates, and deletes that are not on
    record.

    Written by ``campaigns.store.chain`` alone, which gives it its id and its link.
    """

    __tablename__ = "decision"
    __table_args__ = (
        Index("uq_decision_attempt", "attempt_id", unique=True),  # one allows one dial
        Index("ix_decision_reason", "campaign_id", "verdict", "reason"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    at: Mapped[datetime] = mapped_column(index=True)
    campaign_id: Mapped[int] = mapped_column(ForeignKey("campaign.id"))
    customer_id: Mapped[int] = mapped_column(ForeignKey("customer.id"), index=True)
    number_id: Mapped[int | None] = mapped_column(ForeignKey("phone_number.id"))
    attempt_id: Mapped[int | None] = mapped_column(ForeignKey("attempt.id"))
    verdict: Mapped[str] = mapped_column(String(8))  # allow, defer, refuse
    reason: Mapped[str] = mapped_column(String(64))
    until: Mapped[datetime | None]
    pack: Mapped[str] = mapped_column(String(64))  # rule pack id and version
    inputs: Mapped[dict[str, Any]] = mapped_column(default=dict)  # what was weighed; nothing personal
    link: Mapped[str | None] = mapped_column(String(64))  # in the chain; None: older than it
