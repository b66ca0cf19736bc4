"""What moves between two gradings of the same customers: a matrix of letters, and who moves and why."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from campaigns.grading.result import GradeResult
from campaigns.grading.rules import GRADES

UNGRADED = "-"  # the letter of who had no grade before


@dataclass(frozen=True, slots=True)
class Move:
    """A customer whose letter differs. ``gone`` and ``new``: reasons that only one of the gradings gives.

    Both empty: the points are the same and the cut-offs moved.
    """

    customer_id: int
    before: str  # a letter, or UNGRADED
    after: str
    points_before: int | None
    points_after: int
    gone: tuple[str, ...]
    new: tuple[str, ...]

    @property
    def steps(self) -> int:
        """How many letters worse; negative: better; 0 for who had none."""
        if self.before == UNGRADED:
            return 0
        return GRADES.index(self.after) - GRADES.index(self.before)


@dataclass(slots=True)
class Matrix:
    """Customers by old letter and new letter."""

    counts: Counter[tuple[str, str]] = field(default_factory=Counter)

    @property
    def total(self) -> int:
        return self.counts.total()

    @property
    def moved(self) -> int:
        return sum(count for (before, after), count in self.counts.items() if before != after)

    @property
    def befores(self) -> tuple[str, ...]:
        """The old letters to show: A to D, and UNGRADED when somebody had none."""
        ungraded = any(before == UNGRADED for before, _ in self.counts)
        return (*GRADES, UNGRADED) if ungraded else GRADES


def moves(before: Mapping[int, GradeResult], after: Iterable[GradeResult], matrix: Matrix) -> Iterator[Move]:
    """The customers whose letter moves, in the order of ``after``; everybody is counted into ``matrix``."""
    for result in after:
        old = before.get(result.customer_id)
        letter = UNGRADED if old is None else old.letter
        matrix.counts[letter, result.letter] += 1
        if letter != result.letter:
            yield Move(
                result.customer_id,
                letter,
                result.letter,
                None if old is None else old.points,
                result.points,
                _without(() if old is None else old.reasons, result.reasons),
                _without(result.reasons, () if old is None else old.reasons),
            )


def by_weight(move: Move) -> tuple[int, int, int]:
    """A key that puts the largest moves first: by letters, then by points, then by customer."""
    points = 0 if move.points_before is None else abs(move.points_after - move.points_before)
    return -abs(move.steps), -points, move.customer_id


def _without(these: tuple[str, ...], those: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(reason for reason in these if reason not in those)
