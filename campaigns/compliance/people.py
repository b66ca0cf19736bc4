"""Who may be called, by whom, and when a person may turn to somebody else than the debtor."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Annotated, Literal

from pydantic import Field

from campaigns.compliance.limits import Count, Section
from telephony.status import NumberStatus


class Who(StrEnum):
    """Who may call a kind of contact, from the freest to the strictest."""

    BOT = "bot"
    HUMAN_ONLY = "human_only"
    NEVER = "never"


class Ground(StrEnum):
    """Why the debtor cannot be reached."""

    NUMBERS_INVALID = "numbers_invalid"  # none of the debtor's own numbers is in use
    FAILURES_IN_A_ROW = "failures_in_a_row"
    DECEASED = "deceased"
    INCAPABLE = "incapable"


class ThirdParties(Section):
    """When a person, never the bot, may turn to a contact who is not the debtor, and what is said there."""

    grounds: tuple[Ground, ...] = Field(min_length=1)  # one is enough
    failures_in_a_row: Annotated[int, Field(strict=True, ge=1)]
    may_say: Literal["ask_to_call_back"]  # nothing of the debt
    after_refusal: Literal["never"]


@dataclass(frozen=True, slots=True)
class Reachability:
    """What is known of reaching the debtor. ``failures``: the latest attempts in a row that found nobody."""

    own_numbers: Sequence[NumberStatus]
    failures: Count
    flags: frozenset[str] = frozenset()  # facts on file that are set, such as ``deceased``


_DEAD = frozenset({NumberStatus.EMPTY, NumberStatus.NOT_IN_SERVICE, NumberStatus.RECYCLED})


def grounds(rule: ThirdParties, known: Reachability) -> tuple[Ground, ...]:
    """The grounds of the pack that are given; none: nobody but the debtor is contacted, by anybody."""
    given = {
        Ground.NUMBERS_INVALID: all(status in _DEAD for status in known.own_numbers),
        Ground.FAILURES_IN_A_ROW: known.failures >= rule.failures_in_a_row,
        Ground.DECEASED: "deceased" in known.flags,
        Ground.INCAPABLE: "incapable" in known.flags,
    }
    return tuple(ground for ground in rule.grounds if given[ground])


def failures_in_a_row(reached: Iterable[bool]) -> int:
    """How many attempts, newest first, reached nobody before one did."""
    count = 0
    for someone in reached:
        if someone:
            break
        count += 1
    return count
