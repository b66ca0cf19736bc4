"""How long the installation keeps what no rule pack speaks of: days for each kind, within limits."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from bot.datafile import load_model
from campaigns.compliance.limits import Section
from campaigns.compliance.reasons import Words

SHIPPED = Path(__file__).with_name("housekeeping.yaml")
MOST_DAYS = 3650
"""Of what a rule pack speaks of too. No law names it: PIPL 19 wants an end, and the house chose this one."""

Days = Annotated[int, Field(strict=True, ge=1, le=MOST_DAYS)]
HouseKind = Literal[
    "uploads",
    "leavings",
    "lists",
    "links",
    "events",
    "live",
    "jobs",
    "grades",
    "sessions",
    "sign_ins",
    "audit",
]
"""
uploads   files that were brought in, and the rows of them that were rejected
leavings  exports and reports that lie to be taken
lists     who is on a list that was brought in for a campaign
links     payment links, from their end
events    what the lender's endpoints were told
live      what was said in a call that nobody ended
jobs      what came of work in the background
grades    grades that others have followed, and those of applications that no customer came of
sessions  browsers that were signed in, from their end
sign_ins  failures to sign in
audit     who saw and changed what
"""


class HouseRule(Section):
    """Days to keep one kind, and where the figure comes from."""

    default: Days
    least: Days
    most: Days
    seen: Literal["primary", "memory", "house"]
    basis: Words

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if not self.least <= self.default <= self.most:
            raise ValueError(f"default {self.default} does not lie within {self.least} and {self.most}")
        return self


class HouseRules(Section):
    """A rule for every kind."""

    version: int = Field(ge=1)
    kinds: Mapping[HouseKind, HouseRule]

    @model_validator(mode="after")
    def _complete(self) -> Self:
        if missing := sorted(set(HouseKind.__args__) - set(self.kinds)):  # type: ignore[attr-defined]
            raise ValueError(f"these kinds have no rule: {', '.join(missing)}")
        return self


@cache
def shipped_house_rules() -> HouseRules:
    """The rules that ship, read once."""
    return load_model(SHIPPED, HouseRules)
