"""The book of relief: what was granted, what lapsed, and what was taken back of either."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from campaigns.store.models.base import Base


class ReliefEntry(Base):
    """One line of the book. Append-only: an entry that was wrong is reversed by a later one.

    ``kind``: booked (``amount`` is waived), lapsed, or reversed (the negative of what ``reverses_id``
    booked). ``seq`` counts the entries of one offer, so that two checks cannot both write the next one.
    """

    __tablename__ = "relief_entry"
    __table_args__ = (
        UniqueConstraint("offer_id", "seq"),
        CheckConstraint(
            "kind = 'booked' AND amount > 0 AND reverses_id IS NULL "
            "OR kind = 'lapsed' AND amount = 0 AND reverses_id IS NULL "
            "OR kind = 'reversed' AND amount <= 0 AND reverses_id IS NOT NULL",
            name="kind",
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    offer_id: Mapped[int] = mapped_column(ForeignKey("relief_offer.id"))
    seq: Mapped[int]
    promise_id: Mapped[int] = mapped_column(ForeignKey("promise.id"), index=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"), index=True)
    kind: Mapped[str] = mapped_column(String(16))
    amount: Mapped[int] = mapped_column(BigInteger)
    currency: Mapped[str] = mapped_column(String(3))
    on: Mapped[date]  # the lender's calendar day that it is booked to
    approved_by: Mapped[str] = mapped_column(String(64))
    reason: Mapped[str] = mapped_column(String(32))  # campaigns.outcomes.relief.ReliefReason
    reverses_id: Mapped[int | None] = mapped_column(ForeignKey("relief_entry.id"), unique=True)
    recorded_at: Mapped[datetime]
