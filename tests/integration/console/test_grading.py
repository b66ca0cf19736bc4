"""Grading customers from the console: as a job, on its pages, by programs, and only by those who may."""

from __future__ import annotations

import os
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from campaigns.cli.main import app
from campaigns.console import grading
from campaigns.console.jobs.grade_run import ALL, GRADE_RUN, SUBJECT_KIND
from campaigns.grades import rules_of
from campaigns.grading.rulefile import DEFAULT_RULES, load_rules
from campaigns.settings import SETTINGS_FILE, create_home, load_settings
from campaigns.store import grades as grades_store
from campaigns.store.console.jobs import JobView, ask_to_stop, latest_job
from campaigns.store.grades import grade_counts, grade_portfolio
from campaigns.store.grading_lock import Grader, grading_alone
from campaigns.store.models import Account, AuditEntry, CampaignMember, Grade
from tests.integration.console.keys import program
from tests.integration.console.test_imports import HEAD, as_csv, bring, row
from tests.integration.console.world import World
from tests.integration.store.rows import AT

PAGE = "/customers/grading"


def job_of(world: World) -> JobView:
    with world.database.reading() as session:
        job = latest_job(session, GRADE_RUN, SUBJECT_KIND, ALL)
    assert job is not None
    return job


def forget_grades(world: World) -> None:
    with world.database.transaction() as session:
        session.query(Grade).delete()


def counts(world: World) -> dict[str, int]:
    with world.database.reading() as session:
        return grade_counts(session)


def test_an_import_is_followed_by_a_grading(world: World) -> None:
    manager = world.browser("campaign_manager")
    bring(manager, as_csv([HEAD, row(1), row(2, 逾期天数="95")]))
    manager.post("/imports/1/check")
    assert PAGE not in manager.get("/imports/1").text
    manager.post("/imports/1/start")
    page = manager.get("/imports/1").text
    assert f'action="{PAGE}"' in page
    assert "现有 2 位客户尚未评级" in page
    assert "2 位客户尚未评级" in manager.get("/customers").text
    world.wait(minutes=1)
    answer = manager.post(PAGE)
    assert answer.headers["location"] == PAGE
    job = job_of(world)
    assert (job.state, job.result["customers"], job.result["rules"]) == ("done", 8, load_rules().label)
    assert job.result["counts"] == counts(world)
    assert job.result["changed"] == 8  # those of the world were by other rules
    assert "共评级 8 位客户" in manager.get(PAGE).text
    assert "客户均已评级" in manager.get("/customers").text
    assert "本次导入后已完成客户评级" in manager.get("/imports/1").text
    again = manager.post(PAGE)
    assert (again.status_code, job_of(world).result["changed"]) == (303, 0)


def test_who_graded_and_what_came_of_it_is_on_record(world: World) -> None:
    world.browser("campaign_manager").post(PAGE)
    with world.database.reading() as session:
        begun, graded = (
            session.query(AuditEntry)
            .filter(AuditEntry.action.like("customers.grad%"))
            .order_by(AuditEntry.id)
        )
    assert (begun.action, begun.by, begun.via) == ("customers.grading_begun", "campaign_manager", "session")
    assert (graded.action, graded.by, graded.via) == ("customers.graded", "campaign_manager", "job")
    assert graded.after["counts"] == counts(world)
    assert graded.after["rules"] == begun.after["rules"] == load_rules().label


def test_the_console_grades_as_the_command_line_does(world: World) -> None:
    world.browser("administrator").post(PAGE)
    job = job_of(world)
    of_console = counts(world)
    forget_grades(world)
    report = grade_portfolio(world.database, load_rules(), AT)
    assert (report.counts, report.rules_version) == (of_console, job.result["rules"])
    assert grade_portfolio(world.database, load_rules(), AT).changed == 0


def test_a_grading_of_elsewhere_is_told_too(world: World) -> None:
    grade_portfolio(world.database, load_rules(), AT + timedelta(days=40))
    analyst = world.browser("analyst")
    assert "客户均已评级" in analyst.get("/customers").text
    page = analyst.get(PAGE).text
    assert "控制台尚未运行过评级" in page
    told = program(world, "analyst", {"customers.read"}).get("/grading").json()
    assert (told["job"], told["latest"], told["graded_by"]) == (None, None, load_rules().label)
    assert told["graded_at"].startswith(str((AT + timedelta(days=40)).date()))


def test_other_rules_than_those_of_the_grades_are_told_before(world: World) -> None:
    manager = world.browser("campaign_manager")
    assert "当前等级按规则 r 评定" in manager.get(PAGE).text
    manager.post(PAGE)
    assert "当前等级按规则" not in manager.get(PAGE).text


@pytest.mark.parametrize("role", ["quality", "analyst", "auditor"])
def test_who_may_not_grade_reads_how_grades_stand(world: World, role: str) -> None:
    browser = world.browser(role)
    assert browser.post(PAGE).status_code == 403
    for path in ("/customers", PAGE):
        answer = browser.get(path)
        assert answer.status_code == 200
        assert f'action="{PAGE}"' not in answer.text
    with world.database.reading() as session:
        assert latest_job(session, GRADE_RUN, SUBJECT_KIND, ALL) is None


