"""Launching, pausing and resuming a campaign, with a second person's approval where it is large."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from campaigns.console.jobs.campaign_run import CAMPAIGN_RUN
from campaigns.errors import StoreError
from campaigns.store.campaigns import campaign_by_name, pause_campaign, start_campaign
from campaigns.store.console.approvals import decide_approval, request_approval
from campaigns.store.console.audit import Actor
from campaigns.store.console.jobs import NewJob, jobs_page
from campaigns.store.console.launches import Operator, settle_launch
from campaigns.store.database import Database
from campaigns.store.models import Approval, AuditEntry, Campaign
from tests.integration.console.world import CAMPAIGN, World, fill
from tests.integration.dialing.campaigning import install
from tests.integration.store.rows import AT

PATH = f"/campaigns/{CAMPAIGN}"


def state(world: World) -> str:
    with world.database.reading() as session:
        return campaign_by_name(session, CAMPAIGN).state


def test_a_small_campaign_is_launched_paused_and_resumed(world: World) -> None:
    manager = world.browser("campaign_manager")
    for action, after in (("launch", "running"), ("pause", "paused"), ("resume", "running")):
        answer = manager.post(f"{PATH}/{action}", {"why": "line fault"})
        assert answer.headers["location"] == PATH
        assert state(world) == after
        assert manager.post(f"{PATH}/launch").status_code == 409
    with world.database.reading() as session:
        rows = session.query(AuditEntry).filter(AuditEntry.action.like("campaigns.%")).order_by(AuditEntry.id)
        assert [(row.before["state"], row.after["state"], row.reason) for row in rows] == [
            ("draft", "running", ""),
            ("running", "paused", "line fault"),
            ("paused", "running", ""),
        ]


def test_a_running_campaign_is_carried_on_after_the_console_was_stopped(world: World) -> None:
    here = world.configured(run_campaigns=True)
    here.app.state.jobs.begin = lambda _job_id: None  # nothing is to be dialled
    manager = here.browser("campaign_manager")
    assert manager.post(f"{PATH}/carry-on").status_code == 409  # a draft is launched
    manager.post(f"{PATH}/launch")
    assert "carry-on" not in manager.get(PATH).text
    assert manager.post(f"{PATH}/carry-on").status_code == 409  # it is being worked off
    here.app.state.jobs.open()
    assert "carry-on" in manager.get(PATH).text
    assert manager.post(f"{PATH}/carry-on").status_code == 303
    with world.database.reading() as session:
        assert [job.state for job in jobs_page(session)] == ["queued", "failed"]


def test_its_figures_are_sent_as_long_as_it_runs(world: World) -> None:
    manager = world.browser("campaign_manager")
    answer = manager.get(f"{PATH}/events")
    assert answer.headers["content-type"].startswith("text/event-stream")
    assert answer.text == "event: over\ndata: .\n\n"


def test_a_large_campaign_needs_a_second_person(world: World) -> None:
    large = world.configured(approve_above=3)
    manager, administrator = large.browser("campaign_manager"), large.browser("administrator")
    manager.post(f"{PATH}/launch")
    assert state(world) == "draft"
    with world.database.reading() as session:
        request = session.query(Approval).one()
    decide = f"{PATH}/approvals/{request.id}"
    assert manager.post(decide, {"decision": "approve"}).status_code == 409  # one's own
    assert large.browser("quality").post(decide, {"decision": "approve"}).status_code == 403
    manager.post(f"{PATH}/launch")  # asked anew: the first request is void
    assert administrator.post(decide, {"decision": "approve"}).status_code == 409
    assert "待他人审批" in administrator.get("/campaigns").text
    administrator.post(f"{PATH}/approvals/{request.id + 1}", {"decision": "approve"})
    assert state(world) == "draft"
    manager.post(f"{PATH}/launch")
    assert state(world) == "running"


def test_a_large_campaign_gets_past_nobody_by_a_pause_or_an_edit(world: World) -> None:
    large = world.configured(approve_above=3)
    manager, administrator = large.browser("campaign_manager"), large.browser("administrator")
    manager.post(f"{PATH}/pause")
    manager.post(f"{PATH}/resume")
    assert state(world) == "paused"
    assert "待审批" in administrator.get(PATH).text
    assert "/resume" not in manager.get(PATH).text  # it is asked for already
    administrator.post(f"{PATH}/approvals/1", {"decision": "approve"})
    manager.post(f"{PATH}/resume")
    assert state(world) == "running"
    manager.post(f"{PATH}/pause")
    with world.database.transaction() as session:
        session.query(Campaign).filter_by(name=CAMPAIGN).one().concurrency = 99
    assert "申请恢复审批" in manager.get(PATH).text
    manager.post(f"{PATH}/resume")
    assert state(world) == "paused"


def test_a_large_campaign_launched_at_the_command_line_goes_on_here_by_a_second_person(world: World) -> None:
    with world.database.transaction() as session:
        campaign = campaign_by_name(session, CAMPAIGN)
        start_campaign(session, campaign.id, AT)
        pause_campaign(session, campaign.id, "line fault")
    large = world.configured(approve_above=3)
    manager = large.browser("campaign_manager")
    assert "申请恢复审批" in manager.get(PATH).text
    manager.post(f"{PATH}/resume")
    assert state(world) == "paused"
    large.browser("administrator").post(f"{PATH}/approvals/1", {"decision": "approve"})
    manager.post(f"{PATH}/resume")
    assert state(world) == "running"


def test_a_large_campaign_that_ran_unasked_is_carried_on_by_a_second_person(world: World) -> None:
    with world.database.transaction() as session:
        start_campaign(session, campaign_by_name(session, CAMPAIGN).id, AT)
    large = world.configured(approve_above=3, run_campaigns=True)
    large.app.state.jobs.begin = lambda _job_id: None  # nothing is to be dialled
    manager = large.browser("campaign_manager")
    assert "申请恢复审批" in manager.get(PATH).text
    manager.post(f"{PATH}/carry-on")
    assert "/carry-on" not in manager.get(PATH).text  # it is asked for already
    with world.database.reading() as session:
        assert not jobs_page(session)
    assert "待审批" in large.browser("administrator").get(PATH).text
    large.browser("administrator").post(f"{PATH}/approvals/1", {"decision": "approve"})
    manager.post(f"{PATH}/carry-on")
    with world.database.reading() as session:
        assert [job.state for job in jobs_page(session)] == ["queued"]


def test_what_an_operator_took_upon_themselves_goes_on_here_as_it_is(world: World) -> None:
    with world.database.transaction() as session:
        settle_launch(session, CAMPAIGN, Operator("root", 3, AT, "nobody else is here"))
    manager = world.configured(approve_above=3).browser("campaign_manager")
    manager.post(f"{PATH}/launch")
    assert state(world) == "running"
    log = world.browser("auditor").get("/settings/audit").text
    assert "未经第二人审批运行活动" in log
    assert "nobody else is here" in log


def test_why_it_holds_is_said_in_the_readers_language(world: World) -> None:
    manager = world.browser("campaign_manager")
    manager.post(f"{PATH}/pause")
    assert "暂停" in manager.get(PATH).text
    manager.post("/profile/preferences", {"language": "en", "next": PATH})
    page = manager.get(PATH).text
    assert "paused by" in page


def test_a_campaign_is_found_by_a_part_of_its_name(world: World) -> None:
    manager = world.browser("campaign_manager")
    assert PATH in manager.get(f"/campaigns?q={CAMPAIGN[1:].upper()}").text
    nothing = manager.get("/campaigns?q=%25").text
    assert f'href="{PATH}"' not in nothing
    assert "没有符合条件的活动" in nothing


def test_a_refused_launch_stays_a_draft(world: World) -> None:
    large = world.configured(approve_above=3)
    manager = large.browser("campaign_manager")
    manager.post(f"{PATH}/launch")
    fields = {"decision": "refuse", "comment": "too many"}
    large.browser("administrator").post(f"{PATH}/approvals/1", fields)
    assert "too many" in manager.get(PATH).text
    manager.post(f"{PATH}/launch")
    assert state(world) == "draft"


def test_nobody_approves_their_own_request_even_past_the_page(database: Database) -> None:
    fill(database)
    with database.transaction() as session:
        approval_id = request_approval(session, "a.b", "campaign", "x", {}, by=1, at=AT)
    with pytest.raises(StoreError, match="four_eyes"), database.transaction() as session:
        session.get_one(Approval, approval_id).decided_by = 1
    with database.transaction() as session:
        assert (
            decide_approval(session, approval_id, approve=True, by=2, at=AT, comment="").state == "approved"
        )


def test_a_campaign_that_there_is_not(world: World) -> None:
    manager = world.browser("campaign_manager")
    assert manager.get("/campaigns/none").status_code == 404
    assert manager.post("/campaigns/none/launch").status_code == 404


def test_its_job_runs_the_campaign_to_its_end(tmp_path: Path, model_cache: Path, world: World) -> None:
    settings = install(tmp_path / "lender", customers=4, cache=model_cache)
    database = Database(settings.store_url)
    try:
        services = replace(world.services, settings=settings, database=database)
        running = World(services, world.clock).configured(run_campaigns=True)
        jobs = running.app.state.jobs
        with database.transaction() as session:
            job_id = jobs.add(session, NewJob(CAMPAIGN_RUN, "campaign", "drill", {}), Actor(None, "x", "job"))
        jobs.work(job_id)
        with database.reading() as session:
            (job,) = jobs_page(session)
            assert (job.state, job.error, job.result) == ("done", None, {"end": "finished"})
            assert job.done == job.total > 0
            assert campaign_by_name(session, "drill").state == "finished"
    finally:
        database.close()
