"""Grades before and during a loan, read: explained with their history, and rules tried on their facts."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session

from campaigns.customers.facts.factfile import Value
from campaigns.errors import NotFoundError
from campaigns.grading.change import Matrix, Move, by_weight, moves
from campaigns.grading.explain import Explanation, explain
from campaigns.grading.outcomes import StageResult, grade_stage
from campaigns.grading.result import GradeResult
from campaigns.grading.rules import Grade as Letter
from campaigns.grading.rules import GradingRules, Outcome
from campaigns.store.life_cycle import current_grades_of, frame
from campaigns.store.models import LifeCycleGrade

_HISTORY: Final = (
    select(LifeCycleGrade)
    .where(LifeCycleGrade.stage == bindparam("stage"), LifeCycleGrade.key == bindparam("key"))
    .order_by(LifeCycleGrade.id.desc())
)


@dataclass(frozen=True, slots=True)
class StageRecord:
    """One grade on record."""

    result: StageResult
    facts: dict[str, Value]
    rules_version: str
    graded_at: datetime
    is_current: bool


@dataclass(frozen=True, slots=True)
class ExplainedStage:
    """Why a key is graded so by ``rules``, on the facts of its latest grade; ``history`` newest first."""

    key: str
    now: Explanation
    outcome: Outcome
    history: list[StageRecord]


def explain_stage(session: Session, key: str, rules: GradingRules) -> ExplainedStage:
    """Grade the facts on record of ``key`` by ``rules`` and say why. Raises NotFoundError."""
    history = [_record(row) for row in session.scalars(_HISTORY, {"stage": rules.life_cycle, "key": key})]
    if not history:
        raise NotFoundError(
            f"nothing was graded under the key {key!r} {rules.life_cycle} a loan; "
            f"see 'xiaorong grade --life-cycle {rules.life_cycle}'"
        )
    table = frame([history[0].facts], rules)
    (result,) = grade_stage(table, rules)
    facts = table.row(0, named=True)
    return ExplainedStage(key, explain(result.grade, facts, rules), result.outcome, history)


@dataclass(frozen=True, slots=True)
class StageDiff:
    """What rules would move: letters as ``Move``, and outcomes by (before, after)."""

    matrix: Matrix
    moves: list[Move]
    keys: dict[int, str]
    outcomes: Counter[tuple[Outcome, Outcome]]


def diff_stage(session: Session, rules: GradingRules) -> StageDiff:
    """What ``rules`` would move from the grades on record, on the facts that these were given for."""
    current = list(current_grades_of(session, rules.life_cycle, None))
    before = {place: _record(row).result for place, row in enumerate(current)}
    after = list(grade_stage(frame([row.facts for row in current], rules), rules))
    matrix = Matrix()
    grades = {place: result.grade for place, result in before.items()}
    moved = sorted(moves(grades, (result.grade for result in after), matrix), key=by_weight)
    keys = {place: row.key for place, row in enumerate(current)}
    pairs = Counter((before[place].outcome, result.outcome) for place, result in enumerate(after))
    return StageDiff(matrix, moved, keys, pairs)


def _record(row: LifeCycleGrade) -> StageRecord:
    letters: dict[str, Letter] = {"A": "A", "B": "B", "C": "C", "D": "D"}
    grade = GradeResult(row.id, letters[row.letter], row.points, tuple(row.reasons))
    result = StageResult(grade, Outcome(row.outcome))
    return StageRecord(result, row.facts, row.rules_version, row.graded_at, row.is_current)
