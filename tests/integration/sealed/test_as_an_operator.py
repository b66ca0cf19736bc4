"""The commands: a key, sealing with it, a backup and a restore of it."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest
from typer.testing import CliRunner

from campaigns.cli.main import app
from campaigns.errors import CampaignsError, SealError, SettingsError
from campaigns.settings import SETTINGS_FILE, create_home, load_settings
from campaigns.stores import open_store, store_keys
from tests.integration.console.world import NAMES, fill
from tests.integration.sealed.sealing_world import NEW, OLD, contents, known, raw_bytes, seen_in
from tests.integration.store.rows import add_customer

Run = Callable[..., str]


@pytest.fixture
def run(tmp_path: Path) -> Run:
    def command(*words: str, home: str = "home") -> str:
        done = CliRunner().invoke(app, ["--home", str(tmp_path / home), *words])
        if done.exception is not None and not isinstance(done.exception, SystemExit):
            raise done.exception
        return done.output

    return command


def test_from_the_clear_to_a_key_and_another_and_back(tmp_path: Path, run: Run) -> None:
    home = tmp_path / "home"
    run("init")
    with closing(open_store(load_settings(home))) as database:
        fill(database)
        names = known(contents(database), "customer.name", least=6)
    assert "not sealed" in run("database", "show")
    assert "database.key" in run("database", "new-key")
    assert (home / "database.key").stat().st_mode & 0o777 == 0o600
    with pytest.raises(SettingsError, match="run 'xiaorong database seal'"):
        run("customers", "duplicates")
    assert "rows were written" in run("database", "seal")
    assert "at hand" in run("database", "show")
    run("customers", "duplicates")
    first = store_keys(load_settings(home)).newest
    run("database", "new-key")
    run("customers", "duplicates")  # the old key is there still
    assert "Next: " in run("database", "show")
    run("database", "seal")
    second = store_keys(load_settings(home)).newest
    assert first is not None
    assert second is not None
    assert second.id.hex() in run("database", "show")
    (home / "database.key").write_text(second.secret.hex())
    with closing(open_store(load_settings(home))) as database:
        assert seen_in(raw_bytes(database), names) == set()
    (home / "database.key").rename(home / "lost")
    with pytest.raises(SealError, match=f"{second.id.hex()}, which is not at hand"):
        run("customers", "duplicates")
    assert "NOT at hand" in run("database", "show")
    (home / "lost").rename(home / "database.key")
    assert "In the clear" in run("database", "unseal")
    (home / "database.key").unlink()
    with closing(open_store(load_settings(home))) as database:
        assert seen_in(raw_bytes(database), names) == names


def test_a_new_installation_with_a_key_is_sealed_from_the_start(
    run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XIAORONG_DATABASE_KEY", f"{OLD.secret.hex()},{NEW.secret.hex()}")
    run("init")
    assert f"sealed with the key {NEW.id.hex()}, which is at hand" in run("database", "show")
    run("init")
    with pytest.raises(CampaignsError, match="XIAORONG_DATABASE_KEY"):
        run("database", "new-key")


def test_a_key_that_is_named_must_be_there_and_be_one(tmp_path: Path) -> None:
    home = tmp_path / "home"
    create_home(home)
    settings = load_settings(home)
    lost = settings.model_copy(update={"database_key_file": tmp_path / "none"})
    with pytest.raises(SettingsError, match=r"no key in .*none"):
        store_keys(lost)
    (home / "database.key").write_text("abc")
    with pytest.raises(SettingsError, match="64 hexadecimal digits"):
        store_keys(settings)
    with (home / SETTINGS_FILE).open("a", encoding="utf-8") as stream:
        stream.write('database_key = "00"\n')
    with pytest.raises(SettingsError, match="no place among settings"):
        load_settings(home)


def test_a_backup_is_sealed_and_its_keys_open_it(
    tmp_path: Path, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XIAORONG_BACKUP_PASSPHRASE", "correct horse battery")
    backup, keys = str(tmp_path / "b.xrb"), str(tmp_path / "b.keys")
    run("init")
    run("database", "new-key")
    run("database", "seal")
    with closing(open_store(load_settings(tmp_path / "home"))) as database:
        with database.transaction() as session:
            add_customer(session).name = NAMES[0]
        before = contents(database)["customer.name"]
    run("backup", backup, "--keys", keys)
    run("restore", backup, "--keys", keys, home="new")
    with closing(open_store(load_settings(tmp_path / "new"))) as there:
        assert contents(there)["customer.name"] == before == [NAMES[0]]
        assert there.is_sealed
    (tmp_path / "new" / "database.key").unlink()
    with pytest.raises(SealError, match="not at hand"):
        run("restore", backup, "--force", home="new")
