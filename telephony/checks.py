"""The port of a number check: a service that knows the state of numbers without dialling them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Protocol

from telephony.status import NumberStatus


class NumberChecker(Protocol):
    """Asked in batches. What it says may be stale or wrong: the line knows better."""

    @property
    def source(self) -> str:
        """What is written beside a status it told; at most 24 characters."""
        ...

    async def check(self, numbers: Sequence[str]) -> Mapping[str, NumberStatus]:
        """The state of each number in E.164; one that it does not know is left out."""
        ...
