"""The compliance commands as an auditor and the operations staff use them."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text
from typer.testing import CliRunner, Result

from campaigns.cli.main import app
from campaigns.compliance.chain import LogSeal
from campaigns.compliance.effective import load_effective
from campaigns.dialing.audience import Audience
from campaigns.dialing.reserve import Rules, weigh_turn
from campaigns.errors import CampaignsError
from campaigns.settings import KEY_FILE, SETTINGS_FILE, Settings, create_home, load_settings
from campaigns.store.campaigns import create_campaign, start_campaign
from campaigns.store.database import Database
from campaigns.store.facts import Surroundings
from campaigns.store.handout import claim_due
from campaigns.store.migrate import upgrade
from campaigns.store.models import PhoneNumber
from campaigns.store.sweeps import latest_sweep
from tests.integration.store.rows import AT, add_customer

Run = Callable[..., Result]
STRICTER = """\
schema: xiaorong-rulepack-overrides/1
pack: cn-mainland
times: {window: {default: ["11:00", "19:00"]}}
"""


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two customers, deferred at midnight and allowed in the morning; one has a relative's number too."""
    home = tmp_path_factory.mktemp("home")
    create_home(home)
    settings = load_settings(home)
    database = Database(settings.store_url)
    upgrade(database)
    with database.transaction() as session:
        customers = [add_customer(session) for _ in range(2)]
        for name, customer in zip(("ANNA", "BERT"), customers, strict=True):
            customer.external_id = name
        session.add(
            PhoneNumber(customer_id=customers[0].id, e164="+8613700001234", relation="emergency_contact")
        )
        campaign = create_campaign(
            session, "march", "f", Audience(), concurrency=2, calls_per_second=1, at=AT
        )
        start_campaign(session, campaign.id, AT)
    rules = Rules(load_effective("cn-mainland"), LogSeal(settings.permit_key()), "w", "zh")
    for now, many in ((AT + timedelta(hours=14), 2), (AT + timedelta(hours=25), 2)):
        with database.transaction() as session:
            turns = claim_due(session, campaign.id, now + timedelta(days=1), many)
        look = partial(Surroundings, now, True, True, now - timedelta(days=9), now.date())
        for turn in turns:
            with database.transaction() as session:
                weigh_turn(session, turn.member_id, turn.turn, campaign.id, rules, look)
    database.close()
    return home


@pytest.fixture
def settings(tmp_path: Path, template: Path) -> Settings:
    """A copy of the template's data directory, to be changed at will."""
    return load_settings(shutil.copytree(template, tmp_path / "home"))


@pytest.fixture
def run(settings: Settings) -> Run:
    def command(*words: str, ok: bool = True) -> Result:
        result = CliRunner(env={"COLUMNS": "200"}).invoke(
            app, ["--home", str(settings.home), "compliance", *words]
        )
        if result.exception is not None and not isinstance(result.exception, SystemExit):
            assert not ok, result.exception
            assert isinstance(result.exception, CampaignsError), result.exception
        else:
            assert (result.exit_code == 0) is ok, result.output
        return result

    return command


def tamper(settings: Settings, *statements: str) -> None:
    database = Database(settings.store_url)
    with database.transaction() as session:
        for statement in statements:
            session.execute(text(statement))
    database.close()


def told(result: Result) -> Any:
    return json.loads(result.output)


def test_explain_tells_what_is_against_a_call_by_which_rule_and_when_there_may_be_one(run: Run) -> None:
    anna = told(run("explain", "ANNA", "--format", "json"))
    own, relative = anna["numbers"]
    assert own["verdict"] == "refuse"  # checked in March, and it is later now
    assert {found["reason"] for found in own["against"]} >= {"number_stale"}
    assert relative["third_party"] == []
    assert relative["against"][0]["reason"] == "human_only"
    assert relative["against"][0]["sources"][0]["title"].startswith("GB/T 45251")
    assert "+8613700001234" not in str(anna)
    verdicts = [decision["verdict"] for decision in anna["decisions"]]
    assert verdicts == ["allow", "defer"]
    deferred = anna["decisions"][1]
    assert deferred["against"][0]["reason"] == "outside_window"
    assert ["local_time", "00:00 Asia/Shanghai"] in deferred["against"][0]["facts"]
    assert deferred["next"] == "2026-03-03T02:00:00+00:00"  # the region is not known: ten o'clock


def test_explain_in_words(run: Run) -> None:
    page = run("explain", "ANNA", "--at", "2026-03-03T00:30").output
    assert "决定记录" in page
    assert "不在允许的呼叫时段" in page
    assert "现在能否拨打" not in page, "what was known then is in the decisions of then"
    later = run("explain", "BERT", "--at", "2030-01-01T21:30", "--last", "1").output
    assert "届时能否拨打" in later
    assert "更早的决定还有: 1" in later
    assert "there is no customer" in str(run("explain", "NOBODY", ok=False).exception)


def test_simulate_shows_which_verdicts_change(run: Run, tmp_path: Path) -> None:
    file = tmp_path / "stricter.yaml"
    file.write_text(STRICTER, encoding="utf-8")
    change = told(run("simulate", "--overrides", str(file), "--campaign", "march", "--format", "json"))
    assert (change["replayed"], change["unchanged"], change["differ_under_installed"]) == (4, 2, 0)
    assert {each["from"]["until"] for each in change["changes"]} == {"2026-03-03T02:00:00+00:00"}
    assert {each["to"]["until"] for each in change["changes"]} == {"2026-03-03T03:00:00+00:00"}
    assert "结论改变: 2" in run("simulate", "--overrides", str(file)).output
    run("simulate", ok=False)
    run("simulate", "--overrides", str(file), "--campaign", "april", ok=False)


