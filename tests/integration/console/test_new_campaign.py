"""A campaign is made in the guided form, tried out, edited and ended; whom it would not call is told."""

from __future__ import annotations

import threading
from dataclasses import replace
from types import ModuleType
from typing import Any

import pytest

from campaigns.console import audiences, foresight
from campaigns.console.access.secrets import csrf_token
from campaigns.console.jobs.dry_run import DRY_RUN
from campaigns.console.web.behind import Behind
from campaigns.store.campaigns import campaign_by_name
from campaigns.store.changes import changes_of
from campaigns.store.console.campaign_setup import campaign_setup
from campaigns.store.console.jobs import latest_job
from campaigns.store.models import AudienceList, AuditEntry, Customer
from tests.integration.console.world import World

NEW = "/campaigns/-/new"
LONG_S = 30.0
FORM = {
    "name": "spring",
    "flow": "repayment-reminder",
    "concurrency": "5",
    "calls_per_second": "1.5",
    "caller": "+8610000000",
    "hours": "law",
}


@pytest.fixture
def manager(world: World) -> Any:
    return world.browser("campaign_manager")


def test_the_count_is_live_and_says_what_does_not_do(manager: Any) -> None:
    assert "<b>5</b>" in manager.post(f"{NEW}/count", FORM).text  # one of six is not late
    assert "<b>2</b>" in manager.post(f"{NEW}/count", {**FORM, "min_days": "10"}).text
    assert 'role="alert"' in manager.post(f"{NEW}/count", {**FORM, "min_days": "90"}).text
    assert 'role="alert"' in manager.post(f"{NEW}/count", {**FORM, "hours": "own", "hours_mon": "x"}).text
    early = {**FORM, "hours": "own", "hours_mon": "07:00-23:00"}
    assert "超出规则允许的外呼时间 09:00-20:30" in manager.post(f"{NEW}/count", early).text
    assert manager.post(NEW, early).status_code == 422


def test_whom_it_would_not_call_and_why(manager: Any) -> None:
    page = manager.post(f"{NEW}/preview", FORM).text
    assert "已对全部 5 位客户逐一判定" in page
    assert "客户要求不再来电" in page
    assert "有未结的人工工单" in page
    assert "/customers/2?tab=overview" in page


@pytest.mark.parametrize(
    ("where", "name", "path", "found"),
    [
        (audiences, "audience_size", f"{NEW}/count", "<b>5</b>"),
        (foresight, "foresee", f"{NEW}/preview", "已对全部 5 位客户逐一判定"),
    ],
)
def test_what_takes_long_is_counted_behind_the_form_and_says_of_when_it_is(
    world: World, monkeypatch: pytest.MonkeyPatch, where: ModuleType, name: str, path: str, found: str
) -> None:
    """Over a million customers it takes seconds: the form asks again until it is there."""
    go, whole = threading.Event(), getattr(where, name)

    def slow(*args: Any, **named: Any) -> Any:
        go.wait(LONG_S)
        return whole(*args, **named)

    monkeypatch.setattr(where, name, slow)
    hurried = World(replace(world.services, behind=Behind(0.0)), world.clock)
    manager = hurried.browser("campaign_manager")
    early = manager.post(path, FORM).text
    assert f'hx-post="{path}"' in early
    assert found not in early
    go.set()
    for thread in threading.enumerate():
        if thread.name == "counting":
            thread.join(LONG_S)
    later = manager.post(path, FORM).text
    assert found in later
    assert f'hx-post="{path}"' not in later
    assert "截至 " in later


def test_it_is_made_as_a_draft_with_all_that_was_set(world: World, manager: Any) -> None:
    answer = manager.post(NEW, {**FORM, "hours": "own", "hours_mon": "10:00-12:00", "tries_busy": "2"})
    assert answer.headers["location"] == "/campaigns/spring"
    with world.database.reading() as session:
        campaign = campaign_by_name(session, "spring")
        setup = campaign_setup(session, campaign.id)
        assert (campaign.state, campaign.members, campaign.calls_per_second) == ("draft", 5, 1.5)
        assert setup.window is not None
        assert setup.retries == {"busy": {"max_tries": 2}}
        assert session.query(AuditEntry).filter_by(action="campaigns.created").count() == 1
    assert manager.post(NEW, FORM).status_code == 422  # the name is taken
    page = manager.post(NEW, {**FORM, "name": "wrong name", "min_days": "7"})
    assert page.status_code == 422
    assert 'value="wrong name"' in page.text  # nothing that was typed is lost
    assert 'value="7"' in page.text


