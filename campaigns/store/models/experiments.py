"""Experiments: which customers hear which script, and who is left uncalled to compare with."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from campaigns.store.models.base import Base


class Experiment(Base):
    """One design, shared by all campaigns that name it: a customer keeps the arm over all of them."""

    __tablename__ = "experiment"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(64), unique=True)  # also the salt of the assignment
    created_at: Mapped[datetime]


class ExperimentArm(Base):
    """One arm, in the order of the design; the first is what the others are compared with.

    ``kind``: script (called by the bot with ``flow``), control (left alone) or human (called by people only).
    ``share``: of 10,000 customers.
    """

    __tablename__ = "experiment_arm"
    __table_args__ = (UniqueConstraint("experiment_id", "name"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    experiment_id: Mapped[int] = mapped_column(ForeignKey("experiment.id"))
    position: Mapped[int]
    name: Mapped[str] = mapped_column(String(32))
    kind: Mapped[str] = mapped_column(String(8))
    flow: Mapped[str | None] = mapped_column(String(64))
    share: Mapped[int]
