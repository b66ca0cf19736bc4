"""The simulator: a user's own desk, bounded, and nothing personal on it; drawings and the dialogue tests."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
import yaml

from bot.simulation.scenario import load_scenarios
from campaigns.console.jobs.dialogue_test import DIALOGUE_TEST, SUBJECT
from campaigns.console.simulator.sittings import Sitting, Sittings
from campaigns.errors import NotFoundError
from campaigns.store.console.jobs import latest_job
from campaigns.store.models import AuditEntry
from tests.integration.console.recorded import CALL, SPOKEN, talk
from tests.integration.console.world import NAMES, World
from tests.integration.store.rows import AT

CUSTOMER = {
    "flow": "repayment-reminder", "name": "王小明", "gender": "male", "id_tail": "1234",
    "product": "credit_card", "amount": "1200", "days": "5", "relief": "50", "noise": "0",
}  # fmt: skip


@pytest.fixture
def studio(world: World, model_cache: Path) -> World:
    """A console whose understanding was trained before."""
    settings = world.services.settings.model_copy(update={"cache_dir": model_cache})
    return World(replace(world.services, settings=settings), world.clock)


def test_a_conversation_goes_back_and_forth_and_is_kept_as_a_test(studio: World, tmp_path: Path) -> None:
    browser = studio.browser("script_editor")
    assert "开始对话" in browser.get("/simulator").text
    assert browser.post("/simulator/begin", CUSTOMER).status_code == 303
    assert "王小明先生本人吗" in browser.get("/simulator").text
    said = browser.post("/simulator/say", {"text": "我是"}, **{"hx-request": "true"}).text
    assert "confirm_identity" in said
    assert "<html" not in said
    said = browser.post("/simulator/say", {"text": "1234"}, **{"hx-request": "true"}).text
    assert "已确认" in said
    assert "采用" in said  # the move that was taken, and why
    assert "1200元" in said
    browser.post("/simulator/say", {"text": "今天就还"})
    said = browser.post("/simulator/say", {"text": "对"}, **{"hx-request": "true"}).text
    assert "金额 1,200.00" in said  # not in minor units, and not as Python writes it
    assert "datetime." not in said
    assert "Manner(" not in said
    browser.post("/simulator/travel", {"to": "back"})
    browser.post("/simulator/travel", {"to": "back"})
    back = browser.post("/simulator/travel", {"to": "back"}, **{"hx-request": "true"}).text
    assert "未确认" in back
    assert "已确认" in browser.post("/simulator/travel", {"to": "forward"}, **{"hx-request": "true"}).text
    later = browser.post("/simulator/clock", {"by": "+1d"}, **{"hx-request": "true"}).text
    assert "2026-03-03" in later
    saved = browser.post("/simulator/save")
    assert saved.headers["content-disposition"].startswith("attachment; filename=")
    kept = tmp_path / "kept.yml"
    kept.write_bytes(saved.content)
    assert [line.user for line in load_scenarios(kept).scenarios[0].talk] == ["我是", "1234"]
    browser.post("/simulator/travel", {"to": "restart"})
    assert browser.post("/simulator/save").status_code == 409
    browser.post("/simulator/end")
    assert browser.post("/simulator/say", {"text": "喂"}).status_code == 404


def test_each_user_has_a_desk_of_their_own(studio: World) -> None:
    one, other = studio.browser("script_editor"), studio.browser("quality")
    one.post("/simulator/begin", CUSTOMER)
    other.post("/simulator/begin", CUSTOMER | {"name": "李娜", "gender": "female"})
    assert "李娜" not in one.get("/simulator").text
    assert "王小明先生" not in other.get("/simulator").text
    studio.wait(hours=2)
    assert "开始对话" in studio.browser("script_editor").get("/simulator").text


@pytest.mark.parametrize(
    "wrong",
    [
        {"flow": "../../etc"}, {"name": ""}, {"id_tail": "12"}, {"amount": "0"}, {"amount": "1e9"},
        {"amount": "-5"}, {"relief": "1200"}, {"days": "x"}, {"days": "99999"}, {"noise": "31"},
        {"gender": "x"}, {"product": "x"},
    ],
)  # fmt: skip
def test_what_cannot_be_is_refused(studio: World, wrong: dict[str, str]) -> None:
    browser = studio.browser("script_editor")
    assert browser.post("/simulator/begin", CUSTOMER | wrong).status_code in (404, 409)
    assert "开始对话" in browser.get("/simulator").text


def test_a_call_on_record_is_replayed_without_whose_it_was(studio: World) -> None:
    talk(studio)
    browser = studio.browser("quality")
    assert browser.post(f"/calls/{CALL}/replay").status_code == 303
    page = browser.get("/simulator").text
    assert f"重放通话 #{CALL}" in page
    for hidden in (NAMES[0], SPOKEN, "9807", "1234.56", "1,234.56"):
        assert hidden not in page
    assert "明天还五百" in page  # what the conversation turns on
    assert "differs" in page  # then it was understood otherwise, or answered with other prompts
    assert "当时：" in page
    with studio.database.reading() as session:  # words may tell more than a name
        assert session.query(AuditEntry).filter_by(action="personal.seen").count() == 1


def test_who_may_not_read_a_call_replays_it_without_its_words(studio: World) -> None:
    talk(studio)
    browser = studio.browser("script_editor")
    browser.post(f"/calls/{CALL}/replay")
    for page in (
        browser.get("/simulator").text,
        browser.post("/simulator/travel", {"to": "back"}, **{"hx-request": "true"}).text,
        browser.post("/simulator/travel", {"to": "forward"}, **{"hx-request": "true"}).text,
    ):
        assert "还五百" not in page
        assert SPOKEN not in page
    page = browser.get("/simulator").text
    assert "您的角色不可见" in page
    assert "differs" in page  # how it goes now is told all the same
    browser.post("/simulator/travel", {"to": "restart"})
    ahead = browser.post("/simulator/travel", {"to": "forward"}, **{"hx-request": "true"}).text
    assert "还五百" not in ahead
    refused = studio.browser("script_editor")
    refused.post(f"/calls/{CALL}/replay")
    assert refused.post("/simulator/save").status_code == 403
    said = refused.post("/simulator/say", {"text": "我要投诉"}, **{"hx-request": "true"}).text
    assert "我要投诉" in said  # their own words
    with studio.database.reading() as session:
        assert session.query(AuditEntry).filter_by(action="personal.seen").count() == 0


def test_a_call_without_its_brief_says_that_it_cannot_be_replayed(studio: World) -> None:
    answer = studio.browser("quality").post("/calls/2/replay")
    assert answer.status_code == 409
    assert "无法重放" in answer.text


def sitting(minutes: float) -> Sitting:
    at = AT + timedelta(minutes=minutes)
    nothing: Any = SimpleNamespace()
    return Sitting(nothing, nothing, at, at)


def test_desks_are_bounded_in_number_and_time() -> None:
    sittings = Sittings(most=2, idle=timedelta(minutes=10))
    for user in (1, 2, 3):
        sittings.begin(user, sitting(user))
    assert len(sittings) == 2
    assert sittings.of(1, AT + timedelta(minutes=4)) is None  # the one left longest made room
    assert sittings.of(2, AT + timedelta(minutes=11)) is not None
    assert sittings.of(3, AT + timedelta(minutes=20)) is None
    with pytest.raises(NotFoundError):
        sittings.needed(3, AT)
    sittings.end(2)
    assert len(sittings) == 0


def test_a_script_is_drawn_into_the_page(world: World) -> None:
    browser = world.browser("script_editor")
    page = browser.get("/simulator/flow?flow=repayment-reminder").text
    assert '<g id="identity">' in page
    assert "<style" not in page
    assert browser.get("/simulator/flow?flow=nothing").status_code == 404
    part = browser.get("/simulator/flow?flow=broken-promise&common=1", **{"hx-request": "true"}).text
    assert "<svg" in part
    assert "<html" not in part


def test_the_dialogue_tests_run_beside_the_pages(
    studio: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    few = tmp_path / "few.yml"
    source = studio.app.state.studio.scripts.folder / "tests"
    content = yaml.safe_load(sorted(source.glob("*.yml"))[0].read_text(encoding="utf-8"))
    content["scenarios"] = content["scenarios"][:2]
    content["scenarios"][1]["talk"] = [{"user": "我是", "bot": ["no_such_prompt"]}]
    few.write_text(yaml.safe_dump(content, allow_unicode=True), encoding="utf-8")
    monkeypatch.setattr("campaigns.console.jobs.dialogue_test.scenario_files", lambda _folder: [few])
    browser = studio.browser("script_editor")
    assert "还没有运行过" in browser.get("/simulator/tests").text
    assert browser.post("/simulator/tests/run", {"flow": "nothing"}).status_code == 409
    assert browser.post("/simulator/tests/run", {"flow": content["flow"]}).status_code == 303
    studio.app.state.jobs._threads.shutdown(wait=True)
    with studio.database.reading() as session:
        job = latest_job(session, DIALOGUE_TEST, SUBJECT, "all")
    assert job is not None
    assert (job.state, job.result["passed"], job.result["failed"]) == ("done", 1, 1)
    page = browser.get("/simulator/tests").text
    assert content["scenarios"][1]["name"] in page
    assert "no_such_prompt" in page
