"""Customers get the letters, points and reasons that the rules say, on any engine and in any order."""

from __future__ import annotations

import random
from typing import Any

import ibis
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from campaigns.grading.features import FEATURES
from campaigns.grading.grader import grade, grade_customers
from campaigns.grading.result import GradeResult, Reason
from campaigns.grading.rulefile import load_rules
from campaigns.grading.rules import GradingRules
from tests.unit.grading import plain
from tests.unit.grading.strategies import INTEGERS, conditions, frame, portfolios

ARREARS = {
    "id": "arrears",
    "of": "days_past_due",
    "missing": 7,
    "bins": [{"to": 0, "points": 0}, {"from": 1, "to": 30, "points": 10}, {"from": 31, "points": 20}],
}


def rules(**parts: Any) -> GradingRules:
    content: dict[str, Any] = {"version": "test", "cutoffs": {"A": 5, "B": 10, "C": 15}, **parts}
    return GradingRules.model_validate(content)


def customer(customer_id: int = 1, **facts: Any) -> dict[str, Any]:
    return {"customer_id": customer_id, **dict.fromkeys(FEATURES), **facts}


def graded(given_rules: GradingRules, **facts: Any) -> GradeResult:
    (result,) = grade_customers(frame([customer(**facts)]), given_rules)
    return result


@pytest.mark.parametrize(
    ("points", "letter"),
    [(-3, "A"), (5, "A"), (6, "B"), (10, "B"), (11, "C"), (15, "C"), (16, "D"), (10_000, "D")],
)
def test_cut_offs_are_the_most_points_of_a_letter(points: int, letter: str) -> None:
    result = graded(rules(weak=[{"id": "w", "when": "balance > 0", "points": points}]), balance=1)
    assert (result.letter, result.points, result.reasons) == (letter, points, (f"w{points:+d}",))


@pytest.mark.parametrize(
    ("days", "points", "reasons"),
    [
        (-5, 0, ()),
        (0, 0, ()),
        (1, 10, ("arrears+10",)),
        (30, 10, ("arrears+10",)),
        (31, 20, ("arrears+20",)),
        (None, 7, ("arrears+7",)),
    ],
)
def test_boundary_customers_of_a_scorecard(days: int | None, points: int, reasons: tuple[str, ...]) -> None:
    result = graded(rules(scorecard=[ARREARS]), days_past_due=days)
    assert (result.points, result.reasons) == (points, reasons)


def strong(rule_id: str, **effect: Any) -> dict[str, Any]:
    return {"id": rule_id, "when": "balance > 0", **effect}


@pytest.mark.parametrize(
    ("effects", "letter"),
    [
        ([strong("x", grade="A"), strong("y", grade="C")], "C"),  # the worst wins
        ([strong("x", grade="C"), strong("y", grade="A")], "C"),
        ([strong("x", grade="A")], "A"),  # whatever the points
        ([strong("x", at_least="C")], "C"),
        ([strong("x", grade="A"), strong("y", at_least="B")], "B"),
        ([strong("x", grade="D"), strong("y", at_least="B")], "D"),  # a floor never improves
        ([strong("x", grade="D"), strong("y", grade="A", final=True)], "A"),  # final decides alone
        ([strong("x", grade="B", final=True), strong("y", grade="A", final=True)], "B"),  # the first of them
        ([strong("x", at_least="D"), strong("y", grade="A", final=True)], "A"),
        ([{**strong("x", grade="A", final=True), "when": "balance < 0"}, strong("y", grade="D")], "D"),
    ],
)
def test_strong_rules_are_resolved_as_documented(effects: list[dict[str, Any]], letter: str) -> None:
    weak = [{"id": "w", "when": "balance > 0", "points": 7}]  # a B by points
    assert graded(rules(strong=effects, weak=weak), balance=1).letter == letter
    assert graded(rules(strong=effects, weak=weak), balance=0).letter == "A"


def test_reasons_name_all_that_contributed_in_the_order_of_the_file() -> None:
    given_rules = rules(
        strong=[
            strong("set", grade="B"),
            strong("floor", at_least="C"),
            {"id": "no", "when": "balance > 9", "grade": "D"},
        ],
        weak=[{"id": "good", "when": "balance == 1", "points": -2}],
        scorecard=[ARREARS],
    )
    result = graded(given_rules, balance=1, days_past_due=12)
    assert result.reasons == ("set=B", "floor>=C", "good-2", "arrears+10")
    assert (result.letter, result.points) == ("C", 8)
    assert [str(Reason.parse(text)) for text in result.reasons] == list(result.reasons)
    assert Reason.parse("floor>=C") == Reason("floor", "C", floor=True)
    assert Reason.parse("good-2").points == -2


def test_a_text_that_is_no_reason_is_refused() -> None:
    with pytest.raises(ValueError, match="not a reason"):
        Reason.parse("floor>C")


def test_attributes_that_the_file_declares_can_be_used() -> None:
    given_rules = rules(attributes=["tenure"], weak=[{"id": "new", "when": "tenure < 12", "points": 6}])
    known = frame([customer(1), customer(2), customer(3)]).with_columns(tenure=pl.Series([3, 12, None]))
    assert [result.letter for result in grade_customers(known, given_rules)] == ["B", "A", "A"]
    with pytest.raises(ValueError, match="tenure"):
        list(grade_customers(frame([customer()]), given_rules))


