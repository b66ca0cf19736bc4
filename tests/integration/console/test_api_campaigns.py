"""Campaigns by the API: all that the guided form sets, the second person's word, audiences, dry runs."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from campaigns.console.jobs.dry_run import DRY_RUN
from campaigns.experiments.design import Kind
from campaigns.store.campaigns import campaign_by_name
from campaigns.store.console.audit import audit_page
from campaigns.store.console.campaign_setup import CampaignSetup, campaign_setup
from campaigns.store.console.jobs import latest_job
from campaigns.store.models import Account, AuditEntry, Campaign, Customer, FollowUp, Job
from tests.integration.console.keys import Program, program
from tests.integration.console.world import NAMES, World

FORECAST: dict[str, Any] = {
    "members": 50, "of": 500, "flow": "repayment-reminder", "line": "simulated",
    "started_at": "2026-03-02T02:00:00+00:00", "finished_at": "2026-03-05T02:00:00+00:00",
    "stages": {"loaded": 50, "eligible": 40, "dialed": 40, "connected": 25, "right_party": 20, "promise": 10},
    "dials": {"dials": 90, "talk_s": 1000}, "money": {"CNY": {"promised": 100, "relief": 7}},
    "cost": {"CNY": "1.5"}, "cost_unknown": [],
    "days": [{"day": "2026-03-02", "dials": 90, "connected": 25, "promises": 10}],
}  # fmt: skip
MONDAY = [{"opens": "10:00", "closes": "12:00"}, {"opens": "14:00", "closes": "18:00"}]
WHOLE: dict[str, Any] = {
    "name": "spring",
    "audience": {"min_days_past_due": 1},
    "concurrency": 5,
    "calls_per_second": 1.5,
    "hours": {"days": {"mon": MONDAY}, "not_during": [{"opens": "11:00", "closes": "11:30"}]},
    "retries": {"busy": {"max_tries": 2}},
    "experiment": {"name": "tone", "arms": [{"name": "a", "share": 40}, {"name": "b"}], "holdout": 10},
}
TYPED = {
    "name": "spring",
    "flow": "repayment-reminder",
    "min_days": "1",
    "concurrency": "5",
    "calls_per_second": "1.5",
    "caller": "+8610000000",
    "hours": "own",
    "hours_mon": "10:00-12:00, 14:00-18:00",
    "not_during": "11:00-11:30",
    "holidays": "1",
    "tries_busy": "2",
    "experiment": "tone",
    "arm_1": "a",
    "arm_share_1": "40",
    "arm_2": "b",
    "holdout": "10",
}


def kept(world: World, name: str) -> tuple[CampaignSetup, Campaign]:
    with world.database.reading() as session:
        campaign = session.query(Campaign).filter_by(name=name).one()
        return campaign_setup(session, campaign.id), campaign


def created(world: World) -> dict[str, Any]:
    with world.database.reading() as session:
        return audit_page(session, action="campaigns.created")[0].after


def test_a_campaign_of_the_api_is_that_of_the_form(world: World) -> None:
    world.browser("campaign_manager").post("/campaigns/-/new", TYPED)
    by_form, told = kept(world, "spring"), created(world)
    made = program(world).ask("POST", "/campaigns", {**WHOLE, "name": "twin"})
    assert made.status_code == 201, made.text
    by_key = kept(world, "twin")
    for name in ("purpose", "audience", "retries", "caller_ids", "control_groups", "experiment", "design"):
        assert getattr(by_key[0], name) == getattr(by_form[0], name), name
    window, own = by_form[0].window, by_key[0].window
    assert window is not None
    assert own is not None
    assert [own.set_for(day) for day in range(7)] == [window.set_for(day) for day in range(7)]
    assert own.not_during == window.not_during
    for name in ("concurrency", "calls_per_second", "flow"):
        assert getattr(by_key[1], name) == getattr(by_form[1], name)
    assert created(world).keys() == told.keys()
    answer = made.json()
    assert answer["hours"]["days"]["mon"] == MONDAY
    assert answer["hours"]["days"]["tue"] == []
    assert answer["retries"] == {"busy": {"waits_min": None, "max_tries": 2, "at_best_hour": None}}
    assert [(arm["name"], arm["share"]) for arm in answer["experiment"]["arms"]] == [
        ("a", 40), ("b", 50), (Kind.CONTROL.value, 10),
    ]  # fmt: skip
    assert answer["experiment"]["alike"] == ["a", "b"]


@pytest.mark.parametrize(
    ("changed", "status"),
    [
        ({"hours": {"days": {"mon": [{"opens": "06:00", "closes": "09:30"}]}}}, 409),
        ({"hours": {"days": {"mon": [{"opens": "12:00", "closes": "10:00"}]}}}, 409),
        ({"hours": {"days": {}}}, 409),
        ({"hours": {"days": {"mon": [{"opens": "9:00", "closes": "10:00"}]}}}, 422),
        ({"hours": {"ends_on": "2020-01-01"}}, 409),
        ({"retries": {"never": {"max_tries": 2}}}, 422),
        ({"retries": {"busy": {"max_tries": 51}}}, 422),
        ({"experiment": {"name": "x"}}, 409),
        ({"experiment": {"name": "x", "arms": [{"name": "a", "script": "none"}], "holdout": 5}}, 404),
        ({"audience": {"list_id": 7}}, 404),
        ({"script": "none"}, 404),
        ({"invitation": {"text": "新客礼遇", "until": "2026-12-31", "approved_by": "王经理"}}, 409),
    ],
)
def test_what_does_not_do_is_refused_and_nothing_is_made(
    world: World, changed: dict[str, Any], status: int
) -> None:
    key = program(world)
    answer = key.ask("POST", "/campaigns", {**WHOLE, **changed})
    assert answer.status_code == status, answer.text
    assert key.get("/campaigns/spring").status_code == 404


def test_hours_out_of_the_laws_are_told_with_the_laws(world: World) -> None:
    early = {**WHOLE, "hours": {"days": {"mon": [{"opens": "07:00", "closes": "23:00"}]}}}
    told = program(world).ask("POST", "/campaigns", early).json()["detail"]
    assert "07:00-23:00" in told
    assert "09:00-20:30" in told


def test_an_invitation_goes_with_its_approver_and_its_end(world: World) -> None:
    with world.database.transaction() as session:
        session.query(Account).update({"amount_due": 0, "balance": 0})
        session.query(Customer).update({"last_active_on": date(2025, 1, 1)})
    wanted: dict[str, Any] = {
        "name": "welcome",
        "script": "dormant-offer",
        "invitation": {"text": "新客礼遇", "until": "2026-12-31", "approved_by": "王经理"},
    }
    key = program(world)
    answer = key.ask("POST", "/campaigns", wanted)
    assert answer.status_code == 201, answer.text
    assert (answer.json()["invitation"], answer.json()["purpose"]) == (wanted["invitation"], "marketing")
    assert created(world)["approved_by"] == "王经理"
    debt = {**wanted, "name": "debt", "invitation": {**wanted["invitation"], "text": "额度提升"}}
    assert key.ask("POST", "/campaigns", debt).status_code == 409
    assert key.ask("POST", "/campaigns", {"name": "bare", "script": "dormant-offer"}).status_code == 409


def test_hours_and_retries_are_changed_and_taken_back(world: World) -> None:
    key = program(world)

    def change(**body: Any) -> Any:
        return key.ask("PATCH", "/campaigns/march", body, **{"if-match": "*"})

    before = key.get("/campaigns/march")
    changed = change(hours={"days": {"tue": MONDAY}}, retries={"busy": {"waits_min": [20]}})
    assert changed.json()["hours"]["days"]["tue"] == MONDAY
    assert changed.json()["retries"]["busy"]["waits_min"] == [20]
    assert changed.headers["etag"] != before.headers["etag"]
    assert change(hours={"days": {"mon": [{"opens": "05:00", "closes": "06:00"}]}}).status_code == 409
    back = change(clear=["hours", "retries"]).json()
    assert (back["hours"], back["retries"]) == (None, None)
    key.ask("POST", "/campaigns/march/launch")
    assert change(concurrency=3).status_code == 409  # it runs
    key.ask("POST", "/campaigns/march/pause", {"why": "lunch"})
    assert change(concurrency=3).json()["concurrency"] == 3


def ask_to_launch(world: World, asker: Program) -> int:
    answer = asker.ask("POST", "/campaigns/march/launch").json()
    assert answer["approval"] is not None
    return int(answer["approval"])


def test_nobody_approves_their_own_launch_whatever_they_use(world: World) -> None:
    large = world.configured(approve_above=3)
    manager = program(large, "campaign_manager")
    number = ask_to_launch(large, manager)
    path = f"/campaigns/march/approvals/{number}/decision"
    (waiting,) = manager.get("/approvals").json()["items"]
    assert (waiting["own"], waiting["details"]["members"], waiting["state"]) == (True, 6, "pending")
    # Another key of the same person, and that person at the page.
    for mine in (manager, program(large, "campaign_manager")):
        assert mine.ask("POST", path, {"decision": "approve"}).status_code == 409
    form = {"decision": "approve"}
    page = f"/campaigns/march/approvals/{number}"
    assert large.browser("campaign_manager").post(page, form).status_code == 409
    assert manager.get("/campaigns/march/approval").json()["state"] == "pending"
    other = program(large)
    done = other.ask("POST", path, {"decision": "approve", "comment": "good"}).json()
    assert (done["state"], done["decided_by"], done["comment"]) == ("approved", "administrator", "good")
    assert other.ask("POST", path, {"decision": "refuse"}).status_code == 409  # decided already
    assert manager.get("/approvals").json()["items"] == []
    assert manager.ask("POST", "/campaigns/march/launch").json()["state"] == "running"
    with world.database.reading() as session:
        (row,) = session.query(AuditEntry).filter_by(action="campaigns.approved")
        assert (row.by, row.via, row.subject) == ("administrator", "token", "march")


def test_a_launch_that_was_refused_stays_a_draft_and_an_old_request_is_none(world: World) -> None:
    large = world.configured(approve_above=3)
    manager, other = program(large, "campaign_manager"), program(large)
    first = ask_to_launch(large, manager)
    second = ask_to_launch(large, manager)
    path = "/campaigns/march/approvals/{}/decision"
    assert other.ask("POST", path.format(first), {"decision": "approve"}).status_code == 409
    refused = other.ask("POST", path.format(second), {"decision": "refuse", "comment": "too early"})
    assert refused.json()["state"] == "refused"
    assert ask_to_launch(large, manager) > second
    assert other.get("/campaigns/april/approval").status_code == 404


def test_an_export_of_personal_data_waits_for_another(world: World) -> None:
    careful = world.configured(approve_exports=True)
    asker, other = program(careful, "campaign_manager"), program(careful)
    wanted = {"dataset": "members", "personal": True, "reason": "letter of the court"}
    number = asker.ask("POST", "/exports", wanted).json()["approval"]
    path = f"/exports/approvals/{number}/decision"
    (waiting,) = asker.get("/exports/approvals").json()["items"]
    assert (waiting["kind"], waiting["own"]) == ("export", True)
    assert program(careful, "analyst").get("/exports/approvals").json()["items"] == []
    assert asker.ask("POST", path, {"decision": "approve"}).status_code == 409
    assert other.ask("POST", path, {"decision": "approve"}).json()["state"] == "approved"
    with world.database.reading() as session:
        job = session.query(Job).filter_by(kind="export.write").one()
        assert job.user_id == world.user_id("campaign_manager")


def test_an_audience_is_counted_and_foreseen_as_on_the_form(world: World) -> None:
    key = program(world)
    counted = key.ask("POST", "/audiences/count", {"audience": {"min_days_past_due": 10}}).json()
    assert (counted["members"], counted["needs_approval"], counted["purpose"]) == (2, False, "reminder")
    assert counted["audience"]["max_days_past_due"] == 30  # whom the script is for
    seen = key.ask("POST", "/audiences/preview", {}).json()
    assert (seen["looked_at"], seen["whole"]) == (5, True)
    reasons = {group["reason"]: group for group in seen["groups"]}
    assert {"do_not_call", "case_open"} & reasons.keys()
    assert not [name for name in NAMES if name in str(seen)]
    with world.database.transaction() as session:
        session.query(FollowUp).delete()
    closed = {"hours": {"days": {"sun": MONDAY}}}
    later = key.ask("POST", "/audiences/preview", closed).json()
    assert "campaign_hours" in {group["reason"] for group in later["groups"]}
    members = key.get("/campaigns/march/foreseen").json()["foreseen"]
    assert members["looked_at"] == 6
    assert key.ask("POST", "/audiences/count", {"script": "none"}).status_code == 404
    assert key.ask("POST", "/audiences/count", {"audience": {"min_days_past_due": 90}}).status_code == 409


def test_a_list_of_keys_is_an_audience(world: World) -> None:
    key = program(world)
    with world.database.reading() as session:
        keys = [row.external_id for row in session.query(Customer).order_by(Customer.id)]
    once = {"idempotency-key": "l-1"}
    made = key.ask("POST", "/audiences/lists", {"name": "vip", "keys": [*keys[1:3], "nobody"]}, **once)
    assert made.status_code == 201, made.text
    told = made.json()
    assert (told["keys"], told["found"], told["unknown"]) == (3, 2, ["nobody"])
    again = key.ask("POST", "/audiences/lists", {"name": "vip", "keys": [*keys[1:3], "nobody"]}, **once)
    assert again.json() == told
    client = world.visitor().client
    file = client.post(
        "/api/v1/audiences/lists/file",
        files={"file": ("vip.csv", f"编号\n{keys[1]}\n".encode("gb18030"))},
        headers={"authorization": f"Bearer {key.key}"},
    )
    assert (file.status_code, file.json()["found"], file.json()["name"]) == (201, 1, "vip.csv")
    audience = {"audience": {"list_id": told["id"]}}
    assert key.ask("POST", "/audiences/count", audience).json()["members"] == 2
    answer = key.ask("POST", "/campaigns", {"name": "vips", **audience}).json()
    assert (answer["members"], answer["audience"]["list_id"]) == (2, told["id"])
    nobody = {"name": "none", "keys": ["nobody"]}
    assert key.ask("POST", "/audiences/lists", nobody).status_code == 409


def test_a_dry_run_is_begun_followed_and_forecasts(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(world.app.state.jobs, "begin", lambda _job: None)
    key = program(world)
    assert key.get("/campaigns/march/dry-run").json() == {"job": None, "forecast": None}
    begun = key.ask("POST", "/campaigns/march/dry-run", {"members": 300})
    assert (begun.status_code, begun.json()["state"]) == (202, "queued")
    assert key.ask("POST", "/campaigns/march/dry-run", {"members": 300}).status_code == 409
    assert key.ask("POST", "/campaigns/march/dry-run", {"members": 7}).status_code == 422
    assert key.get("/campaigns/march/dry-run").json()["forecast"] is None
    with world.database.transaction() as session:
        job = latest_job(session, DRY_RUN, "campaign", "march")
        assert job is not None
        assert job.arguments == {"members": 300}
        session.get_one(Job, job.id).state = "done"
        session.get_one(Job, job.id).result = FORECAST
    told = key.get("/campaigns/march/dry-run").json()["forecast"]
    assert (told["sample"], told["members"]) == (50, 500)
    assert (told["promised"], told["cost"]) == ({"CNY": 1000}, {"CNY": "15.0"})
    assert told["promised_range"]["CNY"]["low"] < 1000 < told["promised_range"]["CNY"]["high"]
    assert [day["dials"] for day in told["days"]] == [900]
    stage = next(each for each in told["stages"] if each["stage"] == "connected")
    assert stage["low"] < stage["members"] < stage["high"]
    assert program(world).ask("POST", "/campaigns/none/dry-run", {}).status_code == 404


def test_a_campaign_of_the_world_says_how_it_was_set(world: World) -> None:
    with world.database.reading() as session:
        assert campaign_by_name(session, "march").members == 6
    told = program(world, "analyst").get("/campaigns/march").json()
    assert (told["hours"], told["retries"], told["invitation"], told["experiment"]) == (None,) * 4
    assert told["audience"]["min_amount_due"] == 1


def test_a_running_campaign_is_worked_off_again(world: World) -> None:
    key = program(world)
    assert key.ask("POST", "/campaigns/march/carry-on").status_code == 409  # a draft
    key.ask("POST", "/campaigns/march/launch")
    assert key.ask("POST", "/campaigns/march/carry-on").json()["state"] == "running"
    assert key.ask("POST", "/campaigns/none/carry-on").status_code == 404
