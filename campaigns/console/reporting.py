"""Counting reports: at once where that is quick, else behind the page; the last result is kept over restarts.

What is kept are sums over campaigns and days, of no single person.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Final

from pydantic import TypeAdapter

from campaigns.console.services import Services
from campaigns.errors import ConflictError
from campaigns.outcomes.overview.dimensions import USUAL, Dimension
from campaigns.outcomes.overview.period import ALL_DAYS, Period
from campaigns.outcomes.overview.rates import load_rates
from campaigns.outcomes.overview.summary import Overview
from campaigns.store.overview.report import overview
from campaigns.store.overview.scope import count_dials

RECENT_S: Final = 30.0
QUICK_S: Final = 10.0  # the same of a report that is counted while its reader waits
NOW: Final = timedelta(seconds=2)  # younger figures need no age
_CODEC: Final = TypeAdapter(Overview)


@dataclass(frozen=True, slots=True)
class Question:
    """What a report is asked for. ``paid_days``: payments count so many days from a call."""

    campaigns: tuple[str, ...] = ()
    period: Period = ALL_DAYS
    by: tuple[Dimension, ...] = USUAL
    paid_days: int = 7

    def __post_init__(self) -> None:
        if not 1 <= self.paid_days <= 60:
            raise ConflictError("payments count for 1 to 60 days")

    @property
    def arguments(self) -> dict[str, Any]:
        """As a job keeps it."""
        return {
            "campaigns": list(self.campaigns),
            "from": str(self.period.first or ""),
            "to": str(self.period.last or ""),
            "by": [each.value for each in self.by],
            "paid_days": self.paid_days,
        }

    @property
    def key(self) -> str:
        """The same for the same question."""
        return hashlib.sha256(json.dumps(self.arguments, sort_keys=True).encode()).hexdigest()[:32]


def quick(services: Services, question: Question) -> bool:
    """Whether it is counted while its reader waits."""
    most = services.console.report_dials
    with services.database.reading() as session:
        start, end = question.period.bounds(services.settings.zone)
        return count_dials(session, question.campaigns, start, end, most + 1) <= most


@dataclass(frozen=True, slots=True)
class Latest:
    """A report that is shown. ``report`` None: there is none yet. ``at``: when it was counted; None: now.

    ``counting``: it is counted anew.
    """

    report: Overview | None
    at: datetime | None = None
    counting: bool = False


def latest(services: Services, question: Question) -> Latest:
    """The report, counted now where that is quick; else the last that was counted, while it is counted anew.

    Raises NotFoundError for an unknown campaign, DataFileError for wrong rates.
    """
    if quick(services, question):
        key = ("report", question.key)
        report, counted = services.recent.get(
            key, QUICK_S, lambda: (count(services, question), services.now())
        )
        return Latest(report, None if services.now() - counted < NOW else counted)

    def anew() -> Overview:
        report = count(services, question)
        keep(services, question, report)
        return report

    found = services.behind.get(("report", question.key), RECENT_S, anew)
    if found is not None:
        return Latest(found.value, services.now() - timedelta(seconds=found.age_s))
    path = _file(services, question.key)
    at = datetime.fromtimestamp(path.stat().st_mtime, UTC) if path.is_file() else None
    return Latest(kept(services, question), at, counting=True)


def count(services: Services, question: Question) -> Overview:
    """Raises NotFoundError for an unknown campaign, DataFileError for wrong rates."""
    with services.database.reading() as session:
        return overview(
            session,
            services.settings.zone,
            load_rates(services.settings.rates),
            campaigns=question.campaigns,
            period=question.period,
            by=question.by,
            paid_days=question.paid_days,
        )


def keep(services: Services, question: Question, report: Overview) -> None:
    """Write the result in the place of the last one."""
    path = _file(services, question.key)
    fresh = path.with_suffix(".new")
    fresh.touch(mode=0o600)
    fresh.write_bytes(_CODEC.dump_json(report))
    fresh.replace(path)


def kept(services: Services, question: Question) -> Overview | None:
    """The last result; None where there is none."""
    path = _file(services, question.key)
    if not path.is_file():
        return None
    return _CODEC.validate_python(_revived(json.loads(path.read_bytes())))


def _revived(content: dict[str, Any]) -> dict[str, Any]:
    """JSON has no tuples; keys of cells are such."""
    for name in ("members", "cells"):
        for each in content[name]:
            each["key"] = {
                Dimension(key): tuple(value) if isinstance(value, list) else value
                for key, value in each["key"].items()
            }
    return content


def _file(services: Services, key: str) -> Path:
    folder = services.settings.home / "reports"
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    return folder / f"{key}.json"
