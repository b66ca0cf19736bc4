"""Rules before and during a loan: what may be asked, what follows, and that points alone decide nothing."""

from __future__ import annotations

from pathlib import Path
from random import Random
from typing import Any

import polars as pl
import pytest

from bot.errors import DataFileError
from campaigns.grading.features import Kind
from campaigns.grading.life_cycle import FEATURES_OF, Stage
from campaigns.grading.outcomes import SEVERITY, Because, StageResult, because, grade_stage
from campaigns.grading.rulefile import RULES_OF, load_rules, load_stage_rules
from campaigns.grading.rules import GradingRules, Outcome

STAGES = (Stage.BEFORE, Stage.DURING)
RULES = {stage: load_stage_rules(stage) for stage in STAGES}
NUMBERS = (None, None, None, 0, 1, 2, 5, 35, 95, 130, 10_000, -1, 10**12)
TEXTS = (None, "active", "empty", "card")


def random_facts(stage: Stage, chance: Random) -> dict[str, Any]:
    """Mostly unknown, so that rows differ in what fires."""
    known = chance.random()
    return {
        name: chance.choice(NUMBERS if kind is Kind.INTEGER else TEXTS)
        for name, kind in FEATURES_OF[stage].items()
        if chance.random() < known
    }


def table(stage: Stage, *rows: dict[str, Any]) -> pl.DataFrame:
    kinds = FEATURES_OF[stage]
    schema: dict[str, Any] = {name: pl.Int64 if k is Kind.INTEGER else pl.String for name, k in kinds.items()}
    columns = {name: [row.get(name) for row in rows] for name in schema}
    return pl.DataFrame(
        {"customer_id": range(len(rows)), **columns}, schema={"customer_id": pl.Int64, **schema}
    )


def graded(stage: Stage, **facts: Any) -> StageResult:
    (result,) = grade_stage(table(stage, facts), RULES[stage])
    return result


@pytest.mark.parametrize("stage", STAGES)
def test_points_alone_never_decline_or_refer(stage: Stage) -> None:
    """PIPL art. 24; whatever the facts, and whatever the points. Many rows at once: a run of the engine is
    what costs."""
    rules = RULES[stage]
    chance = Random(stage.value)
    rows = [random_facts(stage, chance) for _ in range(500)]
    strong = {rule.id: rule.outcome for rule in rules.strong}
    for result in grade_stage(table(stage, *rows), rules):
        hits = {reason.split("=")[0].rstrip(">") for reason in result.grade.reasons} & strong.keys()
        by_rules = [strong[hit] or Outcome.NONE for hit in hits]
        assert rules.outcomes
        points = result.grade.points
        by_points = (
            Outcome.REVIEW if points >= rules.outcomes.review
            else Outcome.WATCH if points >= rules.outcomes.watch
            else Outcome.NONE
        )  # fmt: skip
        assert result.outcome is max([*by_rules, by_points], key=SEVERITY.index)
        if result.outcome in (Outcome.REFER, Outcome.DECLINE):
            assert because(result, rules) is Because.STRONG


@pytest.mark.parametrize("stage", STAGES)
def test_who_is_not_known_is_let_be(stage: Stage) -> None:
    result = graded(stage)
    assert (result.outcome, result.grade.letter, result.grade.reasons) == (Outcome.NONE, "A", ())


@pytest.mark.parametrize(
    ("facts", "outcome", "reason"),
    [
        ({"confirmed_fraud": 1}, Outcome.DECLINE, "confirmed_fraud=D"),
        ({"device_applications": 5}, Outcome.REFER, "device_farm=D"),
        ({"income_declared": 900_000, "income_verified": 400_000}, Outcome.REFER, "income_overstated>=C"),
        ({"income_declared": 900_000, "income_verified": 0}, Outcome.REFER, "income_overstated>=C"),
        ({"applications_30d": 4, "phone_months": 2}, Outcome.WATCH, "many_enquiries+2"),
        ({"applications_30d": 4, "phone_months": 2, "fill_seconds": 9}, Outcome.REVIEW, "filled_too_fast+2"),
        ({"number_state": "empty"}, Outcome.WATCH, "number_not_in_use+3"),
        ({"months_employed": 60, "income_verified": 1}, Outcome.NONE, "long_employed-1"),
    ],
)
def test_applications(facts: dict[str, Any], outcome: Outcome, reason: str) -> None:
    result = graded(Stage.BEFORE, **facts)
    assert result.outcome is outcome
    assert reason in result.grade.reasons


