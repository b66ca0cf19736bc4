"""How long kinds of records are kept, where somebody set it otherwise than it ships."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import CheckConstraint, String
from sqlalchemy.orm import Mapped, mapped_column

from campaigns.store.models.base import Base


class RetentionPeriod(Base):
    """Days for one kind. The latest word alone: the audit log has them all."""

    __tablename__ = "retention_period"
    __table_args__ = (CheckConstraint("days > 0", name="days"),)

    kind: Mapped[str] = mapped_column(String(16), primary_key=True)
    days: Mapped[int]
    by: Mapped[str] = mapped_column(String(64))
    at: Mapped[datetime]
    reason: Mapped[str] = mapped_column(String(255))
