"""Grades by the life-cycle rule sets before and during a loan, of whatever a file is about."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, String, text
from sqlalchemy.orm import Mapped, mapped_column

from campaigns.store.models.base import Base
from campaigns.store.sealed.types import SealedJson

CURRENT = text("is_current")


class LifeCycleGrade(Base):
    """What the rules of one stage say of an application or an account. History is kept; one row is current.

    ``key`` is the file's own: of an application or of a customer, who may not be on record here.
    """

    __tablename__ = "life_cycle_grade"
    __table_args__ = (
        Index(
            "uq_life_cycle_grade_current",
            "stage",
            "key",
            unique=True,
            sqlite_where=CURRENT,
            postgresql_where=CURRENT,
        ),
        Index("ix_life_cycle_grade_key", "stage", "key"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    stage: Mapped[str] = mapped_column(String(8))  # before, during
    key: Mapped[str] = mapped_column(String(64))
    customer_id: Mapped[int | None] = mapped_column(ForeignKey("customer.id"), index=True)
    letter: Mapped[str] = mapped_column(String(1))
    points: Mapped[int]
    outcome: Mapped[str] = mapped_column(String(16))  # campaigns.grading.outcomes.Outcome
    reasons: Mapped[list[str]] = mapped_column(default=list)
    # As the rules read them.
    facts: Mapped[dict[str, Any]] = mapped_column(SealedJson("life_cycle_grade.facts"), default=dict)
    rules_version: Mapped[str] = mapped_column(String(64))
    graded_at: Mapped[datetime]
    is_current: Mapped[bool] = mapped_column(default=True)
