"""What is known of a line over all workers, the starts that were booked, and changes to campaigns."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from campaigns.store.models.base import Base
from campaigns.store.sealed.types import SealedText


class LineState(Base):
    """A line: its breaker (campaigns.dialing.breaker), its rate, and the starts booked on it."""

    __tablename__ = "line_state"

    line: Mapped[str] = mapped_column(String(32), primary_key=True)
    circuit: Mapped[str] = mapped_column(String(16), default="closed")
    since: Mapped[datetime | None]
    until: Mapped[datetime | None]
    trips: Mapped[int] = mapped_column(default=0)
    rate: Mapped[float | None]  # calls a second; None: the ceiling of the settings
    slowed_at: Mapped[datetime | None]  # a fault of a dial from before it does not slow the line again
    starts: Mapped[list[int]] = mapped_column(default=list)  # ticks, campaigns.dialing.pacing
    campaigns: Mapped[list[int]] = mapped_column(default=list)  # whose each start is
    taken: Mapped[int] = mapped_column(default=0)  # slots so far
    fault_at: Mapped[datetime | None]
    # What the line said of the latest one: it may name a number.
    fault: Mapped[str | None] = mapped_column(SealedText("line_state.fault", 255))


class Pace(Base):
    """The starts booked of a caller number (``caller/NUMBER``) or a campaign (``campaign/ID``)."""

    __tablename__ = "pace"

    name: Mapped[str] = mapped_column(String(64), primary_key=True)
    starts: Mapped[list[int]] = mapped_column(default=list)
    taken: Mapped[int] = mapped_column(default=0)


class CampaignChange(Base):
    """What somebody changed of a campaign: settings before and after, a pause, a resume, a stop."""

    __tablename__ = "campaign_change"

    id: Mapped[int] = mapped_column(primary_key=True)
    campaign_id: Mapped[int] = mapped_column(ForeignKey("campaign.id"), index=True)
    at: Mapped[datetime]
    by: Mapped[str] = mapped_column(String(64))
    what: Mapped[str] = mapped_column(String(16))  # edit, pause, resume, stop
    before: Mapped[dict[str, Any]] = mapped_column(default=dict)
    after: Mapped[dict[str, Any]] = mapped_column(default=dict)


class HourAnswers(Base):
    """Dials and answers of the whole portfolio in one hour of one kind of day, older ones weighing less."""

    __tablename__ = "hour_answers"

    day: Mapped[str] = mapped_column(String(8), primary_key=True)  # campaigns.outcomes.hours.DayKind
    hour: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)  # 0 to 23, local
    dials: Mapped[float] = mapped_column(default=0.0)
    answers: Mapped[float] = mapped_column(default=0.0)
    as_of: Mapped[datetime]
