"""Scripts reach customers only when a second person has published them."""

from __future__ import annotations

import shutil
from dataclasses import replace
from datetime import time, timedelta
from pathlib import Path

import pytest

from bot.errors import DataFileError
from bot.language import DIALOGUES
from campaigns.agents import AgentSettings
from campaigns.cli.creating import create_campaign_of
from campaigns.cli.dialogue_publishing import publish_present
from campaigns.console.simulator import publishing
from campaigns.console.web.recent import Recent
from campaigns.dialing.assembly import house_of
from campaigns.dialing.audience import Audience
from campaigns.dialing.creation import NewCampaign
from campaigns.errors import ConflictError
from campaigns.published import scripts_in_force, scripts_on_offer
from campaigns.store.models import Approval, AuditEntry, Call, Job, ScriptVersion, WorkerRecord
from campaigns.store.scripts import in_force, keep_version, versions
from campaigns.store.workers import Identity, register
from tests.integration.console.keys import program
from tests.integration.console.recorded import CALL, talk
from tests.integration.console.test_simulator import CUSTOMER
from tests.integration.console.world import World
from tests.integration.store.rows import AT

KEPT = ("common", "dormant-offer", "due-reminder")
PROMPTS = "prompts/invitation.yml"


@pytest.fixture
def scripts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A language with the smallest of the flows and a few of its tests, which authors may change."""
    folder = Path(shutil.copytree(DIALOGUES / "zh", tmp_path / "dialogues" / "zh"))
    for kind in ("flows", "tests"):
        for path in (folder / kind).glob("*.yml"):
            if path.stem not in (KEPT if kind == "flows" else KEPT[:2]):
                path.unlink()
    monkeypatch.setattr("bot.language.DIALOGUES", folder.parent)
    return folder


@pytest.fixture
def house(world: World, scripts: Path, model_cache: Path) -> World:
    settings = world.services.settings.model_copy(update={"cache_dir": model_cache})
    return World(replace(world.services, settings=settings), world.clock)


def change(scripts: Path, word: str) -> None:
    """Say something else at the beginning of a prompt."""
    path = scripts / PROMPTS
    text = path.read_text(encoding="utf-8")
    assert "您" in text
    path.write_text(text.replace("您", f"{word}您", 1), encoding="utf-8")


def heard(house: World) -> str:
    """What customers would hear: the prompts that a worker loads."""
    services = house.services
    folder = scripts_in_force(services.settings, services.database, services.now())
    return (folder / PROMPTS).read_text(encoding="utf-8")


@pytest.fixture
def unchecked(house: World) -> World:
    """The same, where every check passes at once: it takes seconds, and others try it."""

    def passed(job_id: int) -> None:
        with house.database.transaction() as session:
            job = session.get_one(Job, job_id)
            job.state, job.result = "done", {"errors": 0, "warnings": 0, "passed": 1, "failed": 0}
            job.result |= {"findings": [], "failures": []}

    house.app.state.jobs.begin = passed
    return house


def test_what_an_installation_came_with_is_in_force_and_a_change_alone_is_not(
    house: World, scripts: Path
) -> None:
    before = heard(house)
    change(scripts, "嗨，")
    assert heard(house) == before
    assert "嗨，" in (scripts / PROMPTS).read_text(encoding="utf-8")
    page = house.browser("script_editor").get("/simulator/versions").text
    assert PROMPTS in page
    with house.database.reading() as session:
        assert [each.made_by for each in versions(session, "zh")] == [""]


def test_a_new_test_is_another_version_and_changes_no_call(
    house: World, scripts: Path, caplog: pytest.LogCaptureFixture
) -> None:
    before = heard(house)
    (scripts / "tests" / "more.yml").write_text("flow: dormant-offer\n", encoding="utf-8")
    assert heard(house) == before
    assert "are not those in force" not in caplog.text
    change(scripts, "嗨，")
    assert heard(house) == before
    assert "are not those in force" in caplog.text


def test_what_authors_save_while_a_worker_runs_is_not_heard(house: World, scripts: Path) -> None:
    """A worker reads a flow when the first campaign with it comes along: hours after it began."""
    services = house.services
    folder = scripts_in_force(services.settings, services.database, services.now())
    offered = scripts_on_offer(services.settings, services.database)
    change(scripts, "嗨，")
    for each in (folder, offered):
        assert "嗨，" not in (each / PROMPTS).read_text(encoding="utf-8")


def test_no_text_message_and_no_word_to_those_who_wait_is_sent_unpublished(
    house: World, scripts: Path
) -> None:
    agents = AgentSettings(numbers=("+8613900000001",), opens=time(9), closes=time(18), days=frozenset({1}))
    settings = house.services.settings.model_copy(update={"agents": agents})
    heard(house)
    for name, old in (("messages.yml", "如需帮助"), ("handover.yml", "抱歉")):
        text = (scripts / name).read_text(encoding="utf-8")
        assert old in text
        (scripts / name).write_text(text.replace(old, f"嗨，{old}"), encoding="utf-8")
    folder = scripts_in_force(settings, house.database, house.clock.now())
    told = house_of(settings, folder)
    assert "嗨" not in told.messages.neutral("help", "银行", "95555").body
    assert told.handover is not None
    assert "嗨" not in told.handover.words.sorry
    publish_present(settings, house.database, "warmer")
    told = house_of(settings, scripts_in_force(settings, house.database, house.clock.now()))
    assert "嗨" in told.messages.neutral("help", "银行", "95555").body
    assert told.handover is not None
    assert "嗨" in told.handover.words.sorry


def test_what_was_unpacked_for_calls_cannot_be_changed_there(house: World, scripts: Path) -> None:
    before = heard(house)
    change(scripts, "嗨，")
    heard(house)
    services = house.services
    folder = scripts_in_force(services.settings, services.database, services.now())
    assert folder != scripts
    (folder / PROMPTS).write_text("another", encoding="utf-8")
    assert heard(house) == before


def test_one_person_proposes_and_another_publishes(house: World, scripts: Path) -> None:
    before = heard(house)
    change(scripts, "嗨，")
    author, second = house.browser("script_editor"), house.browser("campaign_manager")
    assert "与客户听到的不一致" in author.get("/simulator/versions").text
    assert author.post("/simulator/versions", {"note": ""}).status_code == 409
    made = author.post("/simulator/versions", {"note": "更亲切的开场"})
    assert made.status_code == 303
    page = made.headers["location"]
    told = second.get(page).text
    assert "更亲切的开场" in told
    assert "嗨，您" in told  # the second person reads what has changed
    with house.database.reading() as session:
        request = session.query(Approval).one()
    decide = f"{page}/approvals/{request.id}"
    assert author.post(decide, {"decision": "approve"}).status_code == 409
    assert house.browser("quality").post(decide, {"decision": "approve"}).status_code == 403
    assert heard(house) == before
    assert second.post(decide, {"decision": "approve", "comment": "好"}).status_code == 303
    assert "嗨，您" in heard(house)
    assert "与客户听到的不一致" not in second.get("/simulator/versions").text  # at once
    with house.database.reading() as session:
        now = in_force(session, "zh")
        deeds = [row.action for row in session.query(AuditEntry).filter_by(subject_kind="script")]
    assert now is not None
    assert (now.made_by, now.published_by, now.note) == ("script_editor", "campaign_manager", "更亲切的开场")
    assert deeds == ["scripts.proposed", "scripts.published"]
    assert second.post(decide, {"decision": "approve"}).status_code == 409


def test_a_version_that_breaks_a_rule_is_not_published(house: World, scripts: Path) -> None:
    heard(house)
    path = scripts / "tests" / "dormant-offer.yml"
    path.write_text(
        path.read_text(encoding="utf-8").replace("ends: interested", "ends: promise", 1), encoding="utf-8"
    )
    change(scripts, "嗨，")
    made = house.browser("script_editor").post("/simulator/versions", {"note": "x"})
    with house.database.reading() as session:
        request = session.query(Approval).one()
    decide = f"{made.headers['location']}/approvals/{request.id}"
    other = house.browser("administrator")
    assert other.post(decide, {"decision": "approve"}).status_code == 409
    assert "检查通过后才能发布" in other.get(made.headers["location"]).text
    assert other.post(decide, {"decision": "refuse"}).status_code == 303


def test_a_file_that_cannot_be_read_is_told_with_its_place(house: World, scripts: Path) -> None:
    heard(house)
    (scripts / "flows" / "dormant-offer.yml").write_text("start: [", encoding="utf-8")
    told = house.browser("script_editor").post("/simulator/versions", {"note": "x"})
    assert told.status_code == 409
    assert "flows/dormant-offer.yml" in told.text
    assert str(scripts) not in told.text


def test_an_earlier_version_is_talked_to_and_comes_back_by_a_second_person(
    unchecked: World, scripts: Path
) -> None:
    heard(unchecked)
    with unchecked.database.reading() as session:
        first = versions(session, "zh")[0]
    change(scripts, "嗨，")
    author = unchecked.browser("script_editor")
    offer = CUSTOMER | {"flow": "dormant-offer"}
    author.post("/simulator/begin", offer)
    new = author.get("/simulator").text
    author.post("/simulator/begin", offer | {"version": str(first.id)})
    old = author.get("/simulator").text
    assert first.flows["dormant-offer"] in old
    assert first.flows["dormant-offer"] not in new.split("<form")[0]
    assert author.post("/simulator/begin", offer | {"version": "999"}).status_code == 404
    assert author.post(f"/simulator/versions/{first.id}/propose", {"note": "x"}).status_code == 409  # it is
    author.post("/simulator/versions", {"note": "neu"})
    with unchecked.database.reading() as session:
        request = session.query(Approval).one()
        made = versions(session, "zh")[0]
    unchecked.browser("administrator").post(
        f"/simulator/versions/{made.id}/approvals/{request.id}", {"decision": "approve"}
    )
    assert "嗨，" in heard(unchecked)
    back = author.post(f"/simulator/versions/{first.id}/propose", {"note": "zurück"})
    with unchecked.database.reading() as session:
        latest = max(row.id for row in session.query(Approval))
    path = f"{back.headers['location']}/approvals/{latest}"
    assert unchecked.browser("administrator").post(path, {"decision": "approve"}).status_code == 303
    assert "嗨，" not in heard(unchecked)


def test_a_call_is_replayed_with_the_script_that_it_was_held_with(house: World, scripts: Path) -> None:
    heard(house)
    talk(house)
    with house.database.transaction() as session:
        call, first = session.get_one(Call, CALL), versions(session, "zh")[0]
        call.flow, call.flow_version = "dormant-offer", first.flows["dormant-offer"]
    author = house.browser("script_editor")
    assert "用当时的话术" not in author.get(f"/calls/{CALL}").text  # it is the present one
    change(scripts, "嗨，")
    assert "用当时的话术" in author.get(f"/calls/{CALL}").text
    author.post(f"/calls/{CALL}/replay", {"version": str(first.id)})
    assert first.flows["dormant-offer"] in author.get("/simulator").text
    author.post(f"/calls/{CALL}/replay")
    assert f'"key">dormant-offer {first.flows["dormant-offer"]}' not in author.get("/simulator").text


def test_who_runs_the_machine_publishes_by_command_and_on_record(house: World, scripts: Path) -> None:
    heard(house)
    settings, database = house.services.settings, house.database
    assert "already" in publish_present(settings, database, "same")
    change(scripts, "嗨，")
    with pytest.raises(ConflictError):
        publish_present(settings, database, " ")
    assert "in force" in publish_present(settings, database, "opening")
    assert "嗨，" in heard(house)
    with database.reading() as session:
        (deed,) = session.query(AuditEntry).filter_by(action="scripts.published").all()
    assert (deed.via, deed.reason) == ("command", "opening")
    (scripts / "flows" / "dormant-offer.yml").write_text("start: nowhere\n", encoding="utf-8")
    with pytest.raises((ConflictError, DataFileError)):
        publish_present(settings, database, "broken")
    assert "嗨，" in heard(house)


def test_a_campaign_holds_a_script_that_was_published_and_no_other(house: World, scripts: Path) -> None:
    heard(house)
    (scripts / "flows" / "new-offer.yml").write_text(
        (scripts / "flows" / "dormant-offer.yml").read_text(encoding="utf-8"), encoding="utf-8"
    )
    manager, services = house.browser("campaign_manager"), house.services
    form = manager.get("/campaigns/-/new").text
    assert 'value="dormant-offer"' in form
    assert 'value="new-offer"' not in form
    fields = {"name": "june", "flow": "new-offer", "caller": services.settings.callers[0]}
    refused = manager.post("/campaigns/-/new", fields)
    assert refused.status_code == 422
    assert "尚未发布" in refused.text
    sent = program(house).ask("POST", "/campaigns", {"name": "june", "script": "new-offer"})
    assert sent.status_code == 409
    assert "xiaorong dialogue publish" in sent.json()["detail"]
    assert program(house).ask("POST", "/campaigns", {"name": "june", "script": "none"}).status_code == 404
    with pytest.raises(ConflictError, match="not published"):
        create_campaign_of(services.settings, house.database, NewCampaign("june", "new-offer", Audience()))
    publish_present(services.settings, house.database, "a new offer")
    assert 'value="new-offer"' in manager.get("/campaigns/-/new").text


def anew(house: World) -> World:
    """Without what was counted some seconds ago."""
    return World(replace(house.services, recent=Recent()), house.clock)


def test_it_is_told_that_customers_hear_something_else(house: World, scripts: Path) -> None:
    heard(house)
    with house.database.transaction() as session:
        register(session, Identity("early", "host", "place", 1))
    reader = anew(house).browser("campaign_manager")
    for page in ("/today", "/simulator/versions"):
        assert "与客户听到的不一致" not in reader.get(page).text
    change(scripts, "嗨，")
    reader = anew(house).browser("campaign_manager")
    for page in ("/today", "/simulator/versions"):
        assert "与客户听到的不一致" in reader.get(page).text
    publish_present(house.services.settings, house.database, "opening")
    with house.database.transaction() as session:
        published = session.query(ScriptVersion).filter(ScriptVersion.published_by != "").one()
        published.published_at = house.clock.now()
        session.query(WorkerRecord).one().started_at = house.clock.now() - timedelta(minutes=1)
        session.query(ScriptVersion).filter_by(published_by="").one().published_at = AT
    house.wait(minutes=1)
    late = anew(house).browser("campaign_manager")
    for page in ("/today", "/simulator/versions"):
        told = late.get(page).text
        assert "与客户听到的不一致" not in told
        assert "1 个工作进程仍在使用旧版话术" in told


def test_a_damaged_version_is_not_talked_with(world: World, scripts: Path, tmp_path: Path) -> None:
    # A cache of its own, which may be emptied: the other one is all tests'.
    settings = world.services.settings.model_copy(update={"cache_dir": tmp_path / "cache"})
    house = World(replace(world.services, settings=settings), world.clock)
    heard(house)
    change(scripts, "嗨，")
    shutil.rmtree(settings.cache / "scripts")
    with house.database.transaction() as session:
        session.query(ScriptVersion).one().content = b"PK"
    with pytest.raises(Exception, match="damaged"):
        heard(house)


def test_nothing_is_published_that_was_checked_as_another(unchecked: World, scripts: Path) -> None:
    """A check belongs to a version by its content: a file saved meanwhile is another version."""
    heard(unchecked)
    change(scripts, "嗨，")
    author = unchecked.browser("script_editor")
    author.post("/simulator/versions", {"note": "a"})
    change(scripts, "喂，")
    author.post("/simulator/versions", {"note": "b"})
    with unchecked.database.reading() as session:
        newest, older, _first = versions(session, "zh")
        assert publishing.request_of(session, newest) is not None
        assert publishing.request_of(session, older) is not None
        assert publishing.check_of(session, newest) != publishing.check_of(session, older)


def test_versions_whose_labels_are_alike_are_not_taken_for_each_other(
    unchecked: World, scripts: Path
) -> None:
    """Twelve digits of a digest are found twice within minutes by who wants to."""
    heard(unchecked)
    change(scripts, "嗨，")
    author, second = unchecked.browser("script_editor"), unchecked.browser("campaign_manager")
    author.post("/simulator/versions", {"note": "harmless"})
    with unchecked.database.transaction() as session:
        good = versions(session, "zh")[0]
        bad = keep_version(session, "zh", good.label + "f" * 52, b"PK", {}, by="someone", at=AT)
    with unchecked.database.reading() as session:
        approval = publishing.request_of(session, good)
        assert approval is not None
        assert publishing.passed(publishing.check_of(session, good))
        assert publishing.request_of(session, bad) is None
        assert publishing.check_of(session, bad) is None
    page = f"/simulator/versions/{bad.id}/approvals/{approval.id}"
    assert second.post(page, {"decision": "approve"}).status_code == 409


def test_who_has_written_a_version_publishes_it_by_nobodys_request(unchecked: World, scripts: Path) -> None:
    before = heard(unchecked)
    change(scripts, "嗨，")
    author, other = unchecked.browser("script_editor"), unchecked.browser("administrator")
    page = author.post("/simulator/versions", {"note": "mine"}).headers["location"]
    other.post(f"{page}/propose", {"note": "theirs, they say"})
    with unchecked.database.reading() as session:
        version = versions(session, "zh")[0]
        approval = publishing.request_of(session, version)
    assert approval is not None
    assert approval.requested_by_name == "administrator"
    assert author.post(f"{page}/approvals/{approval.id}", {"decision": "approve"}).status_code == 409
    assert heard(unchecked) == before
    second = unchecked.browser("campaign_manager")
    assert second.post(f"{page}/approvals/{approval.id}", {"decision": "approve"}).status_code == 303
    assert "嗨，" in heard(unchecked)
