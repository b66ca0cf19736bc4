"""Versions of the scripts: what may be said to customers, and who agreed to it."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import LargeBinary, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from campaigns.store.models.base import Base


class ScriptVersion(Base):
    """All files of a language at one time. In force is the one that was published last.

    ``flows``: the name of each flow → its own version, as calls name it.
    """

    __tablename__ = "script_version"
    __table_args__ = (UniqueConstraint("language", "digest"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    language: Mapped[str] = mapped_column(String(16))
    digest: Mapped[str] = mapped_column(String(64))
    flows: Mapped[dict[str, Any]]
    content: Mapped[bytes] = mapped_column(LargeBinary, deferred=True)
    note: Mapped[str] = mapped_column(String(255), default="")
    made_by: Mapped[str] = mapped_column(String(64))  # empty: adopted when the installation first called
    made_at: Mapped[datetime]
    published_by: Mapped[str | None] = mapped_column(String(64))
    published_at: Mapped[datetime | None]
