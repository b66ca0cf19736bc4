"""Grades explained, and rules tried, on the facts in the store. Nothing is written."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy.orm import Session

from campaigns.errors import ConflictError
from campaigns.grading.change import Matrix, Move, by_weight, moves
from campaigns.grading.explain import Explanation, explain
from campaigns.grading.grader import grade_customers
from campaigns.grading.rules import GradingRules
from campaigns.store.customers import customer_by_external_id
from campaigns.store.features import features
from campaigns.store.grade_records import GradeRecord, current_grades, external_ids, grade_history
from campaigns.store.people import keys_of, shared
from campaigns.store.tags import TagRecord, tags_of


@dataclass(frozen=True, slots=True)
class ExplainedGrade:
    """Why a customer is graded as they are, by the facts of now; ``history`` is newest first."""

    external_id: str
    now: Explanation
    history: list[GradeRecord]
    tags: list[TagRecord]
    same_person: tuple[str, ...] = ()  # other keys of the same person; each is graded for itself

    @property
    def current(self) -> GradeRecord | None:
        return next((record for record in self.history if record.is_current), None)


@dataclass(frozen=True, slots=True)
class GradeDiff:
    """What rules would move; ``moves`` with the largest first."""

    matrix: Matrix
    moves: list[Move]
    external_ids: dict[int, str]


def explain_grade(session: Session, external_id: str, rules: GradingRules) -> ExplainedGrade:
    """Grade one customer by ``rules`` and say why. Raises NotFoundError; ConflictError without an account."""
    customer = customer_by_external_id(session, external_id)
    known = features(session, rules.attributes, customer.id)
    if known.is_empty():
        raise ConflictError(
            "customer %(external_id)r has no account, so there is nothing to grade", external_id=external_id
        )
    (result,) = grade_customers(known, rules)
    people = shared(session, customer.id).same
    keys = keys_of(session, people)
    return ExplainedGrade(
        external_id,
        explain(result, known.row(0, named=True), rules),
        grade_history(session, customer.id),
        tags_of(session, customer.id),
        tuple(keys[each] for each in people if each != customer.id),
    )


def diff_grades(session: Session, rules: GradingRules, against: GradingRules | None = None) -> GradeDiff:
    """What ``rules`` would move from the grades on record, or from those that ``against`` gives now."""
    if against is None:
        known = features(session, rules.attributes)
        before = current_grades(session)
    else:
        known = features(session, sorted({*rules.attributes, *against.attributes}))
        before = {result.customer_id: result for result in grade_customers(known, against)}
    matrix = Matrix()
    moved = sorted(moves(before, grade_customers(known, rules), matrix), key=by_weight)
    return GradeDiff(matrix, moved, external_ids(session, (move.customer_id for move in moved)))
