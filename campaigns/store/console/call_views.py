"""Calls as they are asked for and listed."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final

from campaigns.private import Private

UNSURE: Final = 0.5  # an intent of less confidence than this is doubtful
ANY_WORD: Final = "any"
NO_PROMISE: Final = "none"


class Quality(StrEnum):
    """How a call was judged. Bounds are points of 100."""

    UNSCORED = "unscored"
    POOR = "poor"  # below 60
    FAIR = "fair"  # 60 to 79
    GOOD = "good"  # from 80 on
    FAILED = "failed"  # whatever its points: something that must be was not
    MARKED = "marked"  # an utterance is marked as misunderstood


@dataclass(frozen=True, slots=True)
class Wanted:
    """A search among calls. Empty fields ask nothing; ``until`` is the first moment after the period.

    ``grade``: the customer's present one; ``talk_s``: of the talk, at least. ``right_party``: None: either.
    ``key``: the customer's, whole. ``version``: of the script.
    """

    since: datetime | None = None
    until: datetime | None = None
    campaign: str = ""
    key: str = ""
    disposition: str = ""
    direction: str = ""
    line: str = ""
    intent: str = ""
    right_party: bool | None = None
    promise: str = ""
    unsure: bool = False
    stop_word: str = ""
    version: str = ""
    quality: Quality | None = None
    recorded: bool = False
    grade: str = ""
    talk_s: int | None = None


@dataclass(frozen=True, slots=True)
class Place:
    """Where a page ended."""

    at: datetime
    id: int


@dataclass(frozen=True, slots=True)
class CallLine:
    """A call in a list. ``least``: the least confidence in it; ``score``: its quality, 0 to 100."""

    id: int
    started_at: datetime
    direction: str
    customer_id: int | None
    key: str | None
    name: Private | None
    campaign: str | None
    line: str
    flow: str
    flow_version: str
    disposition: str
    right_party: bool
    talk_s: int | None
    promise: str | None
    least: float | None
    stop_words: tuple[str, ...]
    recorded: bool
    score: int | None
    failed: bool
    marks: int


@dataclass(frozen=True, slots=True)
class CallPage:
    """``next``: where the next page begins; None when this is the last."""

    lines: list[CallLine]
    next: Place | None


@dataclass(frozen=True, slots=True)
class Choices:
    """What can be chosen from: of the latest calls, so that offering it costs nothing."""

    campaigns: list[str]
    lines: list[str]
    versions: list[tuple[str, str]]  # flow and version


@dataclass(frozen=True, slots=True)
class Found:
    """How many calls fit. ``more``: at least so many; further calls were not looked at."""

    calls: int
    more: bool = False
