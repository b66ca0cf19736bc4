"""Files that were brought in, saved mappings, and answers that are repeated."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from campaigns.store.models.base import Base


class Upload(Base):
    """One file and how far it is. ``state``: uploaded, checked, imported or discarded."""

    __tablename__ = "upload"

    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[str] = mapped_column(String(16))  # campaigns.console.intake.kind.Kind
    file_name: Mapped[str] = mapped_column(String(255))  # as its sender called it
    stored: Mapped[str] = mapped_column(String(64))  # in the folder of uploads; random
    bytes: Mapped[int]
    sha256: Mapped[str] = mapped_column(String(64))
    columns: Mapped[dict[str, Any]] = mapped_column(default=dict)  # base mapping, and header of each field
    state: Mapped[str] = mapped_column(String(16), default="uploaded", index=True)
    checked: Mapped[dict[str, Any]] = mapped_column(default=dict)  # what the check counted
    imported: Mapped[dict[str, Any]] = mapped_column(default=dict)  # what the import counted
    rejected: Mapped[str | None] = mapped_column(String(255))  # the file of rejected rows
    user_id: Mapped[int] = mapped_column(ForeignKey("console_user.id"))
    by: Mapped[str] = mapped_column(String(64))
    created_at: Mapped[datetime]
    finished_at: Mapped[datetime | None]


class ColumnMapping(Base):
    """Which column means what, saved for the next file of its sender."""

    __tablename__ = "column_mapping"
    __table_args__ = (UniqueConstraint("kind", "name"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[str] = mapped_column(String(16))
    name: Mapped[str] = mapped_column(String(64))
    columns: Mapped[dict[str, Any]] = mapped_column(default=dict)
    by: Mapped[str] = mapped_column(String(64))
    at: Mapped[datetime]


class IdempotentRequest(Base):
    """What a program was answered, for when it asks the same again. ``digest``: of the whole request."""

    __tablename__ = "idempotent_request"
    __table_args__ = (UniqueConstraint("user_id", "key"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("console_user.id"))
    key: Mapped[str] = mapped_column(String(64))
    digest: Mapped[str] = mapped_column(String(64))
    status: Mapped[int]
    answer: Mapped[dict[str, Any]] = mapped_column(default=dict)  # holds nothing personal
    at: Mapped[datetime] = mapped_column(index=True)
