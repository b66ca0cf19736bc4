"""The workers: who is alive, by the database's own clock."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from campaigns.store.models.base import Base


class WorkerRecord(Base):
    """One run of a worker. ``state``: alive, left (by itself, in order) or dead (a peer took over).

    All times are the database's own: clocks of workers are not compared with each other.
    """

    __tablename__ = "worker"

    id: Mapped[str] = mapped_column(String(64), primary_key=True)  # the executor id of its durable turns
    host: Mapped[str] = mapped_column(String(64))
    place: Mapped[str] = mapped_column(String(64))  # within one place a process id means one process
    pid: Mapped[int]
    state: Mapped[str] = mapped_column(String(8), default="alive", index=True)
    campaign_id: Mapped[int | None] = mapped_column(ForeignKey("campaign.id"))  # serves it alone; None: all
    live: Mapped[int] = mapped_column(default=0)  # turns in hand at its last beat
    started_at: Mapped[datetime]
    beat_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]
    ended_by: Mapped[str | None] = mapped_column(String(64))  # itself, or the peer that took over
