"""Campaigns, their members, and the ledger of attempts, permits and decisions."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import (
    JSON,
    ColumnElement,
    ForeignKey,
    Index,
    String,
    Text,
    UniqueConstraint,
    false,
    literal_column,
    text,
)
from sqlalchemy.engine.default import DefaultExecutionContext
from sqlalchemy.orm import Mapped, mapped_column

from campaigns.store.models.base import Base
from campaigns.store.sealed.types import SealedWord

LIVE = text("state IN ('reserved', 'dialing')")
# Of a million members only those in question are looked at: each index is over one kind of member.
MEMBER_INDEXES = (
    (
        "ix_campaign_member_coming",
        ("campaign_id", "next_at", "priority", "id"),
        "state = 'waiting' AND NOT due",
    ),
    (
        "ix_campaign_member_callback",
        ("campaign_id", "next_at", "priority", "id"),
        "state = 'waiting' AND NOT due AND callback_at IS NOT NULL",
    ),
    ("ix_campaign_member_due", ("campaign_id", "priority", "next_at", "id"), "state = 'waiting' AND due"),
    ("ix_campaign_member_queued", ("campaign_id", "worker"), "state = 'queued'"),
    ("ix_campaign_member_open", ("campaign_id",), "state <> 'done'"),
)


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
    pause_said: Mapped[dict[str, Any] | None]  # the same for pages, as campaigns.said keeps it
    audience: Mapped[dict[str, Any]] = mapped_column(default=dict)  # the filter it was created with
    experiment_id: Mapped[int | None] = mapped_column(ForeignKey("experiment.id"), index=True)
    standing: Mapped[str | None] = mapped_column(String(48), index=True)  # the treatment that fills it up
    concurrency: Mapped[int]
    calls_per_second: Mapped[float]
    # Its own in place of the installation's, each None where it has none.
    windows: Mapped[dict[str, Any] | None] = mapped_column(JSON(none_as_null=True))
    retries: Mapped[dict[str, Any] | None] = mapped_column(JSON(none_as_null=True))
    caller_ids: Mapped[list[str] | None] = mapped_column(JSON(none_as_null=True))
    priorities: Mapped[dict[str, Any] | None] = mapped_column(JSON(none_as_null=True))
    # Why it calls whom other experiments leave alone; None: it does not.
    control_groups: Mapped[str | None] = mapped_column(String(255))
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
    """One customer's place in a campaign. ``state``: waiting (due at ``next_at``), queued or done.

    ``due``: waiting, and its time has come; set in batches by the hand-out (campaigns.store.handout), which
    alone reads it. Whoever changes ``next_at`` may leave it as it is.

    ``grade`` and ``treatment`` are those of the day of joining: a later regrade does not rewrite a report.
    """

    __tablename__ = "campaign_member"
    __table_args__ = (
        UniqueConstraint("campaign_id", "customer_id"),
        Index("ix_campaign_member_arm", "arm_id", "campaign_id"),
        *(
            Index(name, *columns, sqlite_where=text(where), postgresql_where=text(where))
            for name, columns, where in MEMBER_INDEXES
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    campaign_id: Mapped[int] = mapped_column(ForeignKey("campaign.id"))
    customer_id: Mapped[int] = mapped_column(ForeignKey("customer.id"), index=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"))
    state: Mapped[str] = mapped_column(String(16), default="waiting")
    priority: Mapped[int] = mapped_column(default=0)  # lower is sooner
    next_at: Mapped[datetime | None]
    due: Mapped[bool] = mapped_column(default=False, server_default=false())
    turn: Mapped[int] = mapped_column(default=0)  # turns in the queue so far; with the id it names a workflow
    worker: Mapped[str | None] = mapped_column(String(64))  # whose turn it is, or was last
    callback_at: Mapped[datetime | None]  # when the customer asked to be called; None once called since
    outcome: Mapped[str | None] = mapped_column(String(32))  # the latest disposition
    reason: Mapped[str | None] = mapped_column(String(255))
    timing: Mapped[dict[str, Any] | None] = mapped_column(JSON(none_as_null=True))  # why ``next_at``
    grade: Mapped[str | None] = mapped_column(String(1))
    treatment: Mapped[str | None] = mapped_column(String(48))
    arm_id: Mapped[int | None] = mapped_column(ForeignKey("experiment_arm.id"))


def _own_customer(context: DefaultExecutionContext) -> int:
    given: dict[str, int] = context.get_current_parameters()  # type: ignore[no-untyped-call]
    return given["customer_id"]


class Attempt(Base):
    """One dial, reserved before it is placed. ``state``: reserved, dialing, ended or lost."""

    __tablename__ = "attempt"
    __table_args__ = (
        UniqueConstraint("customer_id", "n"),
        UniqueConstraint("member_id", "turn"),  # a workflow that runs again finds its own attempt
        # No two live calls to one customer, whatever campaign they belong to.
        Index("uq_attempt_live", "customer_id", unique=True, sqlite_where=LIVE, postgresql_where=LIVE),
        Index("ix_attempt_on_line", "line", "campaign_id", sqlite_where=LIVE, postgresql_where=LIVE),
        Index("ix_attempt_campaign_reserved", "campaign_id", "reserved_at"),
        # Nor to one person under several keys.
        Index("uq_attempt_live_person", "person_id", unique=True, sqlite_where=LIVE, postgresql_where=LIVE),
        # What a campaign came to is counted from the index alone.
        # A day is counted from the index alone too.
        Index("ix_attempt_day", "reserved_at", "dialed_at", "charged", "disposition"),
        Index("ix_attempt_outcome", "campaign_id", "disposition", "charged", "dialed_at"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    member_id: Mapped[int] = mapped_column(ForeignKey("campaign_member.id"), index=True)
    campaign_id: Mapped[int] = mapped_column(ForeignKey("campaign.id"))
    customer_id: Mapped[int] = mapped_column(ForeignKey("customer.id"))
    person_id: Mapped[int] = mapped_column(default=_own_customer)  # the least id of the person's records then
    number_id: Mapped[int] = mapped_column(ForeignKey("phone_number.id"))
    # Counts per number survive a change of owner.
    e164: Mapped[str] = mapped_column(SealedWord("number", 16), index=True)
    turn: Mapped[int]
    n: Mapped[int]  # the customer's n-th attempt over all campaigns
    state: Mapped[str] = mapped_column(String(16), default="reserved")
    worker: Mapped[str] = mapped_column(String(64))
    reserved_at: Mapped[datetime]
    dialed_at: Mapped[datetime | None]
    ended_at: Mapped[datetime | None] = mapped_column(index=True)
    disposition: Mapped[str | None] = mapped_column(String(32))
    line: Mapped[str | None] = mapped_column(String(32))
    caller_id: Mapped[str | None] = mapped_column(String(32))  # the number of ours that it was dialled from
    charged: Mapped[bool] = mapped_column(default=True)  # False when a trunk fault meant that nothing rang


def is_live() -> ColumnElement[bool]:
    """Whether an attempt is reserved or being dialled, written out: the indexes of those few serve only what
    SQLite sees to be within them, and it plans without looking at parameters.
    """
    return Attempt.state.in_([literal_column("'reserved'"), literal_column("'dialing'")])


class Permit(Base):
    """Leave to dial one number once, soon. Spent by the compare-and-set that starts the dial."""

    __tablename__ = "permit"

    id: Mapped[str] = mapped_column(String(36), primary_key=True)
    attempt_id: Mapped[int] = mapped_column(ForeignKey("attempt.id"), unique=True)
    e164: Mapped[str] = mapped_column(SealedWord("number", 16))
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
        # All that a report asks of decisions: their inputs, which are most of a row, are never read for it.
        Index("ix_decision_report", "at", "campaign_id", "customer_id", "verdict", "reason", "id"),
        Index("ix_decision_reason", "campaign_id", "verdict", "reason", "id"),
        # With their order in it: else the latest of one who has many is looked for among those of all.
        Index("ix_decision_customer", "customer_id", "id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    at: Mapped[datetime]
    campaign_id: Mapped[int] = mapped_column(ForeignKey("campaign.id"))
    customer_id: Mapped[int] = mapped_column(ForeignKey("customer.id"))
    number_id: Mapped[int | None] = mapped_column(ForeignKey("phone_number.id"))
    attempt_id: Mapped[int | None] = mapped_column(ForeignKey("attempt.id"))
    verdict: Mapped[str] = mapped_column(String(8))  # allow, defer, refuse
    reason: Mapped[str] = mapped_column(String(64))
    until: Mapped[datetime | None]
    pack: Mapped[str] = mapped_column(String(64))  # rule pack id and version
    inputs: Mapped[dict[str, Any]] = mapped_column(default=dict)  # what was weighed; nothing personal
    link: Mapped[str | None] = mapped_column(String(64))  # in the chain; None: older than it
