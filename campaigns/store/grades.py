"""Grades in the store: one that is current for each customer, and those that it replaced."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from itertools import islice
from time import perf_counter
from typing import Any, Final, TypeAlias

from sqlalchemy import Text, cast, func, insert, select, text, update
from sqlalchemy.orm import Session

from campaigns.grading.grader import grade_customers
from campaigns.grading.result import GradeResult
from campaigns.grading.rules import GRADES, GradingRules
from campaigns.store.database import Database
from campaigns.store.features import features
from campaigns.store.grading_lock import Grader, grading_alone
from campaigns.store.models import Grade
from campaigns.store.priorities import refresh_in_steps

# Customers in a transaction: few enough that other writers hardly wait, and that their ids fit into one
# statement (SQLite allows 32,766 parameters, PostgreSQL 65,535).
BATCH: Final = 5_000

# Spelled as in the partial index, or SQLite does not see that it may use it.
_IS_CURRENT: Final = text("grade.is_current")

_Content: TypeAlias = tuple[str, int, tuple[str, ...], str]


Progress = Callable[[int, int], None]
"""Called with customers done and customers in all."""


@dataclass(frozen=True, slots=True)
class GradingReport:
    """What a grading run found and changed."""

    rules_version: str
    counts: dict[str, int]  # customers by letter, A to D
    changed: int  # customers whose grade is new or differs
    seconds: float
    at: datetime  # as of when

    @property
    def customers(self) -> int:
        return sum(self.counts.values())


def grade_portfolio(
    database: Database,
    rules: GradingRules,
    at: datetime,
    progress: Progress | None = None,
    by: Grader = Grader.COMMAND_LINE,
) -> GradingReport:
    """Grade every customer with an account as of ``at``, and put the calls of open campaigns in their order.

    Raises StoreError, ConflictError when somebody else grades.

    Grades are written in several transactions. A run that was interrupted can be run again: what is already
    right is left alone.
    """
    with grading_alone(database, by):
        return _grade(database, rules, at, progress)


def _grade(database: Database, rules: GradingRules, at: datetime, progress: Progress | None) -> GradingReport:
    started = perf_counter()
    with database.reading() as session:  # of a large portfolio for seconds: others write meanwhile
        known = features(session, rules.attributes)
    counts: Counter[str] = Counter(dict.fromkeys(GRADES, 0))
    changed = done = 0
    version = rules.label
    results = grade_customers(known, rules)
    try:
        while batch := list(islice(results, BATCH)):
            with database.transaction() as session:
                changed += save_grades(session, batch, version, at)
            counts.update(result.letter for result in batch)
            done += len(batch)
            if progress is not None:
                progress(done, len(known))
    except BaseException:  # stopped, or failed: calls go by the grades that are written
        if changed:
            refresh_in_steps(database, at.date())
        raise
    # Whatever changed: a run that was killed wrote grades, and did not come to the order of calls.
    refresh_in_steps(database, at.date())
    return GradingReport(version, dict(counts), changed, perf_counter() - started, at)


def save_grades(session: Session, results: Iterable[GradeResult], rules_version: str, at: datetime) -> int:
    """Write the grades that differ from the current ones; how many did.

    A replaced grade stays as history. A grade of the same letter, points, reasons and version is left alone.
    Fastest when the results come in the order of ``customer_id``.
    """
    remaining = iter(results)
    changed = 0
    while batch := {result.customer_id: result for result in islice(remaining, BATCH)}:
        current = _current(session, min(batch), max(batch))
        new = [
            result
            for result in batch.values()
            if _content(result, rules_version) != current.get(result.customer_id)
        ]
        replaced = [result.customer_id for result in new if result.customer_id in current]
        if replaced:
            session.execute(
                update(Grade).where(_IS_CURRENT, Grade.customer_id.in_(replaced)).values(is_current=False),
                execution_options={"synchronize_session": False},
            )
        if new:
            session.execute(insert(Grade), [_row(result, rules_version, at) for result in new])
        changed += len(new)
    return changed


def grade_counts(session: Session) -> dict[str, int]:
    """How many customers have each letter now; letters that nobody has count 0."""
    rows = session.execute(select(Grade.letter, func.count()).where(_IS_CURRENT).group_by(Grade.letter))
    return {**dict.fromkeys(GRADES, 0), **{row[0]: row[1] for row in rows}}


@lru_cache(maxsize=10_000)  # few combinations of reasons serve many customers
def _reasons(document: str) -> tuple[str, ...]:
    return tuple(json.loads(document))


def _current(session: Session, first: int, last: int) -> dict[int, _Content]:
    """The content of the current grades of customers ``first``..``last``."""
    reasons = cast(Grade.reasons, Text)
    rows = session.connection().execute(
        select(Grade.customer_id, Grade.letter, Grade.points, reasons, Grade.rules_version).where(
            _IS_CURRENT, Grade.customer_id.between(first, last)
        )
    )
    return {row[0]: (row[1], row[2], _reasons(row[3]), row[4]) for row in rows.all()}


def _content(result: GradeResult, rules_version: str) -> _Content:
    return result.letter, result.points, result.reasons, rules_version


def _row(result: GradeResult, rules_version: str, at: datetime) -> dict[str, Any]:
    return {
        "customer_id": result.customer_id,
        "letter": result.letter,
        "points": result.points,
        "reasons": list(result.reasons),
        "rules_version": rules_version,
        "graded_at": at,
        "is_current": True,
    }
