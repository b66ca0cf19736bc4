"""Reports and exports: what they count, how they are taken, and heavy ones as jobs."""

from __future__ import annotations

import io
import zipfile
from dataclasses import replace

import openpyxl
import pytest

from campaigns.console import reporting
from campaigns.console.reporting import Question
from campaigns.console.web.behind import Behind
from campaigns.console.web.recent import Recent
from campaigns.outcomes.overview.dimensions import Dimension
from campaigns.store.console.audit import Actor
from campaigns.store.models import Approval, AuditEntry, Job
from campaigns.store.sweeps import record_sweep
from tests.integration.console.world import CAMPAIGN, NAMES, Browser, World

COUNTING = "正在统计"


def test_a_report_is_as_its_address_asks(world: World) -> None:
    browser = world.browser("analyst")
    page = browser.get(f"/reports?campaign={CAMPAIGN}&from=2026-01-01&by=hour&by=script").text
    assert f"<option selected>{CAMPAIGN}</option>" in page
    assert 'id="grid-by_hour"' in page
    assert 'id="grid-by_grade"' not in page
    assert 'class="chart"' in page
    assert browser.get("/reports?campaign=none").status_code == 404
    assert browser.get("/reports?from=2026-02-01&to=2026-01-01").status_code == 409
    assert browser.get("/reports?from=x").status_code == 409
    assert browser.get("/reports?paid_days=99").status_code == 409


@pytest.mark.parametrize("form", ["csv", "xlsx", "html"])
def test_a_report_is_taken_as_a_file(world: World, form: str) -> None:
    answer = world.browser("analyst").get(f"/reports/files/{form}")
    assert answer.status_code == 200
    assert "attachment" in answer.headers["content-disposition"]
    if form == "csv":
        with zipfile.ZipFile(io.BytesIO(answer.content)) as bundle:
            assert "funnel.csv" in bundle.namelist()
    elif form == "xlsx":
        assert len(openpyxl.load_workbook(io.BytesIO(answer.content)).sheetnames) > 3
    else:
        assert answer.text.startswith("<!doctype html>")
    assert not [name for name in NAMES if name.encode() in answer.content]


def test_a_heavy_report_is_counted_behind_the_page_and_its_last_result_shown(world: World) -> None:
    heavy = world.configured(report_dials=0)
    page = heavy.browser("analyst").get("/reports").text
    assert 'id="grid-funnel"' in page
    assert "统计于" in page
    hurried = replace(heavy.services, behind=Behind(0.0))
    page = World(hurried, world.clock).browser("analyst").get("/reports").text
    assert 'id="grid-funnel"' in page  # of the last count
    assert COUNTING in page
    nobody_yet = World(hurried, world.clock).browser("analyst").get("/reports?paid_days=9").text
    assert 'id="grid-funnel"' not in nobody_yet
    assert COUNTING in nobody_yet


@pytest.mark.parametrize(
    "path",
    [
        "/reports/numbers?by=prefix",
        "/settings/retention",
        f"/campaigns/{CAMPAIGN}/funnel",
        f"/campaigns/{CAMPAIGN}/foreseen",
    ],
)
def test_what_takes_long_is_asked_for_again_until_it_is_there(world: World, path: str) -> None:
    hurried = world.configured(report_dials=0)
    slow = World(replace(hurried.services, behind=Behind(0.0)), world.clock)
    page = slow.browser("administrator").get(path).text
    assert f'hx-get="{path}"' in page
    assert COUNTING in page
    assert COUNTING not in hurried.browser("administrator").get(path).text


def test_what_is_kept_of_a_report_is_what_was_counted(world: World) -> None:
    question = Question()
    counted = reporting.count(world.services, question)
    reporting.keep(world.services, question, counted)
    kept = reporting.kept(world.services, question)
    assert kept == counted
    assert [group.key for group in kept.by_dials(Dimension.SCRIPT)] == [
        group.key for group in counted.by_dials(Dimension.SCRIPT)
    ]
    assert reporting.kept(world.services, Question(paid_days=8)) is None


@pytest.mark.parametrize("by", ["status", "prefix", "source", "campaign", "nonsense"])
def test_numbers_are_counted_by_what_is_asked(world: World, by: str) -> None:
    assert world.browser("analyst").get(f"/reports/numbers?by={by}").status_code == 200


