"""Grades on record, to be read: the history of one customer, and the current ones of all."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Final

from sqlalchemy import Text, cast, select
from sqlalchemy.orm import Session

from campaigns.grading.result import GradeResult
from campaigns.grading.rules import GRADES
from campaigns.grading.rules import Grade as Letter
from campaigns.store.models import Customer, Grade

BATCH: Final = 50_000
KEYS: Final = 5_000  # parameters in one statement
_LETTERS: Final[dict[str, Letter]] = {letter: letter for letter in GRADES}


@dataclass(frozen=True, slots=True)
class GradeRecord:
    """A grade that a customer was given. ``rules_version``: the label of the rules that gave it."""

    result: GradeResult
    rules_version: str
    graded_at: datetime
    is_current: bool


def grade_history(session: Session, customer_id: int) -> list[GradeRecord]:
    """All grades of one customer, newest first."""
    rows = session.scalars(select(Grade).where(Grade.customer_id == customer_id).order_by(Grade.id.desc()))
    return [
        GradeRecord(
            GradeResult(customer_id, _LETTERS[row.letter], row.points, tuple(row.reasons)),
            row.rules_version,
            row.graded_at,
            row.is_current,
        )
        for row in rows
    ]


def current_grades(session: Session) -> dict[int, GradeResult]:
    """The current grade of every customer who has one."""
    query = select(Grade.customer_id, Grade.letter, Grade.points, cast(Grade.reasons, Text)).where(
        Grade.is_current
    )
    rows = session.connection().execute(query.execution_options(yield_per=BATCH))
    return {row[0]: GradeResult(row[0], _LETTERS[row[1]], row[2], _reasons(row[3])) for row in rows}


def external_ids(session: Session, customer_ids: Iterable[int]) -> dict[int, str]:
    """The lender's own keys of these customers."""
    wanted = list(customer_ids)
    found: dict[int, str] = {}
    for start in range(0, len(wanted), KEYS):
        part = wanted[start : start + KEYS]
        rows = session.execute(select(Customer.id, Customer.external_id).where(Customer.id.in_(part)))
        found.update((row[0], row[1]) for row in rows)
    return found


@lru_cache(maxsize=10_000)  # few combinations of reasons serve many customers
def _reasons(document: str) -> tuple[str, ...]:
    return tuple(json.loads(document))
