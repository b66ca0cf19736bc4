"""Calls in progress as people watch them: written by the worker that holds them, only while somebody does."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from campaigns.store.models.base import Base
from campaigns.store.sealed.types import SealedText


class LiveWatch(Base):
    """Somebody watches an attempt, or, as 0, the board, until a time of the database's own."""

    __tablename__ = "live_watch"

    attempt_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    until: Mapped[datetime]


class LiveBoard(Base):
    """What one worker has in hand. ``calls``: attempt and when it was picked up (None: it rings)."""

    __tablename__ = "live_board"

    worker: Mapped[str] = mapped_column(String(64), primary_key=True)
    at: Mapped[datetime]  # the database's own time
    calls: Mapped[list[Any]] = mapped_column(JSON, default=list)


class LiveLine(Base):
    """One thing said in a call that is watched. Gone when the call is on record."""

    __tablename__ = "live_line"

    attempt_id: Mapped[int] = mapped_column(ForeignKey("attempt.id"), primary_key=True, autoincrement=False)
    seq: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    at: Mapped[datetime]
    speaker: Mapped[str] = mapped_column(String(8))
    text: Mapped[str] = mapped_column(SealedText("live_line.text"))
    intent: Mapped[str | None] = mapped_column(String(64))
