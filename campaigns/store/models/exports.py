"""What left the store as a file, on record."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import String
from sqlalchemy.orm import Mapped, mapped_column

from campaigns.store.models.base import Base
from campaigns.store.sealed.types import SealedJson, SealedText


class ExportRecord(Base):
    """One export. Written before the first row leaves; closed once with how many left. Never deleted.

    ``closed_at`` None: it was cut short, and any number of rows may have left.
    """

    __tablename__ = "export_record"

    id: Mapped[int] = mapped_column(primary_key=True)
    begun_at: Mapped[datetime]
    actor: Mapped[str] = mapped_column(String(64))
    dataset: Mapped[str] = mapped_column(String(32))
    format: Mapped[str] = mapped_column(String(8))
    personal: Mapped[bool]  # names, numbers and messages in full
    reason: Mapped[str | None] = mapped_column(SealedText("export_record.reason", 255))
    filters: Mapped[dict[str, Any]] = mapped_column(SealedJson("export_record.filters"), default=dict)
    file_name: Mapped[str] = mapped_column(String(255))
    rows: Mapped[int | None]
    closed_at: Mapped[datetime | None]
