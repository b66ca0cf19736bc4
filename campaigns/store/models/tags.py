"""Tags of customers."""

from __future__ import annotations

from datetime import datetime

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
