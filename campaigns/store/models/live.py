"""Calls in progress as people watch them, and what they want of them.

What a call is at is written by the worker that holds it, and only while somebody watches. A call is named
by a key: see ``campaigns.store.live_key``.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, String
from sqlalchemy.orm import Mapped, mapped_column

from campaigns.store.models.base import Base
from campaigns.store.sealed.types import SealedText, SealedWord


class LiveWatch(Base):
    """Somebody watches a call, or the board, until a time of the database's own."""

    __tablename__ = "live_watch"

    call: Mapped[str] = mapped_column(String(24), primary_key=True)
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

    call: Mapped[str] = mapped_column(String(24), primary_key=True)
    seq: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    at: Mapped[datetime]
    speaker: Mapped[str] = mapped_column(String(8))
    text: Mapped[str] = mapped_column(SealedText("live_line.text"))
    intent: Mapped[str | None] = mapped_column(String(64))


class LiveIncoming(Base):
    """A call to us that was watched while it went on; kept for a while when it is over."""

    __tablename__ = "live_incoming"

    id: Mapped[int] = mapped_column(primary_key=True)
    teller: Mapped[str] = mapped_column(String(64))  # the run of a worker or a reception that holds it
    line: Mapped[str] = mapped_column(String(32))
    line_call_id: Mapped[str] = mapped_column(String(64), unique=True)
    customer_id: Mapped[int | None]  # no foreign keys: what is gone in an hour holds nobody back
    e164: Mapped[str | None] = mapped_column(SealedWord("number", 16))  # None: withheld
    began_at: Mapped[datetime]
    answered_at: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]
    call_id: Mapped[int | None]  # once it is on record
    told_at: Mapped[datetime]  # the database's own time: who holds it was there


class LiveOrder(Base):
    """What a person wants of a call in progress. ``kind``: hand_over or end; ``state``: see ``live_orders``.

    ``pending`` is the call's key while nothing else may be wanted of it: one order at a time.
    """

    __tablename__ = "live_order"

    id: Mapped[int] = mapped_column(primary_key=True)
    call: Mapped[str] = mapped_column(String(24), index=True)
    pending: Mapped[str | None] = mapped_column(String(24), unique=True)
    kind: Mapped[str] = mapped_column(String(16))
    state: Mapped[str] = mapped_column(String(16), index=True)
    detail: Mapped[str | None] = mapped_column(String(32))  # a code: why it is refused
    by: Mapped[str] = mapped_column(String(64))
    why: Mapped[str] = mapped_column(SealedText("live_order.why", 255))
    asked_at: Mapped[datetime]  # the database's own time, as the next
    changed_at: Mapped[datetime]
