"""What follows from rules before and during a loan.

A strong rule names its outcome. Points, of weak rules and a scorecard, may have a customer watched or queue a
person, and never more: nobody is declined or referred by points alone (PIPL art. 24).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final, cast

import ibis
import polars as pl
from ibis.expr import types as ir

from campaigns.grading.expressions import integer
from campaigns.grading.grader import BATCH, SEPARATOR, grade
from campaigns.grading.result import GradeResult, reason_of
from campaigns.grading.rules import Grade, GradingRules, Outcome

SEVERITY: Final[tuple[Outcome, ...]] = (
    Outcome.NONE, Outcome.WATCH, Outcome.REVIEW, Outcome.REFER, Outcome.DECLINE,
)  # fmt: skip
"""From the mildest: the worst of all that fire is the outcome."""

FOR_PEOPLE: Final = frozenset({Outcome.REVIEW, Outcome.REFER, Outcome.DECLINE})


class Because(StrEnum):
    """What an outcome rests on."""

    STRONG = "strong"
    POINTS = "points"


@dataclass(frozen=True, slots=True)
class StageResult:
    """A grade with what follows from it."""

    grade: GradeResult
    outcome: Outcome


def with_outcome(graded: ir.Table, rules: GradingRules) -> ir.Table:
    """``graded``, as ``grader.grade`` gives it, with ``outcome``, on the engine where it is."""
    levels: list[Any] = [integer(0)]
    if rules.outcomes is not None:
        points = graded["points"]
        levels.append(
            ibis.cases(
                (points >= integer(rules.outcomes.review), integer(SEVERITY.index(Outcome.REVIEW))),
                (points >= integer(rules.outcomes.watch), integer(SEVERITY.index(Outcome.WATCH))),
                else_=integer(0),
            )
        )
    # A reason ends with the separator, so with one before it no id is the end of another.
    reasons: Any = ibis.literal(SEPARATOR) + graded["reasons"]
    for rule in rules.strong:
        if rule.outcome is not None:
            hit = reasons.contains(f"{SEPARATOR}{reason_of(rule)}{SEPARATOR}")
            levels.append(ibis.ifelse(hit, integer(SEVERITY.index(rule.outcome)), integer(0)))
    worst = ibis.greatest(integer(0), *levels)
    names = [(worst == integer(n), outcome.value) for n, outcome in enumerate(SEVERITY[:-1])]
    return graded.mutate(outcome=ibis.cases(*names, else_=SEVERITY[-1].value))


def grade_stage(facts: pl.DataFrame, rules: GradingRules) -> Iterator[StageResult]:
    """Grade in an embedded DuckDB; ``facts`` as for ``grade``, results in the order of ``customer_id``."""
    connection = ibis.duckdb.connect()
    try:
        table = with_outcome(grade(ibis.memtable(facts), rules), rules).order_by("customer_id")
        for batch in connection.to_pyarrow(table).to_batches(max_chunksize=BATCH):
            for row in batch.to_pylist():
                letter = cast("Grade", row["letter"])
                reasons = tuple(row["reasons"].split(SEPARATOR)[:-1])
                result = GradeResult(row["customer_id"], letter, row["points"], reasons)
                yield StageResult(result, Outcome(row["outcome"]))
    finally:
        connection.disconnect()


def because(result: StageResult, rules: GradingRules) -> Because | None:
    """What the outcome rests on; None where nothing follows."""
    if result.outcome is Outcome.NONE:
        return None
    for rule in rules.strong:
        if rule.outcome is result.outcome and str(reason_of(rule)) in result.grade.reasons:
            return Because.STRONG
    return Because.POINTS
