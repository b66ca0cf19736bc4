"""Puts the messages of a stream in order by their numbers, and drops those that come twice or too late."""

from __future__ import annotations

from typing import Final, Generic, TypeVar

Item = TypeVar("Item")

WINDOW: Final = 3
"""Messages that may wait for one before them: 60 ms. A socket keeps order; relays in between may not."""

FAR_AHEAD: Final = 500
"""A number so far ahead, ten seconds, is taken for an error: believing it would make all that follow late."""

STRAYS: Final = 50
"""So many messages in a row out of place, a second, and the numbering is taken to have begun anew."""


class Ordering(Generic[Item]):
    """Takes messages as they come and gives those that are due, in order."""

    def __init__(self, first: int) -> None:
        self._next = first
        self._held: dict[int, Item] = {}
        self._strays = 0  # in a row
        self.dropped = 0

    def take(self, number: int, item: Item) -> list[Item]:
        """What ``item``, numbered ``number``, makes due."""
        due: list[Item] = []
        if not self._next <= number < self._next + FAR_AHEAD or number in self._held:
            self._strays += 1
            if self._strays < STRAYS:
                self.dropped += 1
                return []
            due = self.finish()
            self._next = number
        self._strays = 0
        self._held[number] = item
        return due + self._release(WINDOW)

    def finish(self) -> list[Item]:
        """What still waits for messages before it that will not come."""
        return self._release(0)

    def _release(self, may_wait: int) -> list[Item]:
        due: list[Item] = []
        while self._next in self._held or len(self._held) > may_wait:
            if self._next not in self._held:
                self._next = min(self._held)
            due.append(self._held.pop(self._next))
            self._next += 1
        return due