def test_nobody_to_grade() -> None:
    assert list(grade_customers(frame([]), load_rules())) == []


def test_several_hundred_rules_are_no_difficulty() -> None:
    weak = [{"id": f"w{n}", "when": f"balance > {n}", "points": 1} for n in range(300)]
    result = graded(rules(weak=weak), balance=250)
    assert result.points == 250
    assert len(result.reasons) == 250


@st.composite
def rule_sets(draw: st.DrawFn) -> GradingRules:
    letters = st.sampled_from("ABCD")
    effects = st.one_of(
        st.fixed_dictionaries({"grade": letters, "final": st.booleans()}),
        st.fixed_dictionaries({"at_least": letters}),
    )
    points = st.integers(-20, 20)
    strong_rules = draw(st.lists(st.tuples(conditions, effects), max_size=4))
    fading = st.fixed_dictionaries({"by": st.sampled_from(INTEGERS), "over": st.integers(1, 60)})
    weak_rules = draw(st.lists(st.tuples(conditions, points.filter(bool), st.none() | fading), max_size=4))
    cards = []
    for n in range(draw(st.integers(0, 3))):
        cuts = sorted(draw(st.sets(st.integers(-40, 40), min_size=1, max_size=4)))
        starts: list[int | None] = [None, *(cut + 1 for cut in cuts)]
        bins = [
            {"from": start, "to": end, "points": draw(points)}
            for start, end in zip(starts, [*cuts, None], strict=True)
        ]
        cards.append(
            {"id": f"c{n}", "of": draw(st.sampled_from(INTEGERS)), "missing": draw(points), "bins": bins}
        )
    low = draw(st.integers(-10, 10))
    return rules(
        strong=[{"id": f"s{n}", "when": text, **effect} for n, (text, effect) in enumerate(strong_rules)],
        weak=[
            {"id": f"w{n}", "when": text, "points": value, "fades": fades}
            for n, (text, value, fades) in enumerate(weak_rules)
        ],
        scorecard=cards,
        cutoffs={"A": low, "B": low + draw(st.integers(1, 9)), "C": low + draw(st.integers(10, 20))},
    )


@settings(max_examples=25, deadline=None)
@given(given_rules=rule_sets(), rows=portfolios(), seed=st.integers(0, 99))
def test_duckdb_grades_as_plain_python_does_in_any_order_of_rows(
    given_rules: GradingRules, rows: list[dict[str, Any]], seed: int
) -> None:
    expected = [plain.grade(row, given_rules) for row in rows]
    shuffled = random.Random(seed).sample(rows, len(rows))
    assert list(grade_customers(frame(shuffled), given_rules)) == expected


def some_customers(count: int) -> list[dict[str, Any]]:
    chance = random.Random(20)
    ranges = {
        "days_past_due": (-10, 120),
        "max_arrears_6m": (-2, 4),
        "months_late_6m": (0, 6),
        "months_no_payment": (0, 5),
        "paid_ratio_last": (0, 130),
        "utilisation": (-5, 130),
        "bill_trend": (-40, 40),
    }
    rows = []
    for n in range(count):
        facts: dict[str, Any] = {
            name: None if chance.random() < 0.1 else chance.randint(*ranges.get(name, (-100, 10_000)))
            for name in INTEGERS
        }
        rows.append(customer(n, **facts, currency=chance.choice(["CNY", "TWD", None]), product="credit_card"))
    return rows


def test_the_shipped_rules_grade_as_plain_python_does() -> None:
    rows, shipped = some_customers(2_000), load_rules()
    results = list(grade_customers(frame(rows), shipped))
    assert results == [plain.grade(row, shipped) for row in rows]
    assert {result.letter for result in results} == set("ABCD")


@pytest.mark.parametrize("engine", ["duckdb", "polars", "sqlite"])
def test_the_same_expression_gives_the_same_grades_on_other_engines(engine: str) -> None:
    rows, shipped = some_customers(500), load_rules()
    connection = getattr(ibis, engine).connect()
    found = connection.to_pyarrow(grade(ibis.memtable(frame(rows)), shipped)).to_pylist()
    expected = [plain.grade(row, shipped) for row in rows]
    assert sorted(
        (each["customer_id"], each["letter"], each["points"], each["reasons"]) for each in found
    ) == [
        (each.customer_id, each.letter, each.points, "".join(f"{reason};" for reason in each.reasons))
        for each in expected
    ]
    connection.disconnect()


@pytest.mark.parametrize(
    ("age", "points", "left"),
    [
        (-1, 5, 5),
        (0, 5, 5),
        (1, 5, 4),
        (15, 5, 2),
        (29, 5, 0),
        (30, 5, 0),
        (10**9, 5, 0),
        (None, 5, 0),
        (0, -5, -5),
        (1, -5, -4),
        (15, -5, -2),
        (29, -5, 0),
    ],
)
def test_points_that_fade_shrink_with_age(age: int | None, points: int, left: int) -> None:
    fades = {"by": "tenure", "over": 30}
    weak = [{"id": "w", "when": "balance > 0", "points": points, "fades": fades}]
    given_rules = rules(attributes=["tenure"], weak=weak)
    table = frame([customer(balance=1)]).with_columns(tenure=pl.lit(age, dtype=pl.Int64))
    (result,) = grade_customers(table, given_rules)
    assert (result.points, result.reasons) == (left, (f"w{left:+d}",) if left else ())
