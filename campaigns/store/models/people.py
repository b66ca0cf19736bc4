"""Which customer records are one person, and what is known of that: records are linked, never rewritten."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from campaigns.store.models.base import Base
from campaigns.store.sealed.types import SealedJson, SealedText


class SharedHistory(Base):
    """What is on record of ``other_id`` counts for ``customer_id`` too. ``until``: when the two were parted;
    what came later does not count. None: they are one person.

    Those that are one person each have a row for each of the others.
    """

    __tablename__ = "shared_history"
    __table_args__ = (Index("ix_shared_history_other_id", "other_id"),)

    customer_id: Mapped[int] = mapped_column(ForeignKey("customer.id"), primary_key=True, autoincrement=False)
    other_id: Mapped[int] = mapped_column(ForeignKey("customer.id"), primary_key=True, autoincrement=False)
    until: Mapped[datetime | None]
    # What bars a call and has no time of its own, as it was when they were parted: campaigns.store.parting.
    kept: Mapped[dict[str, Any]] = mapped_column(SealedJson("shared_history.kept"), default=dict)


class PersonChange(Base):
    """One merge or split: who, when and why. Append-only."""

    __tablename__ = "person_change"

    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[str] = mapped_column(String(8))  # merge, split
    kept_id: Mapped[int] = mapped_column(ForeignKey("customer.id"), index=True)
    other_id: Mapped[int] = mapped_column(ForeignKey("customer.id"), index=True)
    at: Mapped[datetime]
    by: Mapped[str] = mapped_column(String(64))
    reason: Mapped[str] = mapped_column(SealedText("person_change.reason", 255))
    # Ids of what was moved, closed, opened.
    details: Mapped[dict[str, Any]] = mapped_column(SealedJson("person_change.details"), default=dict)
