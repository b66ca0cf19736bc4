"""Why a customer has a grade, and what a rule change would move, on SQLite and PostgreSQL."""

from __future__ import annotations

from pathlib import Path

import pytest
from sqlalchemy import select

from campaigns.cli.grade_view import MOVE_COLUMNS, print_diff, print_grade, write_moves
from campaigns.errors import ConflictError, NotFoundError
from campaigns.grading.rulefile import load_rules
from campaigns.grading.rules import StrongRule
from campaigns.store.database import Database
from campaigns.store.grade_explanation import diff_grades, explain_grade
from campaigns.store.grades import grade_portfolio
from campaigns.store.models import Account, Grade
from tests.integration.test_grading import MONDAY, THIRD_MONTH, TUESDAY, customer, fill

RULES = load_rules()
KINDER = RULES.model_copy(update={"version": "kinder", "strong": ()})
HARSH = RULES.model_copy(
    update={"strong": (*RULES.strong, StrongRule(id="harsh", when="balance > 0", at_least="D"))}
)


def test_a_grade_is_explained_with_its_history(
    clean_database: Database, capsys: pytest.CaptureFixture[str]
) -> None:
    ids = fill(clean_database, customer("c", {}), customer("other", THIRD_MONTH), customer("bare"))
    grade_portfolio(clean_database, RULES, MONDAY)
    with clean_database.transaction() as session:
        account = session.scalars(select(Account).where(Account.customer_id == ids["c"])).one()
        account.days_past_due = 75
        before = explain_grade(session, "c", RULES)
    assert before.current
    assert before.current.result.letter == "A"
    assert before.now.result.letter == "D"  # the facts have moved since
    print_grade(before, RULES.label, MONDAY.tzinfo)  # type: ignore[arg-type]
    assert "By the facts of now" in capsys.readouterr().out
    grade_portfolio(clean_database, RULES, TUESDAY)
    with clean_database.transaction() as session:
        after = explain_grade(session, "c", RULES)
        with pytest.raises(NotFoundError):
            explain_grade(session, "nobody", RULES)
        with pytest.raises(ConflictError, match="no account"):
            explain_grade(session, "bare", RULES)
    assert after.now.decided_by == "third_month_of_arrears"
    assert [(record.result.letter, record.graded_at) for record in after.history] == [
        ("D", TUESDAY),
        ("A", MONDAY),
    ]
    print_grade(after, RULES.label, MONDAY.tzinfo)  # type: ignore[arg-type]
    shown = capsys.readouterr().out
    assert "By the facts of now" not in shown
    assert "D with" in shown
    assert "the strong rule third_month_of_arrears" in shown


def test_a_rule_change_is_tried_and_nothing_is_written(
    clean_database: Database, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    fill(clean_database, *(customer(f"=c{n}", THIRD_MONTH if n < 2 else {}) for n in range(5)))
    with clean_database.transaction() as session:
        assert diff_grades(session, RULES).matrix.counts == {("-", "A"): 3, ("-", "D"): 2}
    grade_portfolio(clean_database, RULES, MONDAY)
    with clean_database.transaction() as session:
        found = diff_grades(session, HARSH)
        assert diff_grades(session, HARSH, RULES).moves == found.moves
        assert not diff_grades(session, RULES).moves
        assert not diff_grades(session, KINDER, KINDER).moves
        assert session.query(Grade).count() == 5
    assert found.matrix.counts == {("A", "D"): 3, ("D", "D"): 2}
    assert {(move.before, move.after, move.new) for move in found.moves} == {("A", "D", ("harsh>=D",))}
    print_diff(found, 2)
    assert "3 of 5 customers would move (60.0%)" in capsys.readouterr().out
    write_moves(found, tmp_path / "moves.csv")
    lines = (tmp_path / "moves.csv").read_text(encoding="utf-8-sig").splitlines()
    assert lines[0] == ",".join(MOVE_COLUMNS)
    assert lines[1].startswith("'=c2,A,D,")  # no formula for a spreadsheet to run
    assert len(lines) == 4
    with pytest.raises(ConflictError, match="cannot be written"):
        write_moves(found, tmp_path / "nowhere" / "moves.csv")