def test_show_marks_what_the_house_sets_otherwise(run: Run, settings: Settings) -> None:
    (settings.home / "stricter.yaml").write_text(STRICTER, encoding="utf-8")
    with (settings.home / SETTINGS_FILE).open("a", encoding="utf-8") as stream:
        stream.write('rule_pack_overrides = "stricter.yaml"\n')
    rules = {row["rule"]: row for row in told(run("show", "--format", "json"))["rules"]}
    assert rules["times.window"]["hard"] == "08:00-22:00"
    assert rules["times.window"]["default"] == "09:00-20:30"
    assert rules["times.window"]["in_force"] == "11:00-19:00"
    assert rules["times.window"]["sources"] == ["gbt-45251", "cba-2026", "house"]
    assert all(row["sources"] for row in rules.values())
    assert "11:00-19:00*" in run("show").output
    assert "us-reg-f@" in run("show", "us-reg-f").output


def test_verify_prints_the_head_and_finds_what_was_changed(run: Run, settings: Settings) -> None:
    page = run("verify").output
    head = page.split("链头（请留存）: ")[1].split()[0]
    assert "决定记录完整" in page
    run("verify", "--noted", head)
    assert "4: 与先前留存的链头不符" in run("verify", "--noted", f"4:{'0' * 64}", ok=False).output
    assert "ID:LINK" in str(run("verify", "--noted", "four", ok=False).exception)
    tamper(settings, "DROP TRIGGER decision_no_update", "UPDATE decision SET verdict = 'refuse' WHERE id = 2")
    result = run("verify", ok=False)
    assert result.exit_code == 1
    assert "记录 2: 记录被改动" in result.output
    assert "nothing is deleted" in str(run("retention", "--apply", ok=False).exception)
    assert "cannot be sealed" in str(run("reseal", "--reason", "x", ok=False).exception)


def test_a_lost_key_stops_decisions_until_the_log_is_sealed_anew(run: Run, settings: Settings) -> None:
    assert "nothing to do" in str(run("reseal", "--reason", "x", ok=False).exception)
    (settings.home / KEY_FILE).write_text("ab" * 32)
    assert "链头签名不符" in run("verify", ok=False).output
    run("reseal", "--reason", "key lost, case 7")
    assert "决定记录完整" in run("verify").output
    database = Database(settings.store_url)
    with database.transaction() as session:
        row = session.execute(text("SELECT kind, why FROM deletion")).one()
    database.close()
    assert tuple(row) == ("resealed", "key lost, case 7")


def test_facts_are_put_on_file(run: Run) -> None:
    run("record", "ANNA", "consent", "--evidence", "form 1")
    run(
        "record",
        "ANNA",
        "hours",
        "--not-given",
        "--start",
        "08:00",
        "--end",
        "12:00",
        "--days",
        "mon,Tuesday",
    )
    run("record", "ANNA", "dispute_pending", "--as-of", "2026-03-01")
    found = told(run("explain", "ANNA", "--format", "json"))["numbers"][0]
    assert found["against"][0]["reason"] == "dispute"
    run("record", "ANNA", "dispute_pending", "--not-given")
    found = told(run("explain", "ANNA", "--format", "json"))["numbers"][0]
    assert "dispute" not in [each["reason"] for each in found["against"]]


@pytest.mark.parametrize(
    ("words", "hint"),
    [
        (["consent"], "--evidence"),
        (["hours", "--days", "someday"], "no day of the week"),
        (["hours", "--start", "25:00", "--not-given"], "the hours cannot be"),
        (["hours"], "--evidence"),
        (["line"], "--number"),
        (["location"], "--zone"),
        (["location", "--zone", "Mars/Olympus"], "not a time zone"),
        (["talk", "--by", "parrot"], "human, agency"),
        (["notice", "--as-of", "2100-01-01"], "still to come"),
        (["notice", "--account", "A0"], "no account"),
        (["consent", "--evidence", "x", "--number", "+8613000000000"], "no such number"),
        (["gossip"], "known: "),
    ],
)
def test_what_cannot_be_filed_says_why(run: Run, words: list[str], hint: str) -> None:
    error = str(run("record", "ANNA", *words, ok=False).exception)
    assert hint in error
    assert "+8613700001234" not in error


def test_holds_are_put_on_listed_and_lifted(run: Run) -> None:
    run("hold", "add", "ANNA", "--reason", "lawsuit 7")
    assert "lawsuit 7" in run("hold", "list").output
    run("hold", "remove", "ANNA", "--reason", "settled")
    assert "no legal hold" in run("hold", "list").output
    assert "under no legal hold" in str(run("hold", "remove", "ANNA", "--reason", "x", ok=False).exception)


def test_retention_shows_and_deletes(run: Run, settings: Settings) -> None:
    page = told(run("retention", "--format", "json"))
    assert {kind["kind"]: kind["kept"] for kind in page["kinds"]}["decisions"] == 4
    assert "--apply" in run("retention").output
    assert "已删除" in run("retention", "--apply").output
    database = Database(settings.store_url)
    with database.reading() as session:
        swept = latest_sweep(session)
    database.close()
    assert swept is not None
    assert swept.via == "command"
    assert "决定记录完整" in run("verify").output
