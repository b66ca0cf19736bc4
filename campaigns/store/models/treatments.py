"""What treatments had done for customers."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from campaigns.store.models.base import Base


class TreatmentAction(Base):
    """One action of a treatment for one customer on one day: at most one a day, however often it is run.

    ``details``: of a limit or a further product, what is proposed. ``state``: done, or open for people or
    the lender's system to take up.
    """

    __tablename__ = "treatment_action"
    __table_args__ = (
        UniqueConstraint("customer_id", "action", "on"),
        Index("ix_treatment_action_open", "action", "state"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    customer_id: Mapped[int] = mapped_column(ForeignKey("customer.id"))
    treatment: Mapped[str] = mapped_column(String(48))
    action: Mapped[str] = mapped_column(String(24))
    on: Mapped[date]
    state: Mapped[str] = mapped_column(String(16), default="done")
    details: Mapped[dict[str, Any]] = mapped_column(default=dict)
    at: Mapped[datetime]
