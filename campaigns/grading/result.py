"""What grading says of one customer, and why."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final, Self

from campaigns.grading.rules import Grade, StrongRule, WeakRule

_REASON: Final = re.compile(r"([a-z][a-z0-9_]*)(?:(>?=)([ABCD])|([+-]\d+))")


@dataclass(frozen=True, slots=True)
class GradeResult:
    """The letter, A (least risk) to D; the risk points; the rules that contributed, in the file's order."""

    customer_id: int
    letter: Grade
    points: int
    reasons: tuple[str, ...]  # texts of ``Reason``


@dataclass(frozen=True, slots=True)
class Reason:
    """One rule's part in a grade, as text: ``arrears_90_days=D``, ``late_again>=C``, ``over_limit+3``."""

    rule: str
    grade: str | None = None  # of a strong rule
    floor: bool = False  # the strong rule only says "not better than"
    points: int = 0  # of a weak rule or a bin

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read what ``str`` gives. Raises ValueError."""
        match = _REASON.fullmatch(text)
        if match is None:
            raise ValueError(f"{text!r} is not a reason of a grade")
        rule, relation, grade, points = match.groups()
        return cls(rule, grade, relation == ">=", int(points or 0))

    def __str__(self) -> str:
        if self.grade is None:
            return f"{self.rule}{self.points:+d}"
        return f"{self.rule}{'>=' if self.floor else '='}{self.grade}"


def reason_of(rule: StrongRule | WeakRule) -> Reason:
    """What a rule that fires says."""
    if isinstance(rule, WeakRule):
        return Reason(rule.id, points=rule.points)
    return Reason(rule.id, rule.grade or rule.at_least, floor=rule.grade is None)
