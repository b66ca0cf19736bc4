"""Any call of a campaign replays to the same replies, even on a changed ledger, and becomes a test."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest
from sqlalchemy import select, update

from bot.datafile import load_model
from bot.simulation.scenario import ScenarioFile
from bot.simulation.scenario_run import run_scenario
from campaigns.cli.replaying import Scripts, replay_stored, scripts_of
from campaigns.clock import VirtualClock
from campaigns.dialing.assembly import open_worker
from campaigns.dialing.events import ignore
from campaigns.errors import ConflictError, NotFoundError
from campaigns.settings import Settings
from campaigns.store.database import Database
from campaigns.store.models import Account, Call, Customer, TurnRecord
from tests.integration.dialing.campaigning import MONDAY_MORNING, campaign, install


@pytest.fixture(scope="module")
def settings(tmp_path_factory: pytest.TempPathFactory, model_cache: Path) -> Settings:
    """An installation whose campaign has run."""
    home = tmp_path_factory.mktemp("replay") / "home"
    settings = install(home, customers=60, cache=model_cache, seed=8)
    database = Database(settings.store_url)
    clock = VirtualClock(MONDAY_MORNING)
    with open_worker(settings, database, campaign(database), clock, ignore) as worker:
        asyncio.run(worker.run())
    with database.transaction() as session:
        session.execute(update(Account).values(amount_due=1, minimum_due=1, days_past_due=900))
        session.execute(update(Customer).values(name="无名", id_tail="0000"))
    database.close()
    return settings


@pytest.fixture(scope="module")
def scripts(settings: Settings) -> Scripts:
    return scripts_of(settings)


@pytest.fixture
def store(settings: Settings) -> Database:
    return Database(settings.store_url)


def talks(store: Database, *dispositions: str) -> list[int]:
    with store.transaction() as session:
        wanted = select(Call.id).where(Call.brief.is_not(None)).order_by(Call.id)
        return list(
            session.scalars(wanted.where(Call.disposition.in_(dispositions)) if dispositions else wanted)
        )


def test_every_call_replays_to_the_same_replies(
    settings: Settings, store: Database, scripts: Scripts, capsys: pytest.CaptureFixture[str]
) -> None:
    calls = talks(store)
    assert len(calls) > 15
    for call in calls:
        assert replay_stored(settings, store, scripts, call, None), capsys.readouterr().out
    assert capsys.readouterr().out.count("Every reply is as it was") == len(calls)


def test_a_reply_that_was_other_is_shown(
    settings: Settings, store: Database, scripts: Scripts, capsys: pytest.CaptureFixture[str]
) -> None:
    call = talks(store)[0]
    with store.transaction() as session:
        asked = session.scalars(
            select(TurnRecord)
            .where(TurnRecord.call_id == call, TurnRecord.prompt == "identity_name")
            .limit(1)
        ).one()
        was, asked.text = asked.text, "您是谁？"
        session.get_one(Call, call).flow_version = "older"
    try:
        assert not replay_stored(settings, store, scripts, call, None)
    finally:
        with store.transaction() as session:
            session.get_one(TurnRecord, asked.id).text = was
    shown = capsys.readouterr().out
    assert "differs: identity_name is" in shown
    assert "The script has changed since: older then" in shown


def test_a_call_becomes_a_test_without_a_word_of_the_person(
    settings: Settings, store: Database, scripts: Scripts, tmp_path: Path
) -> None:
    script = scripts("repayment-reminder")
    saved = 0
    for call in talks(store, "promise", "promise_with_relief", "third_party", "refused", "hung_up_early"):
        path = tmp_path / f"{call}.yml"
        try:
            replay_stored(settings, store, scripts, call, path)
        except ConflictError:
            assert not path.exists()
            continue
        saved += 1
        file = load_model(path, ScenarioFile)
        assert run_scenario(file, file.scenarios[0], script.flow, script.prompts, script.interpreter) == []
        with store.transaction() as session:
            brief = session.get_one(Call, call).brief or {}
        text = path.read_text(encoding="utf-8")
        assert brief["party"]["name"] not in text
        assert str(brief["debt"]["amount_due"])[:-2] not in text.replace("promise", "")
        assert not brief["party"]["id_tail"] or brief["party"]["id_tail"] not in text
    assert saved >= 5


def test_what_cannot_be_replayed_says_why(settings: Settings, store: Database, scripts: Scripts) -> None:
    with pytest.raises(NotFoundError, match="no call 99999"):
        replay_stored(settings, store, scripts, 99999, None)
    with store.transaction() as session:
        silent = session.scalars(select(Call.id).where(Call.brief.is_(None)).limit(1)).one()
    with pytest.raises(ConflictError, match="nobody was spoken to"):
        replay_stored(settings, store, scripts, silent, None)
