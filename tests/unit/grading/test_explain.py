"""A grade taken apart says what decided it, and adds up."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from campaigns.grading.change import UNGRADED, Matrix, by_weight, moves
from campaigns.grading.explain import Explanation, explain
from campaigns.grading.result import GradeResult
from campaigns.grading.rulefile import load_rules
from campaigns.grading.rules import GradingRules
from tests.unit.grading import plain
from tests.unit.grading.strategies import portfolios
from tests.unit.grading.test_grader import ARREARS, customer, graded, rules


def explained(given_rules: GradingRules, **facts: Any) -> Explanation:
    return explain(graded(given_rules, **facts), customer(**facts), given_rules)


STRONG = [
    {"id": "set_b", "when": "balance > 0", "grade": "B"},
    {"id": "floor_c", "when": "amount_due > 0", "at_least": "C"},
    {"id": "final_a", "when": "credit_limit > 0", "grade": "A", "final": True},
]


@pytest.mark.parametrize(
    ("facts", "decided"),
    [
        ({"days_past_due": 40}, None),
        ({"balance": 1}, "set_b"),
        ({"balance": 1, "amount_due": 1}, "floor_c"),
        ({"days_past_due": 40, "amount_due": 1}, None),  # a D by points: the floor changes nothing
        ({"balance": 1, "amount_due": 1, "credit_limit": 1}, "final_a"),
    ],
)
def test_what_decided_the_letter(facts: dict[str, int], decided: str | None) -> None:
    assert explained(rules(strong=STRONG, scorecard=[ARREARS]), **facts).decided_by == decided


def test_rules_come_with_their_condition_and_facts_and_parts_with_their_bin() -> None:
    weak = [{"id": "w", "when": "balance * 2 > minimum_due", "points": 3}]
    found = explained(
        rules(strong=STRONG[:1], weak=weak, scorecard=[ARREARS]), balance=5, minimum_due=1, days_past_due=31
    )
    assert [(hit.reason.rule, hit.facts) for hit in found.strong] == [("set_b", {"balance": 5})]
    (hit,) = found.weak
    assert (hit.reason.points, hit.when, hit.facts) == (3, weak[0]["when"], {"balance": 5, "minimum_due": 1})
    (part,) = found.scorecard
    assert (part.of, part.value, part.bin, part.points) == ("days_past_due", 31, "31..", 20)
    assert explained(rules(scorecard=[ARREARS])).scorecard[0].bin == "unknown"


def test_points_that_fade_come_with_their_age() -> None:
    fades = {"by": "days_past_due", "over": 10}
    (hit,) = explained(
        rules(weak=[{"id": "w", "when": "balance > 0", "points": 4, "fades": fades}]),
        balance=5,
        days_past_due=5,
    ).weak
    assert (hit.reason.points, hit.facts) == (2, {"days_past_due": 5, "balance": 5})
    assert "fades over 10 days of days_past_due" in hit.when


@given(portfolios())
def test_points_add_up_and_the_decider_gives_the_letter(portfolio: list[dict[str, Any]]) -> None:
    shipped = load_rules()
    for facts in portfolio:
        result = plain.grade(facts, shipped)
        found = explain(result, facts, shipped)
        points = [hit.reason.points for hit in found.weak] + [part.points for part in found.scorecard]
        assert sum(points) == result.points
        decider = next((hit for hit in found.strong if hit.reason.rule == found.decided_by), None)
        assert (found.by_points if decider is None else decider.reason.grade) == result.letter
        assert sum(result.points in band for band in found.bands) == 1


@given(st.lists(st.tuples(st.integers(1, 9), st.sampled_from("ABCD"), st.integers(-5, 50))))
def test_every_customer_is_counted_once_and_only_moves_are_told(rows: list[tuple[int, Any, int]]) -> None:
    after = [GradeResult(n, letter, points, ("x+1",)) for n, letter, points in rows]
    before = {n: GradeResult(n, "B", 3, ("y+3", "x+1")) for n in range(5)}
    matrix = Matrix()
    found = list(moves(before, after, matrix))
    assert matrix.total == len(rows)
    assert matrix.moved == len(found)
    for move in found:
        assert move.before == ("B" if move.customer_id < 5 else UNGRADED) != move.after
        assert (move.gone, move.new) == ((("y+3",), ()) if move.customer_id < 5 else ((), ("x+1",)))
    steps = [abs(move.steps) for move in sorted(found, key=by_weight)]
    assert steps == sorted(steps, reverse=True)
