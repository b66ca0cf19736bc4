"""Walking the chain of decisions: the first thing that does not hold, and what it looks like. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from campaigns.compliance.chain import ZERO, Head, link


class Fault(StrEnum):
    """What was done to the log."""

    ALTERED = "altered"
    DELETED = "deleted"
    INSERTED = "inserted"
    REORDERED = "reordered"
    TRUNCATED = "truncated"  # cut off at the end
    HEAD = "head"  # every link holds, and the head names another last one
    SEAL = "seal"  # all of it holds, and the head is not what this installation sealed
    REWRITTEN = "rewritten"  # not the record that was noted before
    OLDER = "older"  # records from before there was a chain
    DELETIONS = "deletions"  # the record of what was deleted in time
    ATTEMPT = "attempt"  # a dial without a decision


@dataclass(frozen=True, slots=True)
class Broken:
    """The first broken link. ``first`` and ``last``: the ids concerned, of records unless the fault says
    else.
    """

    fault: Fault
    first: int
    last: int


@dataclass(frozen=True, slots=True)
class Link:
    """A record as it stands: all that its link covers, the id first, and the link that was written."""

    content: tuple[Any, ...]
    link: str | None

    @property
    def id(self) -> int:
        record_id: int = self.content[0]
        return record_id

    def follows(self, previous: str, record_id: int) -> bool:
        """Whether it was written as ``record_id`` after ``previous``."""
        return self.link is not None and link(previous, (record_id, *self.content[1:])) == self.link


@dataclass(frozen=True, slots=True)
class Gap:
    """Records that were deleted in time, and the link that the next one follows."""

    first_id: int
    last_id: int
    last_link: str


@dataclass(slots=True)
class Walk:
    """Goes along the chain once, in constant memory, on from where it came to.

    ``records`` were looked at, ``deleted`` went in time.
    """

    start_id: int
    link: str
    records: int = 0
    deleted: int = 0

    @property
    def last_id(self) -> int:
        """The id up to which the chain holds."""
        return self.start_id + self.records + self.deleted

    def along(self, links: Iterable[Link], gaps: Iterator[Gap]) -> Broken | None:
        """Follow ``links`` and ``gaps``, both by id; the first fault, None when all hold."""
        coming = next(gaps, None)
        for here, after in _with_next(links):
            while coming is not None and coming.first_id == self.last_id + 1:
                self._skip(coming)
                coming = next(gaps, None)
            expected = self.last_id + 1
            if here.id > expected:
                return Broken(Fault.DELETED, expected, here.id - 1)
            if here.id < expected:
                return Broken(Fault.INSERTED, here.id, here.id)
            if not here.follows(self.link, expected):
                return _fault(self.link, here, after)
            self.link, self.records = here.link or self.link, self.records + 1
        while coming is not None and coming.first_id == self.last_id + 1:
            self._skip(coming)
            coming = next(gaps, None)
        return None

    def _skip(self, gap: Gap) -> None:
        self.deleted += gap.last_id - gap.first_id + 1
        self.link = gap.last_link


def at_the_end(walk: Walk, head: Head) -> Broken | None:
    """Whether the records end where the head says."""
    if walk.last_id < head.last_id:
        return Broken(Fault.TRUNCATED, walk.last_id + 1, head.last_id)
    if walk.last_id > head.last_id:
        return Broken(Fault.INSERTED, head.last_id + 1, walk.last_id)
    return None if walk.link == head.link else Broken(Fault.HEAD, head.last_id, head.last_id)


def one_link(contents: Iterable[Sequence[Any]]) -> str:
    """The link that covers records without links of their own, as a whole."""
    covered = ZERO
    for content in contents:
        covered = link(covered, content)
    return covered


def _fault(previous: str, here: Link, after: Link | None) -> Broken:
    """What a record that does not follow looks like, by the one after it."""
    if here.link is None:
        return Broken(Fault.INSERTED, here.id, here.id)
    if after is not None and after.link is not None and after.follows(previous, here.id):
        swapped = here.follows(after.link, here.id + 1)
        fault = Fault.REORDERED if swapped else Fault.INSERTED
        return Broken(fault, here.id, after.id if swapped else here.id)
    return Broken(Fault.ALTERED, here.id, here.id)


def _with_next(links: Iterable[Link]) -> Iterator[tuple[Link, Link | None]]:
    iterator = iter(links)
    here = next(iterator, None)
    while here is not None:
        after = next(iterator, None)
        yield here, after
        here = after
