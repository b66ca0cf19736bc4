"""Grades before and during a loan in the store: history, cases for people, explanation, trial."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import func, select

from campaigns.customers.facts.factfile import FactRow, Value
from campaigns.errors import NotFoundError
from campaigns.grading.life_cycle import Stage
from campaigns.grading.rulefile import load_stage_rules
from campaigns.grading.rules import Outcome, StrongRule
from campaigns.outcomes.report_words import words
from campaigns.store.customer_facts import customer_facts
from campaigns.store.database import Database
from campaigns.store.life_cycle import CASES, grade_portfolio_during, grade_rows
from campaigns.store.life_cycle_records import diff_stage, explain_stage
from campaigns.store.models import Customer, FollowUp, LifeCycleGrade
from tests.integration.test_grading import MONDAY, THIRD_MONTH, TUESDAY, customer, fill

BEFORE, DURING = load_stage_rules(Stage.BEFORE), load_stage_rules(Stage.DURING)
CARDS = Path(__file__).parents[2].parent / "shared/test-data/credit-card-clients/UCI_Credit_Card.csv"


def row(key: str, customer_key: str | None = None, **facts: Value) -> FactRow:
    return FactRow(key, customer_key, dict(facts))


def test_applications_are_kept_with_history(database: Database) -> None:
    rows = [row("P1", blacklisted=1), row("P2", applications_30d=5), row("P3", phone_months=40)]
    with database.transaction() as session:
        first = grade_rows(session, rows, BEFORE, MONDAY)
        again = grade_rows(session, rows, BEFORE, TUESDAY)
        later = grade_rows(session, [row("P1", blacklisted=0)], BEFORE, TUESDAY)
        explained = explain_stage(session, "P1", BEFORE)
    assert [(each.key, each.result.outcome) for each in first.rows] == [
        ("P1", Outcome.DECLINE), ("P2", Outcome.NONE), ("P3", Outcome.NONE),
    ]  # fmt: skip
    assert (first.changed, again.changed, later.changed) == (3, 0, 1)
    assert [(r.result.outcome, r.graded_at, r.is_current) for r in explained.history] == [
        (Outcome.NONE, TUESDAY, True),
        (Outcome.DECLINE, MONDAY, False),
    ]
    assert explained.outcome is Outcome.NONE


def test_what_is_for_people_is_put_on_their_list_once(database: Database) -> None:
    fill(database, customer("c", {}), customer("d", {}))
    rows = [
        row("c", "c", salary_missing_months=3),
        row("d", "d", missed_elsewhere=1),
        row("x", "x", deceased=1),
    ]
    with database.transaction() as session:
        assert grade_rows(session, rows, DURING, MONDAY).cases == 1
        assert grade_rows(session, rows, DURING, TUESDAY).cases == 0
        cases = session.execute(
            select(Customer.external_id, FollowUp.reason, FollowUp.urgent).join(
                Customer, Customer.id == FollowUp.customer_id
            )
        ).all()
        assert [tuple(case) for case in cases] == [("c", "early_warning", True)]
        facts = customer_facts(session, TUESDAY).sort("customer_id")
    assert facts["early_warning"].to_list() == ["refer", "watch"]


def test_the_portfolio_is_graded_by_what_is_on_record(database: Database) -> None:
    ids = fill(
        database, customer("late", THIRD_MONTH), customer("told", {}, salary_missing_months=2), customer("no")
    )
    with database.transaction() as session:
        report = grade_portfolio_during(session, DURING, MONDAY)
        count = session.scalar(select(func.count()).select_from(LifeCycleGrade))
    found = {each.key: each.result for each in report.rows}
    assert found.keys() == {"late", "told"}  # who has no account is not graded
    assert found["told"].grade.reasons[0] == "salary_stopped>=C"
    assert "late_for_long+6" in found["late"].grade.reasons
    assert found["late"].outcome is Outcome.REVIEW
    assert (count, report.cases, {each.customer_id for each in report.rows}) == (
        2,
        1,  # who is late is in collection already
        {ids["late"], ids["told"]},
    )


def test_a_rule_change_is_tried_on_the_facts_on_record(database: Database) -> None:
    harsher = BEFORE.model_copy(
        update={
            "strong": (
                *BEFORE.strong,
                StrongRule(id="young_number", when="phone_months < 3", at_least="C", outcome=Outcome.REFER),
            )
        }
    )
    with database.transaction() as session:
        grade_rows(session, [row("P1", phone_months=1), row("P2", phone_months=90)], BEFORE, MONDAY)
        found = diff_stage(session, harsher)
        assert found.outcomes == {(Outcome.NONE, Outcome.REFER): 1, (Outcome.NONE, Outcome.NONE): 1}
        (move,) = found.moves
        assert (found.keys[move.customer_id], move.before, move.after) == ("P1", "B", "C")
        assert explain_stage(session, "P1", harsher).outcome is Outcome.REFER
        assert session.scalar(select(func.count()).select_from(LifeCycleGrade)) == 2  # nothing was written
        with pytest.raises(NotFoundError, match="nothing was graded under the key 'P9'"):
            explain_stage(session, "P9", BEFORE)


@pytest.mark.parametrize("code", [*CASES.values(), "instalment", "relief_due", "promise_check", "asked"])
def test_reasons_of_follow_ups_have_words(code: str) -> None:
    assert words("zh").follow_up(code) != code
    assert words("en").follow_up(code) != code


def test_early_warning_tells_defaults_on_a_public_portfolio(
    sqlite_database: Database, tmp_path: Path
) -> None:
    """Every fifteenth card: whom the rules have watched, or more, missed the next payment more often."""
    from campaigns.customers.importer import import_customers

    if not CARDS.is_file():
        pytest.skip(f"{CARDS.name} is not on this machine")
    lines = CARDS.read_text(encoding="utf-8").splitlines()
    sample = [lines[0], *lines[1::15]]
    file = tmp_path / "cards.csv"
    file.write_text("\n".join(sample))
    import_customers(
        sqlite_database, file, mapping="credit-card-clients", as_of=MONDAY, errors_dir=tmp_path, seed=1
    )
    missed = {line.split(",")[0]: line.split(",")[-1] == "1" for line in sample[1:]}
    with sqlite_database.transaction() as session:
        report = grade_portfolio_during(session, DURING, MONDAY + timedelta(days=1), open_cases=False)
    rates = {}
    for group, outcomes in (("let be", {Outcome.NONE}), ("warned", set(Outcome) - {Outcome.NONE})):
        keys = [each.key.rsplit("-")[-1] for each in report.rows if each.result.outcome in outcomes]
        rates[group] = sum(missed[key.lstrip("0CUcu")] for key in keys) / len(keys)
    assert len(report.rows) == 2_000
    assert rates["warned"] > 2 * rates["let be"]
