"""What compliance keeps beside the decisions: their chain's head, what was deleted, and facts on file."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from campaigns.store.models.base import Base
from campaigns.store.sealed.types import SealedJson, SealedText, SealedWord


class DecisionHead(Base):
    """The one row that says where the chain of decisions begins and ends, and its seal.

    ``campaigns.compliance.chain.Head``.
    """

    __tablename__ = "decision_head"
    __table_args__ = (CheckConstraint("id = 1", name="one_row"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    start_id: Mapped[int]
    start_link: Mapped[str] = mapped_column(String(64))
    last_id: Mapped[int]
    link: Mapped[str] = mapped_column(String(64))
    deletions: Mapped[str] = mapped_column(String(64))
    seal: Mapped[str | None] = mapped_column(String(64))  # None: nothing recorded yet


class Deletion(Base):
    """Records that were deleted at the end of their time: of one call, or a run of decisions. Append-only."""

    __tablename__ = "deletion"

    id: Mapped[int] = mapped_column(primary_key=True)
    at: Mapped[datetime]
    kind: Mapped[str] = mapped_column(
        String(16)
    )  # recordings, transcripts, decisions; or the log was resealed
    call_id: Mapped[int | None] = mapped_column(ForeignKey("call.id"), index=True)
    first_id: Mapped[int | None] = mapped_column(index=True)  # of the decisions
    last_id: Mapped[int | None]
    last_link: Mapped[str | None] = mapped_column(
        String(64)
    )  # of the last of them, for the chain to go on from
    count: Mapped[int]
    newest_at: Mapped[datetime]  # the time of the newest record deleted
    why: Mapped[str] = mapped_column(String(255))  # the rule pack by which they were due
    link: Mapped[str] = mapped_column(String(64))


class LedgerGap(Base):
    """The ledger came from a backup: what happened between ``backup_at`` and ``restored_at`` is not in it.

    ``complete``: who confirmed it says that nothing happened, or that all of it is on file by now.
    """

    __tablename__ = "ledger_gap"

    id: Mapped[int] = mapped_column(primary_key=True)
    backup_at: Mapped[datetime]
    restored_at: Mapped[datetime]
    restored_by: Mapped[str] = mapped_column(String(64))
    confirmed_at: Mapped[datetime | None]
    confirmed_by: Mapped[str | None] = mapped_column(String(64))
    complete: Mapped[bool | None]
    reason: Mapped[str | None] = mapped_column(String(255))


class LegalFact(Base):
    """One thing on file that the law turns on. Append-only: a row is taken back by a later one.

    ``campaigns.store.legal`` says what the kinds are and what ``given`` and ``details`` mean for each.
    """

    __tablename__ = "legal_fact"

    id: Mapped[int] = mapped_column(primary_key=True)
    customer_id: Mapped[int] = mapped_column(ForeignKey("customer.id"), index=True)
    account_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"))  # None: every debt
    e164: Mapped[str | None] = mapped_column(SealedWord("number", 16))  # None: every number
    kind: Mapped[str] = mapped_column(String(40))
    given: Mapped[bool]
    details: Mapped[dict[str, Any]] = mapped_column(SealedJson("legal_fact.details"), default=dict)
    # Where the written record of it is; empty: none.
    evidence: Mapped[str] = mapped_column(SealedText("legal_fact.evidence", 255))
    as_of: Mapped[datetime]  # when it was so
    recorded_at: Mapped[datetime]
    recorded_by: Mapped[str] = mapped_column(String(64))
    withdraws_id: Mapped[int | None] = mapped_column(ForeignKey("legal_fact.id"), unique=True)