def test_an_export_of_personal_data_waits_for_a_second_person(world: World) -> None:
    strict = world.configured(approve_exports=True)
    asker, other = strict.browser("campaign_manager"), strict.browser("administrator")
    wanted = {"dataset": "members", "format": "csv", "personal": "1", "reason": "letter of the court"}
    assert asker.post("/exports", {**wanted, "reason": ""}).status_code == 409
    asker.post("/exports", wanted)
    with world.database.reading() as session:
        assert session.query(Job).count() == 0
        approval = session.query(Approval).one().id
    assert asker.post(f"/exports/approvals/{approval}", {"decision": "approve"}).status_code == 409
    assert "letter of the court" in other.get("/exports").text
    assert other.get("/campaigns").status_code == 200  # where other requests are shown
    other.post(f"/exports/approvals/{approval}", {"decision": "approve"})
    with world.database.reading() as session:
        job = session.query(Job).one()
        assert (job.state, job.user_id) == ("done", world.user_id("campaign_manager"))
        number = job.id
    assert other.get(f"/exports/{number}/file").status_code == 404  # it is the asker's
    assert NAMES[0] in asker.get(f"/exports/{number}/file").text
    with world.database.reading() as session:
        assert "exports.taken" in [entry.action for entry in session.query(AuditEntry)]


def test_an_analyst_exports_masked_and_never_in_full(world: World) -> None:
    browser = world.browser("analyst")
    wanted = {"dataset": "members", "format": "csv", "personal": "1", "reason": "curious"}
    assert browser.post("/exports", wanted).status_code == 403
    browser.post("/exports", {"dataset": "members", "format": "csv"})
    text = browser.get("/exports/1/file").text
    assert len(text.splitlines()) > 1
    assert not [name for name in NAMES if name in text]


def test_retention_shows_what_is_due_and_deletes_only_when_sure(world: World) -> None:
    browser = world.browser("administrator")
    assert browser.get("/settings/retention").status_code == 200
    assert browser.post("/settings/retention").status_code == 409
    assert browser.post("/settings/retention", {"sure": "yes"}).status_code == 303
    with world.database.reading() as session:
        assert session.query(Job).filter_by(kind="retention.sweep").count() == 1


def _anew(world: World) -> Browser:
    """Somebody who sees nothing that was counted before."""
    return World(replace(world.services, recent=Recent()), world.clock).browser("administrator")


def test_that_nothing_was_deleted_for_long_is_told_until_it_is(world: World) -> None:
    browser = world.browser("administrator")
    assert "尚未清理过到期记录" in browser.get("/settings/retention").text
    assert "未清理到期记录" not in browser.get("/today").text  # it is new
    world.wait(hours=7 * 24 + 1)
    again = _anew(world)
    assert "自 2026-03-02 起未清理到期记录" in again.get("/today").text
    with world.database.transaction() as session:
        record_sweep(session, Actor(None, "root", "command"), 17, world.services.now())
    world.wait(minutes=1)
    again = _anew(world)
    assert "未清理到期记录" not in again.get("/today").text
    page = again.get("/settings/retention").text
    assert "root（命令行），共删除 17 项" in page
    assert 'class="alert warn"' not in page
    world.wait(hours=7 * 24)
    late = _anew(world)
    assert "自 2026-03-09 起未清理到期记录" in late.get("/settings/retention").text


@pytest.mark.parametrize("language", ["zh", "en"])
def test_a_period_is_changed_within_its_limits_and_that_is_audited(world: World, language: str) -> None:
    browser = world.browser("administrator")
    browser.post("/profile/preferences", {"language": language})
    page = browser.get("/settings/retention").text
    assert ("回调事件" if language == "zh" else "Events to the lender") in page
    change = {"kind": "events", "days": "30", "reason": "磁盘空间"}
    assert browser.post("/settings/retention/periods", change | {"days": "731"}).status_code == 409
    assert browser.post("/settings/retention/periods", change | {"days": "few"}).status_code == 409
    assert browser.post("/settings/retention/periods", change | {"reason": ""}).status_code == 409
    assert browser.post("/settings/retention/periods", change).status_code == 303
    assert "磁盘空间" in browser.get("/settings/retention").text
    with world.database.reading() as session:
        entry = session.query(AuditEntry).filter_by(action="retention.changed").one()
        assert (entry.subject, entry.before, entry.after) == ("events", {"days": 90}, {"days": 30})
        assert entry.reason == "磁盘空间"


def test_the_line_is_checked_and_what_was_found_is_shown(world: World) -> None:
    browser = world.browser("campaign_manager")
    browser.post("/settings/lines/check")
    with world.database.reading() as session:
        job = session.query(Job).filter_by(kind="lines.check").one()
        assert job.state == "done", job.error
    assert job.result["findings"][0]["what"] in browser.get("/settings/lines").text