def test_an_audience_by_a_file_of_keys(world: World, manager: Any) -> None:
    with world.database.reading() as session:
        keys = [row.external_id for row in session.query(Customer).order_by(Customer.id)]
    content = f"{keys[1]}\n{keys[2]}\nnobody\n".encode()
    part = manager.client.post(
        "/campaigns/-/keys",
        files={"keys": ("vip.csv", content)},
        headers={"origin": manager.origin, "x-csrf-token": csrf_token(manager.token)},
    )
    assert part.status_code == 200
    assert "vip.csv：3 个编号，匹配 2 位客户" in part.text
    assert "nobody" in part.text
    with world.database.reading() as session:
        list_id = session.query(AudienceList).one().id
    assert "<b>2</b>" in manager.post(f"{NEW}/count", {**FORM, "list_id": str(list_id)}).text
    manager.post(NEW, {**FORM, "list_id": str(list_id)})
    with world.database.reading() as session:
        assert campaign_by_name(session, "spring").members == 2


def test_it_is_edited_while_it_holds_and_the_change_is_on_record(world: World, manager: Any) -> None:
    edit = "/campaigns/march/edit"
    assert 'name="hours_mon"' in manager.get(edit).text
    fields = {**FORM, "concurrency": "9", "hours": "own", "hours_tue": "10:00-11:00"}
    assert manager.post(edit, fields).headers["location"] == "/campaigns/march?tab=setup"
    manager.post(edit, {**FORM, "concurrency": "9"})
    with world.database.reading() as session:
        campaign = campaign_by_name(session, "march")
        first, second = changes_of(session, campaign.id)
        assert (first.before["concurrency"], first.after["concurrency"]) == (2, 9)
        assert second.after == {"windows": None}
    assert manager.post(edit, {**FORM, "concurrency": "9"}).status_code == 422  # nothing to change
    manager.post("/campaigns/march/launch")
    assert 'name="hours_mon"' not in manager.get(edit).text
    assert manager.post(edit, fields).status_code == 422
    assert "campaign_manager" in manager.get("/campaigns/march?tab=changes").text


def test_an_edit_after_the_approval_needs_another(world: World) -> None:
    large = world.configured(approve_above=3)
    manager, administrator = large.browser("campaign_manager"), large.browser("administrator")
    manager.post("/campaigns/march/launch")
    administrator.post("/campaigns/march/approvals/1", {"decision": "approve"})
    manager.post("/campaigns/march/edit", {**FORM, "concurrency": "2", "tries_busy": "1"})
    manager.post("/campaigns/march/launch")
    with world.database.reading() as session:
        assert campaign_by_name(session, "march").state == "draft"


def test_it_is_ended_for_good_only_by_its_name(world: World, manager: Any) -> None:
    stop = "/campaigns/march/stop"
    assert manager.post(stop, {"again": "april", "why": "x"}).status_code == 409
    assert manager.post(stop, {"again": "march", "why": ""}).status_code == 409
    assert manager.post(stop, {"again": "march", "why": "wrong list"}).status_code == 303
    with world.database.reading() as session:
        assert campaign_by_name(session, "march").state == "finished"
    assert manager.post("/campaigns/march/dry-run").status_code == 409


def test_a_dry_run_is_a_job_of_the_campaign(
    world: World, manager: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(world.app.state.jobs, "begin", lambda _job: None)
    answer = manager.post("/campaigns/march/dry-run", {"members": "300"})
    assert answer.headers["location"] == "/campaigns/march?tab=dry_run"
    with world.database.reading() as session:
        job = latest_job(session, DRY_RUN, "campaign", "march")
        assert job is not None
        assert job.arguments == {"members": 300}
    assert manager.post("/campaigns/march/dry-run").status_code == 409  # one at a time
    assert 'hx-trigger="every 1s"' in manager.get("/campaigns/march/dry-run").text
