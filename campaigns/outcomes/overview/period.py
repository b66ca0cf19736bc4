"""The days that a report is over."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, tzinfo

from campaigns.errors import ConflictError


@dataclass(frozen=True, slots=True)
class Period:
    """Whole local days, both ends included; None leaves an end open. Raises ConflictError."""

    first: date | None = None
    last: date | None = None

    def __post_init__(self) -> None:
        if self.first is not None and self.last is not None and self.last < self.first:
            raise ConflictError(
                "the last day, %(last)s, is before the first, %(first)s", last=self.last, first=self.first
            )

    def bounds(self, zone: tzinfo) -> tuple[datetime | None, datetime | None]:
        """From the first moment, included, to the moment after the last day, in UTC; None: no bound."""
        start = None if self.first is None else _midnight(self.first, zone)
        end = None if self.last is None else _midnight(self.last + timedelta(days=1), zone)
        return start, end


ALL_DAYS = Period()


def _midnight(day: date, zone: tzinfo) -> datetime:
    # Some zones change their clocks at midnight; the offset in force then is the one that counts.
    return datetime.combine(day, time.min, zone).astimezone(UTC)
