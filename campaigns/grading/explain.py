"""One grade taken apart: every rule that fired, every part of the scorecard, and what decided the letter."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TypeAlias

from campaigns.grading.conditions import parse_condition
from campaigns.grading.result import GradeResult, Reason
from campaigns.grading.rules import GRADES, Bin, Characteristic, Fading, Grade, GradingRules, StrongRule

Facts: TypeAlias = Mapping[str, int | str | None]
"""The features of one customer by name; None is unknown."""


@dataclass(frozen=True, slots=True)
class Hit:
    """A rule that fired: its condition, and the facts that the condition names."""

    reason: Reason
    when: str
    facts: dict[str, int | str | None]


@dataclass(frozen=True, slots=True)
class Part:
    """One characteristic of the scorecard; ``bin`` is ``31..60``, ``..0``, ``61..`` or ``unknown``."""

    id: str
    of: str
    value: int | None
    bin: str
    points: int


@dataclass(frozen=True, slots=True)
class Band:
    """The points of a letter, both ends included; None is open."""

    letter: Grade
    low: int | None
    high: int | None

    def __contains__(self, points: int) -> bool:
        return (self.low is None or points >= self.low) and (self.high is None or points <= self.high)


@dataclass(frozen=True, slots=True)
class Explanation:
    """Why ``result``. ``decided_by``: the strong rule that set the letter, None where the points did."""

    result: GradeResult
    strong: tuple[Hit, ...]
    weak: tuple[Hit, ...]
    scorecard: tuple[Part, ...]
    bands: tuple[Band, ...]
    by_points: Grade
    decided_by: str | None


def explain(result: GradeResult, facts: Facts, rules: GradingRules) -> Explanation:
    """Take ``result`` apart, which grading by ``rules`` gave for ``facts``."""
    given = {reason.rule: reason for reason in map(Reason.parse, result.reasons)}
    bands = bands_of(rules)
    strong = tuple(rule for rule in rules.strong if rule.id in given)
    by_points = next(band.letter for band in bands if result.points in band)
    return Explanation(
        result,
        tuple(_hit(given[rule.id], rule.when, facts, rules) for rule in strong),
        tuple(
            _hit(given[rule.id], rule.when, facts, rules, rule.fades)
            for rule in rules.weak
            if rule.id in given
        ),
        tuple(_part(part, facts) for part in rules.scorecard),
        bands,
        by_points,
        _decided_by(strong, by_points),
    )


def bands_of(rules: GradingRules) -> tuple[Band, ...]:
    """The cut-offs as bands of points, A first."""
    cuts = rules.cutoffs
    return (
        Band("A", None, cuts.A),
        Band("B", cuts.A + 1, cuts.B),
        Band("C", cuts.B + 1, cuts.C),
        Band("D", cuts.C + 1, None),
    )


def _hit(reason: Reason, when: str, facts: Facts, rules: GradingRules, fades: Fading | None = None) -> Hit:
    named = parse_condition(when, rules.features).features | ({fades.by} if fades else set())
    when = f"{when}, fades over {fades.over} days of {fades.by}" if fades else when
    return Hit(reason, when, {name: facts[name] for name in rules.features if name in named})


def _part(part: Characteristic, facts: Facts) -> Part:
    value = facts[part.of]
    if not isinstance(value, int):
        return Part(part.id, part.of, None, "unknown", part.missing)
    found = next(each for each in part.bins if each.end is None or value <= each.end)
    return Part(part.id, part.of, value, _range(found), found.points)


def _range(found: Bin) -> str:
    if found.start is not None and found.start == found.end:
        return str(found.start)
    low, high = ("" if end is None else str(end) for end in (found.start, found.end))
    return f"{low}..{high}"


def _decided_by(strong: tuple[StrongRule, ...], by_points: Grade) -> str | None:
    """As ``campaigns.grading.rules`` orders strong rules."""
    final = next((rule for rule in strong if rule.final), None)
    if final is not None:
        return final.id
    letter, decided = by_points, None
    setting = [rule for rule in strong if rule.grade is not None]
    if setting:
        worst = max(setting, key=lambda rule: GRADES.index(rule.grade or "A"))
        letter, decided = worst.grade or letter, worst.id
    for rule in strong:
        if rule.at_least is not None and GRADES.index(rule.at_least) > GRADES.index(letter):
            letter, decided = rule.at_least, rule.id
    return decided
