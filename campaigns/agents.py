"""The people who take calls over, and when they are there: a part of the settings."""

from __future__ import annotations

from datetime import datetime, time
from typing import Annotated

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from telephony.numbers import is_e164


def _a_number(text: str) -> str:
    if not is_e164(text):
        raise ValueError("a number is written as E.164, such as +8613812345678")
    return text


class AgentSettings(BaseModel):
    """The people who take calls over: their numbers in the order in which they are asked, and their hours.

    ``days``: 1 is Monday. Hours are those of the installation's time zone.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    numbers: tuple[Annotated[str, AfterValidator(_a_number)], ...] = Field(min_length=1, repr=False)
    opens: time = time(9)
    closes: time = time(18)
    days: frozenset[Annotated[int, Field(ge=1, le=7)]] = frozenset({1, 2, 3, 4, 5})
    ring_s: float = Field(default=25.0, ge=5, le=120)

    def at_work(self, local: datetime) -> bool:
        """Whether somebody is there."""
        return local.isoweekday() in self.days and self.opens <= local.time() < self.closes
