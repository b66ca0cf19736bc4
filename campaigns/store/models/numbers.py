"""What was told of the state of numbers, one row a telling."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from campaigns.store.models.base import Base
from campaigns.store.sealed.types import SealedWord


class NumberReport(Base):
    """What a source told of one number as of a time, and whether it was taken for the number's state.

    Kept by number, not by customer: what was learnt of it survives a change of owner. Append-only.
    """

    __tablename__ = "number_report"
    __table_args__ = (Index("ix_number_report_e164_at", "e164", "at"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    e164: Mapped[str] = mapped_column(SealedWord("number", 16))
    status: Mapped[str] = mapped_column(String(24))
    source: Mapped[str] = mapped_column(String(24))
    at: Mapped[datetime]  # when it was so
    recorded_at: Mapped[datetime]
    taken: Mapped[bool]  # False: something newer or more trusted was known
    campaign_id: Mapped[int | None] = mapped_column(ForeignKey("campaign.id"))  # whose call taught it
