"""Grades before and during a loan: facts of a file and of the store, graded, kept with history, explained."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final

import polars as pl
from sqlalchemy import func, insert, select, text, update
from sqlalchemy.orm import Session

from campaigns.customers.facts.factfile import FactRow, Value
from campaigns.grading.features import FEATURES, Kind
from campaigns.grading.life_cycle import EARLY_WARNING, Stage
from campaigns.grading.outcomes import FOR_PEOPLE, StageResult, grade_stage
from campaigns.grading.rules import GradingRules, Outcome
from campaigns.store.features import features
from campaigns.store.models import Customer, FollowUp, LifeCycleGrade
from campaigns.store.outcomes import open_follow_up

CHUNK: Final = 5_000
CASES: Final = {Stage.BEFORE: "application_check", Stage.DURING: "early_warning"}
"""The reason of the follow-up that is opened for a person, by stage."""

_IS_CURRENT: Final = text("life_cycle_grade.is_current")
_NEWEST_CASE: Final = select(func.max(FollowUp.id))


@dataclass(frozen=True, slots=True)
class Graded:
    """One row graded."""

    key: str
    customer_id: int | None
    result: StageResult
    facts: dict[str, Value]


@dataclass(slots=True)
class StageReport:
    """What a grading found and changed. ``rows``: the worst first."""

    rules_version: str
    rows: list[Graded] = field(default_factory=list)
    changed: int = 0
    cases: int = 0  # opened for people now

    @property
    def outcomes(self) -> Counter[Outcome]:
        return Counter(row.result.outcome for row in self.rows)


def grade_rows(
    session: Session, rows: Sequence[FactRow], rules: GradingRules, at: datetime, *, open_cases: bool = True
) -> StageReport:
    """Grade the rows of a file by ``rules`` and keep the grades.

    During a loan, what the store knows of a customer is added where the file tells nothing. An outcome for
    people opens a follow-up of the customer, where the row is one's: once, while it is open.
    """
    people = _customers(session, rows)
    known = _from_store(session, rules, people.values()) if rules.life_cycle is Stage.DURING else {}
    wanted = rules.features
    merged = []
    for row in rows:
        told = {name: value for name, value in row.facts.items() if name in wanted and value is not None}
        customer_id = people.get(row.customer or "")
        merged.append((row.key, customer_id, {**known.get(customer_id or 0, {}), **told}))
    return _grade(session, merged, rules, at, open_cases=open_cases)


def grade_portfolio_during(
    session: Session, rules: GradingRules, at: datetime, *, open_cases: bool = True
) -> StageReport:
    """Grade every customer with an account by rules for during the loan, from what the store knows: the
    features of the accounts, and the imported attributes that are named as facts.
    """
    known = _from_store(session, rules, None)
    keys = _keys(session, known)
    rows = [(keys[customer_id], customer_id, facts) for customer_id, facts in known.items()]
    return _grade(session, rows, rules, at, open_cases=open_cases)


def _grade(
    session: Session,
    rows: Sequence[tuple[str, int | None, dict[str, Value]]],
    rules: GradingRules,
    at: datetime,
    *,
    open_cases: bool,
) -> StageReport:
    report = StageReport(rules.label)
    table = frame([facts for _, _, facts in rows], rules)
    for (key, customer_id, facts), result in zip(rows, grade_stage(table, rules), strict=True):
        report.rows.append(Graded(key, customer_id, result, facts))
    report.changed = _save(session, report.rows, rules, at)
    if open_cases:
        report.cases = _open_cases(session, report.rows, rules.life_cycle, at)
    report.rows.sort(key=lambda row: (-_severity(row), -row.result.grade.points, row.key))
    return report


def _severity(row: Graded) -> int:
    return list(Outcome).index(row.result.outcome)


def frame(rows: Sequence[dict[str, Value]], rules: GradingRules) -> pl.DataFrame:
    """Facts as a table that ``grade`` reads: ``customer_id`` is the place in ``rows``."""
    types: dict[str, Any] = {
        name: pl.Int64() if kind is Kind.INTEGER else pl.String() for name, kind in rules.features.items()
    }
    columns = {name: [row.get(name) for row in rows] for name in types}
    places = {"customer_id": range(len(rows))}
    return pl.DataFrame({**places, **columns}, schema={"customer_id": pl.Int64(), **types})


def _customers(session: Session, rows: Sequence[FactRow]) -> dict[str, int]:
    wanted = list({row.customer for row in rows if row.customer})
    found: dict[str, int] = {}
    for start in range(0, len(wanted), CHUNK):
        part = wanted[start : start + CHUNK]
        query = select(Customer.external_id, Customer.id).where(Customer.external_id.in_(part))
        found.update((key, customer_id) for key, customer_id in session.execute(query))
    return found


def _from_store(
    session: Session, rules: GradingRules, customer_ids: Iterable[int] | None
) -> dict[int, dict[str, Value]]:
    """What the store knows of these customers, or of all with an account: features and attributes."""
    attributes = sorted(name for name, kind in EARLY_WARNING.items() if kind is Kind.INTEGER)
    attributes += [name for name in rules.attributes if name not in attributes]
    known = features(session, attributes)
    if customer_ids is not None:
        known = known.filter(pl.col("customer_id").is_in(list(customer_ids)))
    names = [name for name in (*FEATURES, *attributes) if name in known.columns]
    return {
        row["customer_id"]: {name: row[name] for name in names if row[name] is not None}
        for row in known.sort("customer_id").iter_rows(named=True)
    }


def _keys(session: Session, customer_ids: Iterable[int]) -> dict[int, str]:
    wanted = list(customer_ids)
    found: dict[int, str] = {}
    for start in range(0, len(wanted), CHUNK):
        query = select(Customer.id, Customer.external_id).where(
            Customer.id.in_(wanted[start : start + CHUNK])
        )
        found.update((customer_id, key) for customer_id, key in session.execute(query))
    return found


def _save(session: Session, rows: Sequence[Graded], rules: GradingRules, at: datetime) -> int:
    """Write the grades that differ from the current ones; a replaced one stays as history."""
    changed = 0
    for start in range(0, len(rows), CHUNK):
        part = rows[start : start + CHUNK]
        current = {
            each.key: each for each in current_grades_of(session, rules.life_cycle, [row.key for row in part])
        }
        new = [row for row in part if _content(row, rules) != _held(current.get(row.key))]
        replaced = [current[row.key].id for row in new if row.key in current]
        if replaced:
            session.execute(
                update(LifeCycleGrade)
                .where(_IS_CURRENT, LifeCycleGrade.id.in_(replaced))
                .values(is_current=False)
                .execution_options(synchronize_session=False)
            )
        if new:
            session.execute(insert(LifeCycleGrade), [_row(row, rules, at) for row in new])
        changed += len(new)
    return changed


def current_grades_of(session: Session, stage: Stage, keys: Sequence[str] | None) -> Iterator[LifeCycleGrade]:
    """The grades that hold, of these keys or of all, in the order of their ids."""
    query = select(LifeCycleGrade).where(_IS_CURRENT, LifeCycleGrade.stage == stage)
    if keys is not None:
        query = query.where(LifeCycleGrade.key.in_(keys))
    yield from session.scalars(query.order_by(LifeCycleGrade.id))


def _content(row: Graded, rules: GradingRules) -> tuple[Any, ...]:
    grade = row.result.grade
    return (grade.letter, grade.points, row.result.outcome, list(grade.reasons), row.facts, rules.label)


def _held(row: LifeCycleGrade | None) -> tuple[Any, ...] | None:
    if row is None:
        return None
    return (row.letter, row.points, row.outcome, row.reasons, row.facts, row.rules_version)


def _row(row: Graded, rules: GradingRules, at: datetime) -> dict[str, Any]:
    grade = row.result.grade
    return {
        "stage": rules.life_cycle,
        "key": row.key,
        "customer_id": row.customer_id,
        "letter": grade.letter,
        "points": grade.points,
        "outcome": row.result.outcome,
        "reasons": list(grade.reasons),
        "facts": row.facts,
        "rules_version": rules.label,
        "graded_at": at,
        "is_current": True,
    }


def _open_cases(session: Session, rows: Sequence[Graded], stage: Stage, at: datetime) -> int:
    """Put what is for people on their list; how many of them were opened now.

    Who is late is in collection already: for them points alone open no case, which would keep the bot out.
    """
    wanted = [
        row
        for row in rows
        if row.customer_id is not None
        and row.result.outcome in FOR_PEOPLE
        and not (row.result.outcome is Outcome.REVIEW and _is_late(row))
    ]
    before = session.scalar(_NEWEST_CASE) or 0
    urgent = (Outcome.REFER, Outcome.DECLINE)
    ids = {
        open_follow_up(session, row.customer_id, CASES[stage], at, urgent=row.result.outcome in urgent)
        for row in wanted
    }
    return sum(id_ > before for id_ in ids)


def _is_late(row: Graded) -> bool:
    late = row.facts.get("days_past_due")
    return isinstance(late, int) and late > 0
