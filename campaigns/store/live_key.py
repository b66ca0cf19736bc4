"""How a call in progress is named, by whoever watches it, wants something of it or holds it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

BOARD: Final = "board"
"""Watched like a call: who rings and who talks."""

_IN: Final = "in-"
_LARGEST: Final = 2**31 - 1


@dataclass(frozen=True, slots=True)
class LiveKey:
    """An attempt of ours by its id, or a call to us by that of its row in ``live_incoming``.

    Written 12 or in-12, in the store and in addresses.
    """

    id: int
    incoming: bool = False

    def __str__(self) -> str:
        return f"{_IN}{self.id}" if self.incoming else str(self.id)


def live_key(text: str) -> LiveKey | None:
    """The key that is written so; None: there can be no such call."""
    incoming = text.startswith(_IN)
    digits = text.removeprefix(_IN)
    if not (digits.isascii() and digits.isdigit() and len(digits) <= 10) or int(digits) > _LARGEST:
        return None
    return LiveKey(int(digits), incoming)
