"""``xiaorong models`` as an operator meets it: what is missing, what is wrong, a model that works."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from bot.errors import ModelError
from campaigns.cli.main import app
from campaigns.errors import NotInitialisedError, SettingsError
from campaigns.settings import create_home
from tests.unit.asr.conftest import vosk_model

__all__ = ["vosk_model"]

SMALL = "vosk-model-small-cn-0.22"
Run = Callable[..., Result]


@pytest.fixture
def run(tmp_path: Path) -> Run:
    """Runs ``xiaorong models`` on a data directory."""
    home = tmp_path / "home"
    create_home(home)
    return lambda *words: CliRunner().invoke(app, ["--home", str(home), "models", *words])


def test_models_are_listed_and_missing_ones_told(run: Run) -> None:
    listed = run("list").stdout
    assert f"* {SMALL}  missing" in listed
    assert "checksum unknown" in listed
    checked = run("check")
    assert checked.exit_code == 1
    assert f"MISSING  {SMALL}: without it" in checked.stdout
    assert f"'xiaorong models fetch {SMALL}' gets it" in checked.stdout
    assert "missing  vosk-model-cn-0.22: without it" in checked.stdout


def test_a_model_of_ones_own_is_listed_and_looked_for(run: Run, tmp_path: Path) -> None:
    settings = tmp_path / "home/settings.toml"
    text = settings.read_text(encoding="utf-8").replace(f'"{SMALL}"', '"/srv/our-own"')
    settings.write_text(text.replace("# models_dir", "models_dir"), encoding="utf-8")
    listed = run("list").stdout
    assert listed.startswith("Models in /srv/models;")
    assert "* /srv/our-own  not of this catalogue" in listed
    checked = run("check")
    assert checked.exit_code == 1
    assert "MISSING  /srv/our-own" in checked.stdout


def test_what_cannot_be_fetched_is_told(run: Run, tmp_path: Path) -> None:
    wrong = tmp_path / "wrong.zip"
    wrong.write_bytes(b"<html>blocked by the proxy</html>")
    for words, error in (
        (("nothing",), ModelError),
        ((SMALL, "--from", str(wrong)), ModelError),
        ((SMALL, "--from", str(wrong), "--mirror", "http://127.0.0.1:9/"), SettingsError),
        (("vosk-model-cn-0.22",), ModelError),
    ):
        failed = run("fetch", *words)
        assert failed.exit_code == 1
        assert isinstance(failed.exception, error)
    assert wrong.exists()
    assert not list((tmp_path / "home/models").glob("vosk*"))


def test_a_data_directory_is_needed(tmp_path: Path) -> None:
    for words in (("list",), ("check",), ("fetch", SMALL)):
        failed = CliRunner().invoke(app, ["--home", str(tmp_path / "none"), "models", *words])
        assert isinstance(failed.exception, NotInitialisedError)


@pytest.mark.external
def test_a_model_is_installed_tried_and_found_changed(run: Run, vosk_model: Path, tmp_path: Path) -> None:
    done = run("fetch", SMALL, "--from", str(vosk_model), "--accept-unverified")
    assert done.exit_code == 0, done.output
    assert "not verified" in done.stdout
    assert f"* {SMALL}  installed, unverified" in run("list").stdout
    checked = run("check")
    assert f"works    {SMALL}: loaded in" in checked.stdout
    assert checked.exit_code == 0
    weights = tmp_path / "home/models" / SMALL / "am/final.mdl"
    with weights.open("r+b") as file:
        file.write(b"damage")
    checked = run("check", SMALL)
    assert f"WRONG    {SMALL}: am/final.mdl was changed since it was installed" in checked.stdout
    assert checked.exit_code == 1