@pytest.mark.parametrize(
    ("facts", "outcome", "reason"),
    [
        ({"utilisation": 70, "utilisation_before": 30}, Outcome.WATCH, "utilisation_jump+3"),
        ({"salary_missing_months": 2}, Outcome.REFER, "salary_stopped>=C"),
        ({"contact_lost_days": 70, "missed_terms": 1}, Outcome.REFER, "contact_lost>=C"),
        ({"missed_elsewhere": 1, "income_drop_percent": 40}, Outcome.REVIEW, "income_fell+3"),
        ({"court_enforcement": 1}, Outcome.DECLINE, "court_enforcement=D"),
        ({"hardship_told": 0, "days_since_hardship": 90}, Outcome.NONE, "hardship_past+1"),
    ],
)
def test_accounts(facts: dict[str, Any], outcome: Outcome, reason: str) -> None:
    result = graded(Stage.DURING, **facts)
    assert result.outcome is outcome
    assert reason in result.grade.reasons


def test_rules_of_one_stage_are_not_taken_for_another() -> None:
    with pytest.raises(DataFileError, match="for before, not during"):
        load_stage_rules(Stage.DURING, RULES_OF[Stage.BEFORE])
    assert load_stage_rules(Stage.AFTER).life_cycle is Stage.AFTER


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (("outcome: decline", "outcome: ban"), "'none', 'watch', 'review', 'refer' or 'decline'"),
        (("grade: D, final: true, outcome: decline", "grade: D"), "'outcome' is missing"),
        (("life_cycle: before", "life_cycle: after"), "no feature|outcomes are for"),
        (("review: 6", "review: 1"), "at least as many points"),
        (("blacklisted == 1", "days_past_due > 1"), "no feature 'days_past_due'"),
    ],
)
def test_mistakes_are_told(tmp_path: Path, change: tuple[str, str], message: str) -> None:
    text = RULES_OF[Stage.BEFORE].read_text(encoding="utf-8")
    assert change[0] in text
    path = tmp_path / "rules.yaml"
    path.write_text(text.replace(*change), encoding="utf-8")
    with pytest.raises(DataFileError, match=message):
        load_rules(path)


def test_files_from_before_there_were_stages_keep_their_label() -> None:
    rules = GradingRules.model_validate(
        {
            "version": "v",
            "cutoffs": {"A": 1, "B": 2, "C": 3},
            "strong": [{"id": "s", "when": "balance > 1", "grade": "D"}],
            "weak": [{"id": "w", "when": "balance > 0", "points": 1}],
        }
    )
    assert {"life_cycle", "outcomes", "outcome"}.isdisjoint(rules.model_dump_json().split('"'))


@pytest.mark.external
@pytest.mark.parametrize("stage", STAGES)
def test_a_lenders_postgresql_says_the_same(stage: Stage, postgres_server: str) -> None:
    import ibis
    from sqlalchemy import make_url

    from campaigns.grading.grader import grade
    from campaigns.grading.outcomes import with_outcome

    chance = Random(7)
    rows = [random_facts(stage, chance) for _ in range(300)]
    facts = table(stage, *rows)
    url = make_url(postgres_server)
    warehouse = ibis.postgres.connect(host=str(url.query["host"]), user=url.username, database=url.database)
    try:
        there = warehouse.create_table(f"facts_{stage}", facts.to_arrow(), temp=True)
        rules = RULES[stage]
        found = warehouse.to_pyarrow(
            with_outcome(grade(there, rules), rules).order_by("customer_id")
        ).to_pylist()
    finally:
        warehouse.disconnect()
    here = list(grade_stage(facts, RULES[stage]))
    assert [(row["letter"], row["points"], row["outcome"]) for row in found] == [
        (result.grade.letter, result.grade.points, result.outcome.value) for result in here
    ]
    assert [row["reasons"] for row in found] == [
        "".join(f"{r};" for r in result.grade.reasons) for result in here
    ]
    assert len({result.outcome for result in here}) >= 3
