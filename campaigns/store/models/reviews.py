"""What people found when they read or heard a call: how good it was, and what the bot misunderstood."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from campaigns.store.models.base import Base
from campaigns.store.sealed.types import SealedText


class QualityScore(Base):
    """How good a call was, by a scorecard. One a call: the last judgement counts, the audit log has them all.

    ``points``: criterion → points; ``score``: 0 to 100. ``note`` may name the customer: it is deleted with
    the transcript.
    """

    __tablename__ = "quality_score"
    __table_args__ = (Index("ix_quality_score_score", "score", "call_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    call_id: Mapped[int] = mapped_column(ForeignKey("call.id"), unique=True)
    scorecard: Mapped[str] = mapped_column(String(64))  # its name and version
    points: Mapped[dict[str, Any]] = mapped_column(default=dict)
    score: Mapped[int]
    failed: Mapped[bool] = mapped_column(default=False)  # a criterion that must be met was not
    note: Mapped[str | None] = mapped_column(SealedText("quality_score.note"))
    by: Mapped[str] = mapped_column(String(64))
    at: Mapped[datetime]


class Misunderstanding(Base):
    """An utterance that a person says was misunderstood. ``intent``: what it meant; None: not said yet.

    Holds nothing of what was said: the turn has that, as long as it is kept.
    """

    __tablename__ = "misunderstanding"
    __table_args__ = (UniqueConstraint("call_id", "seq"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    call_id: Mapped[int] = mapped_column(ForeignKey("call.id"))
    seq: Mapped[int]  # of the turn
    intent: Mapped[str | None] = mapped_column(String(64))
    by: Mapped[str] = mapped_column(String(64))
    at: Mapped[datetime]


class ScorecardRecord(Base):
    """A scorecard that calls were judged by, as it was: a judgement names it by ``label``."""

    __tablename__ = "scorecard"

    label: Mapped[str] = mapped_column(String(64), primary_key=True)  # its name and version
    content: Mapped[dict[str, Any]]
    first_at: Mapped[datetime]
