"""Tags of customers, and the treatments planned for them."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import ForeignKey, Index, String, text
from sqlalchemy.orm import Mapped, mapped_column

from campaigns.store.models.base import Base

HELD = text("until IS NULL")


class CustomerTag(Base):
    """A tag that a customer has or had. ``until``: when it was taken off; None while it holds."""

    __tablename__ = "customer_tag"
    __table_args__ = (
        Index(
            "uq_customer_tag_held",
            "tag",
            "customer_id",
            unique=True,
            sqlite_where=HELD,
            postgresql_where=HELD,
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    customer_id: Mapped[int] = mapped_column(ForeignKey("customer.id"), index=True)
    tag: Mapped[str] = mapped_column(String(48))
    source: Mapped[str] = mapped_column(String(64))  # label of the rules that gave it
    since: Mapped[datetime]
    until: Mapped[datetime | None]


class CustomerTreatment(Base):
    """What a customer gets, as of the last planning."""

    __tablename__ = "customer_treatment"

    customer_id: Mapped[int] = mapped_column(ForeignKey("customer.id"), primary_key=True, autoincrement=False)
    treatment: Mapped[str] = mapped_column(String(48), index=True)
    source: Mapped[str] = mapped_column(String(64))  # label of the treatment file
    since: Mapped[datetime]  # when this treatment began
    next_contact_on: Mapped[date | None]  # None: no contact is meant
    check_number: Mapped[bool]  # before the call
    reasons: Mapped[list[str]] = mapped_column(default=list)
