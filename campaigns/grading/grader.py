"""Grading as one ibis expression: one rule file over DuckDB on a laptop or over a lender's own warehouse.

Points are 64-bit integers throughout, so that engines agree to the customer.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import lru_cache
from typing import Any, Final, cast

import duckdb
import ibis
import polars as pl
from ibis.expr import types as ir

from campaigns.grading.conditions import Condition, parse_condition
from campaigns.grading.expressions import fires, integer
from campaigns.grading.features import Kind
from campaigns.grading.result import GradeResult, Reason, reason_of
from campaigns.grading.rules import GRADES, Characteristic, Fading, Grade, GradingRules, StrongRule, WeakRule

BATCH: Final = 50_000
SEPARATOR: Final = ";"
_CUSTOMER: Final = "customer_id"
_FEATURES: Final = "features"
# Rule ids start with a letter, so names that start with an underscore are ours.
_FACT, _POINTS, _SEVERITY = "_fact_", "_points", "_severity"
_TYPES: Final = {Kind.INTEGER: "int64", Kind.TEXT: "string"}


def grade(features: ir.Table, rules: GradingRules) -> ir.Table:
    """``customer_id, letter, points, reasons`` of each row of ``features``, on the engine where it is.

    ``features``: a row a customer: ``customer_id`` and the features that the rules name, null where unknown.
    ``reasons``: texts of ``Reason``, each followed by ``;``. Raises ValueError when a feature is missing.
    """
    conditions = _conditions(rules)
    needed = _needed(rules, conditions)
    missing = needed.keys() - set(features.columns)
    if missing:
        raise ValueError(
            f"the rules need features that the table does not have: {', '.join(sorted(missing))}"
        )
    facts = features.select(
        _CUSTOMER, **{_FACT + name: features[name].cast(_TYPES[kind]) for name, kind in needed.items()}
    )
    # Each rule is decided once, in a column of its name, and used by that name from then on.
    columns: dict[str, Any] = {
        **{id_: fires(condition.tree, facts, _FACT) for id_, condition in conditions.items()},
        **{rule.id: _fading_points(rule, conditions[rule.id], facts) for rule in rules.weak if rule.fades},
        **{part.id: _bin_points(facts[_FACT + part.of], part) for part in rules.scorecard},
    }
    decided = facts.select(_CUSTOMER, **columns)
    parts = [
        decided[rule.id] if rule.fades else ibis.ifelse(decided[rule.id], integer(rule.points), integer(0))
        for rule in rules.weak
    ]
    parts += [decided[part.id] for part in rules.scorecard]
    decided = decided.mutate(**{_POINTS: _balanced(parts) if parts else integer(0)})
    decided = decided.mutate(**{_SEVERITY: _severity(decided, rules)})
    letters = [(decided[_SEVERITY] == integer(n), letter) for n, letter in enumerate(GRADES[:-1])]
    return decided.select(
        _CUSTOMER,
        letter=ibis.cases(*letters, else_=GRADES[-1]),
        points=decided[_POINTS],
        reasons=_reasons(decided, rules),
    )


def grade_customers(features: pl.DataFrame, rules: GradingRules) -> Iterator[GradeResult]:
    """Grade in an embedded DuckDB. Results come in the order of ``customer_id``, however the rows stand."""
    letters: dict[str, Grade] = {grade: grade for grade in GRADES}
    split: dict[str, tuple[str, ...]] = {}  # few combinations of reasons serve many customers
    statement = _compiled(rules, tuple(features.schema.items()))
    with duckdb.connect() as connection:
        connection.register(_FEATURES, features.to_arrow())
        for batch in connection.sql(statement).to_arrow_reader(BATCH):
            for customer_id, letter, points, text in zip(
                *(c.to_pylist() for c in batch.columns), strict=True
            ):
                reasons = split.get(text)
                if reasons is None:
                    reasons = split[text] = tuple(text.split(SEPARATOR)[:-1])
                yield GradeResult(customer_id, letters[letter], points, reasons)


@lru_cache(maxsize=16)
def _compiled(rules: GradingRules, columns: tuple[tuple[str, pl.DataType], ...]) -> str:
    """``grade`` as SQL of DuckDB over a table of these columns: it takes longer to make than to run."""
    schema = ibis.memtable(pl.DataFrame(schema=dict(columns))).schema()
    graded = grade(ibis.table(schema, name=_FEATURES), rules).order_by(_CUSTOMER)
    return str(ibis.to_sql(graded, dialect="duckdb"))


def _conditions(rules: GradingRules) -> dict[str, Condition]:
    features = rules.features
    return {rule.id: parse_condition(rule.when, features) for rule in rules.conditional}


def _needed(rules: GradingRules, conditions: Mapping[str, Condition]) -> dict[str, Kind]:
    """Features that some rule names, with their kinds."""
    names = {part.of for part in rules.scorecard}.union(*(each.features for each in conditions.values()))
    names |= {rule.fades.by for rule in rules.weak if rule.fades}
    return {name: kind for name, kind in rules.features.items() if name in names}


def _fading_points(rule: WeakRule, condition: Condition, facts: ir.Table) -> ir.Value:
    """What is left of the points of a hit. Positive while dividing: engines round negatives differently."""
    fades = cast("Fading", rule.fades)
    age: Any = facts[_FACT + fades.by]
    rest = integer(abs(rule.points)) * (integer(fades.over) - age) // integer(fades.over)
    signed = rest if rule.points > 0 else integer(0) - rest
    return ibis.cases(
        (~fires(condition.tree, facts, _FACT) | age.isnull(), integer(0)),
        (age >= integer(fades.over), integer(0)),
        (age <= integer(0), integer(rule.points)),
        else_=signed,
    )


def _bin_points(value: Any, characteristic: Characteristic) -> ir.Value:
    *bins, last = characteristic.bins
    branches = [(value <= integer(cast("int", each.end)), integer(each.points)) for each in bins]
    return ibis.cases(
        (value.isnull(), integer(characteristic.missing)), *branches, else_=integer(last.points)
    )


def _severity(decided: ir.Table, rules: GradingRules) -> ir.Value:
    """0 for A to 3 for D: the cut-offs, then the strong rules as ``campaigns.grading.rules`` orders them."""
    cutoffs = rules.cutoffs
    points = decided[_POINTS]
    limits = enumerate((cutoffs.A, cutoffs.B, cutoffs.C))
    by_points = ibis.cases(*((points <= integer(limit), integer(n)) for n, limit in limits), else_=integer(3))
    setting = [rule for rule in rules.strong if rule.grade is not None]
    worst = ibis.greatest(
        integer(-1), integer(-1), *(_hit(decided, rule, rule.grade, -1) for rule in setting)
    )
    graded = ibis.ifelse(worst >= integer(0), worst, by_points)
    floors = (_hit(decided, rule, rule.at_least, 0) for rule in rules.strong if rule.at_least is not None)
    severity = ibis.greatest(graded, integer(0), *floors)
    final = [(decided[rule.id], _rank(rule.grade)) for rule in setting if rule.final]
    return ibis.cases(*final, else_=severity) if final else severity


def _hit(decided: ir.Table, rule: StrongRule, grade: Grade | None, otherwise: int) -> ir.Value:
    return ibis.ifelse(decided[rule.id], _rank(grade), integer(otherwise))


def _rank(grade: Grade | None) -> ir.IntegerScalar:
    return integer(GRADES.index(grade or GRADES[-1]))


def _reasons(decided: ir.Table, rules: GradingRules) -> ir.Value:
    texts: list[Any] = []
    for rule in rules.conditional:
        if isinstance(rule, WeakRule) and rule.fades:
            texts.append(_points_text(decided, rule.id, range(min(rule.points, 0), max(rule.points, 0) + 1)))
        else:
            texts.append(_text(decided[rule.id], reason_of(rule)))
    for part in rules.scorecard:
        given = {each.points for each in part.bins} | {part.missing}
        texts += [_points_text(decided, part.id, given)] if given != {0} else []
    return _balanced(texts) if texts else ibis.literal("")


def _points_text(decided: ir.Table, id_: str, given: Iterable[int]) -> ir.Value:
    """The reason of a part that may have given any of these points; none for 0."""
    branches = [
        (decided[id_] == integer(points), f"{Reason(id_, points=points)}{SEPARATOR}")
        for points in sorted(set(given) - {0})
    ]
    return ibis.cases(*branches, else_="")


def _text(hit: Any, reason: Reason) -> ir.Value:
    return ibis.ifelse(hit, f"{reason}{SEPARATOR}", "")


def _balanced(terms: Sequence[Any]) -> Any:
    """The sum of ``terms`` as a shallow tree: a long chain would meet recursion limits of SQL compilers."""
    if len(terms) == 1:
        return terms[0]
    middle = len(terms) // 2
    return _balanced(terms[:middle]) + _balanced(terms[middle:])