def test_one_grading_at_a_time(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(world.app.state.jobs, "begin", lambda _job: None)  # queued: as if it took its time
    manager = world.browser("campaign_manager")
    assert manager.post(PAGE).status_code == 303
    assert manager.post(PAGE).status_code == 409
    for path in ("/customers", PAGE):
        page = manager.get(path).text
        assert "正在" in page
        assert f'action="{PAGE}"' not in page
    assert 'data-events="/customers/grading/events"' in manager.get(PAGE).text
    assert program(world).ask("POST", "/grading").status_code == 409


def test_a_stopped_grading_keeps_its_grades_and_goes_on(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(grades_store, "BATCH", 4)
    forget_grades(world)
    save = grades_store.save_grades

    def save_and_stop(session: Any, *rest: Any) -> int:
        ask_to_stop(session, job_of(world).id, world.clock.now())
        return save(session, *rest)

    monkeypatch.setattr(grades_store, "save_grades", save_and_stop)
    manager = world.browser("campaign_manager")
    manager.post(PAGE)
    assert (job_of(world).state, sum(counts(world).values())) == ("stopped", 4)
    page = manager.get(PAGE).text
    assert "评级已停止" in page
    monkeypatch.setattr(grades_store, "save_grades", save)
    manager.post(PAGE)
    assert (job_of(world).state, job_of(world).result["changed"]) == ("done", 2)
    assert sum(counts(world).values()) == 6


def test_a_grading_that_a_restart_broke_off_has_failed_and_can_be_begun_again(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patch:
        patch.setattr(world.app.state.jobs, "begin", lambda _job: None)
        world.browser("campaign_manager").post(PAGE)
    world.app.state.jobs.open()
    manager = world.browser("campaign_manager")
    assert job_of(world).state == "failed"
    assert 'class="alert bad"' in manager.get(PAGE).text
    manager.post(PAGE)
    assert job_of(world).state == "done"


def test_programs_grade_and_read_what_came_of_it(world: World) -> None:
    forget_grades(world)
    key = program(world, "campaign_manager")
    before = key.get("/grading").json()
    assert (before["graded_at"], before["ungraded"], before["rules"]) == (None, 6, load_rules().label)
    answer = key.ask("POST", "/grading", **{"idempotency-key": "monday"})
    assert (answer.status_code, answer.json()["kind"]) == (202, GRADE_RUN)
    again = key.ask("POST", "/grading", **{"idempotency-key": "monday"})
    assert (again.status_code, again.json()["id"]) == (202, answer.json()["id"])
    told = key.get("/grading").json()
    assert (told["job"]["state"], told["ungraded"], told["latest"]["customers"]) == ("done", 0, 6)
    assert (told["latest"]["grades"], told["latest"]["changed"]) == (counts(world), 6)
    assert program(world, "campaign_manager", {"imports.run"}).ask("POST", "/grading").status_code == 403
    assert program(world, "campaign_manager", {"customers.read"}).ask("POST", "/grading").status_code == 403


def test_grades_that_were_written_before_a_fault_order_the_calls(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The next run finds these grades as they should be, and would leave the calls in their old order."""
    monkeypatch.setattr(grades_store, "BATCH", 4)

    def priorities() -> list[int]:
        with world.database.reading() as session:
            found = session.query(CampaignMember.priority).order_by(CampaignMember.id)
            return [priority for (priority,) in found]

    forget_grades(world)
    with world.database.transaction() as session:
        session.query(CampaignMember).update({"priority": -5})
        session.query(CampaignMember).update({"state": "waiting"})
        for account in session.query(Account):
            account.days_past_due = 95

    def stop(_done: int, _total: int) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        grade_portfolio(world.database, load_rules(), AT, stop)
    assert -5 not in priorities()


def test_the_lenders_own_rules_are_those_of_console_and_command_line(tmp_path: Path, world: World) -> None:
    create_home(tmp_path)
    own = DEFAULT_RULES.read_text().replace("version:", "version: own-", 1)
    (tmp_path / "own.yaml").write_text(own.replace("own- ", "own-"))
    with (tmp_path / SETTINGS_FILE).open("a") as settings:
        settings.write('grading_rules = "own.yaml"\n')
    rules = rules_of(load_settings(tmp_path))
    assert rules.label != load_rules().label
    other = World(replace(world.services, grading=rules), world.clock)
    other.browser("administrator").post(PAGE)
    assert job_of(other).result["rules"] == rules.label
    CliRunner().invoke(app, ["--home", str(tmp_path), "init"], catch_exceptions=False)
    printed = CliRunner().invoke(app, ["--home", str(tmp_path), "grade"], catch_exceptions=False)
    assert rules.version in printed.output


def test_a_grading_of_the_command_line_keeps_that_of_the_console_apart(world: World) -> None:
    manager = world.browser("campaign_manager")
    with grading_alone(world.database, Grader.COMMAND_LINE):
        answer = program(world).ask("POST", "/grading")
        assert answer.status_code == 409
        assert f"a command line (process {os.getpid()}" in answer.json()["detail"].lower()
        assert "命令行" in manager.post(PAGE).text
    with world.database.reading() as session:
        assert latest_job(session, GRADE_RUN, SUBJECT_KIND, ALL) is None
    manager.post(PAGE)
    assert job_of(world).state == "done"


def test_a_grading_begun_in_the_same_moment_as_another_fails_and_says_who_grades(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    manager = world.browser("campaign_manager")
    monkeypatch.setattr(grading, "check_nobody_grades", lambda *_: None)
    with grading_alone(world.database, Grader.COMMAND_LINE):
        manager.post(PAGE)
    assert job_of(world).state == "failed"
    assert f"命令行（进程 {os.getpid()}" in manager.get(PAGE).text
