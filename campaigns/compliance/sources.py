"""Where the rules of a pack come from, as data: what each figure rests on, and how far that has been
checked.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Literal

from pydantic import Field

from campaigns.compliance.limits import Section


class Seen(StrEnum):
    """How a source was read. Whatever is not ``primary`` or ``house`` counsel must confirm."""

    PRIMARY = "primary"  # the text itself
    SECONDARY = "secondary"  # a report, a summary or a copy of it
    MEMORY = "memory"  # neither: it must be looked up
    HOUSE = "house"  # our own choice, not a rule of anybody else's


class Source(Section):
    """One text, or the house. ``confirm``: what counsel is asked, in English."""

    title: str = Field(min_length=1)
    clause: str = ""
    seen: Seen
    confirm: str = ""


class Basis(Section):
    """What a rule's ``hard`` and ``default`` rest on: ids of sources."""

    hard: tuple[str, ...] = ()
    default: tuple[str, ...] = Field(min_length=1)
    note: str = ""


Part = Literal["hard", "default"]


def basis_of(rule: str, basis: dict[str, Basis]) -> tuple[str, Basis] | None:
    """The entry that covers ``rule``: its own, or that of the nearest thing above it; None when there is
    none.
    """
    parts = rule.split(".")
    for end in range(len(parts), 0, -1):
        key = ".".join(parts[:end])
        if key in basis:
            return key, basis[key]
    return None
