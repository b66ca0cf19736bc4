"""Types that several endpoints share."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Annotated, Final

from pydantic import AfterValidator, AwareDatetime, Field, StringConstraints

from campaigns.console.api.endpoint import Given, Told
from campaigns.console.visit import Visit
from campaigns.private import Private

_FIRST, _LAST = date(2000, 1, 1), date(2100, 1, 1)

Plain = Annotated[str, StringConstraints(pattern=r"^[^\x00-\x1f\x7f]*$")]
Short = Annotated[str, StringConstraints(pattern=r"^[^\x00-\x1f\x7f]+$", min_length=1, max_length=64)]
Name = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]*$", min_length=1, max_length=64)]
Why = Annotated[
    str, StringConstraints(pattern=r"^[^\x00-\x1f\x7f]*[^\s\x00-\x1f\x7f][^\x00-\x1f\x7f]*$", max_length=255)
]


def _near(value: datetime) -> datetime:
    """A moment that every part can reckon with: nothing of ours is older or later."""
    if value.year < _FIRST.year:
        return datetime(_FIRST.year, 1, 1, tzinfo=UTC)
    return datetime(_LAST.year, 1, 1, tzinfo=UTC) if value.year >= _LAST.year else value.astimezone(UTC)


Moment = Annotated[AwareDatetime, AfterValidator(_near)]
Day = Annotated[date, AfterValidator(lambda value: min(max(value, _FIRST), _LAST))]
Limit = Annotated[int, Field(ge=1, le=500)]
LARGEST: Final = 2**31 - 1
IN_LOGS: Final = (
    "What is asked for stands in the address here, which proxies log: `POST %s` takes it as a body."
)
"""What an operation says that takes a personal word in its query."""


class Paged(Given):
    """A page of a list. ``cursor``: the ``next`` of the page before."""

    cursor: Annotated[str, StringConstraints(pattern=r"^[0-9]{1,9}$")] | None = None
    limit: Limit = 100

    @property
    def place(self) -> int | None:
        return None if self.cursor is None else int(self.cursor)


class JobOut(Told):
    """Work that outlasts the request."""

    id: int
    kind: str
    state: str
    done: int
    total: int
    error: str | None


def told(visit: Visit, value: Private | None) -> str | None:
    """A personal value for those who may see it, else its mask; who saw whom goes on record."""
    if value is None:
        return None
    return value.value if visit.reveals(value) else value.masked
