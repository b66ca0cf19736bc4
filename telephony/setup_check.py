"""The port of a line's check of its own set-up: what works, what does not, and what to do."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was looked at. ``ok`` False: no call can be held until what ``says`` tells is done."""

    what: str
    ok: bool
    says: str


class SetupCheck(Protocol):
    """Looks at a line without calling anybody."""

    async def examine(self) -> Sequence[Finding]:
        """Everything that can be found out now; a fault ends what depends on it, and is a finding."""
        ...
