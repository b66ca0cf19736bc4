"""With which key the personal columns are sealed, and how far the sealing has come."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, CheckConstraint, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from campaigns.store.models.base import Base


class Sealing(Base):
    """The one row of a database that is sealed, or is being sealed or unsealed. ``state``: sealed, sealing or
    unsealing.

    ``check_value`` opens with no key but that of ``key_id``. ``place``: the table, and the key of the row
    that was last brought over; None: nothing yet.
    """

    __tablename__ = "sealing"
    __table_args__ = (CheckConstraint("id = 1", name="one_row"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    state: Mapped[str] = mapped_column(String(16))
    key_id: Mapped[str] = mapped_column(String(16))
    check_value: Mapped[str] = mapped_column(Text)
    place: Mapped[list[Any] | None] = mapped_column(JSON(none_as_null=True))
    started_at: Mapped[datetime]
    finished_at: Mapped[datetime | None]
