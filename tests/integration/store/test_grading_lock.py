"""One grading at a time on a database; a killed one leaves no lock and no wrong order of calls behind."""

from __future__ import annotations

import os
import socket
import subprocess
import sys

import pytest
from sqlalchemy import select

from campaigns.dialing.audience import Audience
from campaigns.errors import ConflictError
from campaigns.grading.rulefile import load_rules
from campaigns.store.campaigns import create_campaign
from campaigns.store.database import Database
from campaigns.store.grades import GradingReport, grade_portfolio
from campaigns.store.grading_lock import Grader, check_nobody_grades, grading_alone
from campaigns.store.models import Account, CampaignMember, Grade
from tests.integration.store.rows import AT, add_customer

HERE = f"process {os.getpid()} on {socket.gethostname()}"
BATCH = 4
SIZE = 10
KILLED = """
import os, signal, sys
from campaigns.grading.rulefile import load_rules
from campaigns.store import grades
from campaigns.store.database import Database
from tests.integration.store.rows import AT
url, batch, last = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
def progress(done, total):
    if done >= last:
        os.kill(os.getpid(), signal.SIGKILL)
grades.BATCH = batch
grades.grade_portfolio(Database(url), load_rules(), AT, progress)
"""


def fill(database: Database) -> None:
    """Customers of all grades in a campaign that was made before there were grades."""
    with database.transaction() as session:
        for n in range(SIZE):
            add_customer(session, amount_due=100_000 + n, days_past_due=10)
        create_campaign(session, "c", "f", Audience(), concurrency=1, calls_per_second=1, at=AT)
        for n, account in enumerate(session.scalars(select(Account).order_by(Account.id))):
            account.days_past_due = (1, 40, 95)[n % 3]


def graded(database: Database) -> list[tuple[str, int, int]]:
    """Of each member the grade, its points and the place among the calls."""
    with database.reading() as session:
        rows = session.execute(
            select(Grade.letter, Grade.points, CampaignMember.priority)
            .join(CampaignMember, CampaignMember.customer_id == Grade.customer_id)
            .where(Grade.is_current)
            .order_by(CampaignMember.id)
        )
        return [(letter, points, priority) for letter, points, priority in rows]


def grade_once_free(database: Database) -> GradingReport:
    """A server notices a dead client in its own time."""
    for _ in range(500):
        try:
            return grade_portfolio(database, load_rules(), AT)
        except ConflictError:
            continue
    pytest.fail("the lock outlived its holder")


def test_the_second_is_refused_at_once_and_told_who_grades(database: Database) -> None:
    with (
        grading_alone(database, Grader.CONSOLE),
        pytest.raises(ConflictError, match=rf"the console \({HERE}\) is grading customers already"),
    ):
        grade_portfolio(database, load_rules(), AT)
    with grading_alone(database, Grader.COMMAND_LINE), pytest.raises(ConflictError, match="a command line"):
        check_nobody_grades(database, Grader.CONSOLE)
    assert grade_portfolio(database, load_rules(), AT).customers == 0


def test_a_fault_of_the_first_lets_the_second_go_on(database: Database) -> None:
    with pytest.raises(KeyboardInterrupt), grading_alone(database, Grader.CONSOLE):
        raise KeyboardInterrupt
    check_nobody_grades(database, Grader.COMMAND_LINE)


@pytest.mark.parametrize("killed_at", [BATCH, SIZE])
def test_a_grading_that_was_killed_is_begun_again_as_if_it_had_not_been(
    database: Database, killed_at: int
) -> None:
    fill(database)
    before = graded(database)
    url = database.url.render_as_string(hide_password=False)
    child = subprocess.run(  # noqa: S603
        [sys.executable, "-c", KILLED, url, str(BATCH), str(killed_at)], check=False
    )
    assert child.returncode == -9
    assert len(graded(database)) == killed_at > len(before)
    report = grade_once_free(database)
    assert report.changed == SIZE - killed_at
    again = graded(database)
    with database.transaction() as session:
        session.query(Grade).delete()
        session.query(CampaignMember).update({"priority": 0})
    grade_portfolio(database, load_rules(), AT)
    assert again == graded(database)
    assert len({letter for letter, _, _ in again}) > 1


@pytest.mark.external
def test_a_session_that_graded_is_given_back_with_its_name_of_before(postgres_database: Database) -> None:
    with grading_alone(postgres_database, Grader.CONSOLE):
        pass
    with postgres_database.transaction() as session:
        assert session.connection().exec_driver_sql("SHOW application_name").scalar() == "xiaorong"
