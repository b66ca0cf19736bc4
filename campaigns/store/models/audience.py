"""Lists of customers that somebody chose by key: whom a campaign is over, where no filter says it."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from campaigns.store.models.base import Base


class AudienceList(Base):
    """A file of keys as it was read. ``keys`` it held, of which ``found`` customers are known here."""

    __tablename__ = "audience_list"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(128))  # of the file
    keys: Mapped[int]
    found: Mapped[int]
    created_by: Mapped[str] = mapped_column(String(64))
    created_at: Mapped[datetime]


class AudienceListEntry(Base):
    """A customer on a list."""

    __tablename__ = "audience_list_entry"

    list_id: Mapped[int] = mapped_column(ForeignKey("audience_list.id"), primary_key=True)
    customer_id: Mapped[int] = mapped_column(ForeignKey("customer.id"), primary_key=True)
