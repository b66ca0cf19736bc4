"""The value of a call now: what raises it, what lowers it, and who comes before all."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.errors import DataFileError
from campaigns.dialing.priority import (
    CALLBACK_PRIORITY,
    MemberFacts,
    PriorityRules,
    load_priorities,
    shipped_priorities,
    value_of,
)

RULES = PriorityRules.model_validate(
    {
        "version": 1,
        "grades": {
            grade: {"answers": 500, "promises": 400, "kept": kept}
            for grade, kept in {"A": 100, "B": 500, "C": 300, "D": 200, "none": 250}.items()
        },
        "tags": {"keeps_promises": 1500},
        "after": {"no_answer": 500},
        "call_cost": 30,
        "waiting": [{"from_days": 1, "per_mille": 1}, {"from_days": 21, "per_mille": 5}],
    }
)
PLAIN = MemberFacts(amount_due=100_000, days_past_due=10, grade="B")


def test_the_value_is_what_a_call_brings_and_saves_less_its_cost() -> None:
    value = value_of(PLAIN, RULES)
    assert (value.brings, value.waiting, value.cost) == (10_000, 100, 30)
    assert value.priority == -10_070


@pytest.mark.parametrize(
    ("change", "brings"),
    [
        ({"grade": "A"}, 2_000),
        ({"grade": None}, 5_000),
        ({"tags": frozenset({"keeps_promises", "other"})}, 15_000),
        ({"outcome": "no_answer"}, 5_000),
        ({"outcome": "promise"}, 10_000),
        ({"amount_due": -5}, 0),
    ],
)
def test_grade_tags_and_history_change_the_chance(change: dict[str, object], brings: int) -> None:
    assert value_of(replace(PLAIN, **change), RULES).brings == brings  # type: ignore[arg-type]


def test_the_end_of_the_first_month_is_worth_more() -> None:
    assert value_of(replace(PLAIN, days_past_due=21), RULES).waiting == 500
    assert value_of(replace(PLAIN, days_past_due=0), RULES).waiting == 0


facts = st.builds(
    MemberFacts,
    amount_due=st.integers(-1_000, 3_000_000_000),
    days_past_due=st.integers(-40, 400),
    grade=st.sampled_from(["A", "B", "C", "D", None, "X"]),
    tags=st.frozensets(st.sampled_from(sorted(shipped_priorities().tags))),
    outcome=st.sampled_from([*sorted(shipped_priorities().after), None, "promise"]),
)


@given(facts, facts, facts)
def test_callbacks_come_first_then_broken_promises_then_all_others(
    one: MemberFacts, two: MemberFacts, three: MemberFacts
) -> None:
    rules = shipped_priorities()
    first = value_of(replace(one, callback=True), rules).priority
    second = value_of(replace(two, broken=True), rules).priority
    third = value_of(three, rules).priority
    assert -(2**31) < CALLBACK_PRIORITY == first < second < third < 2**31


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ("  none: {answers", "  E: {answers", "grades"),
        ("from_days: 21", "from_days: 1", "waiting"),
        ("call_cost: 30", "call_cost: -1", "call_cost"),
        ("answers: 450", "answers: 1450", "answers"),
    ],
)
def test_a_mistake_in_the_file_is_told_with_its_place(tmp_path: Path, old: str, new: str, says: str) -> None:
    text = Path("campaigns/dialing/priorities.yaml").read_text(encoding="utf-8")
    assert old in text
    wrong = tmp_path / "priorities.yaml"
    wrong.write_text(text.replace(old, new), encoding="utf-8")
    with pytest.raises(DataFileError, match=says):
        load_priorities(wrong)
