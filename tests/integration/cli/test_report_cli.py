"""``xiaorong report``, ``experiment`` and ``export``, as an operator types them."""

from __future__ import annotations

from pathlib import Path

import pytest
from typer.testing import CliRunner

from campaigns.cli.main import app
from campaigns.errors import ConflictError, NotFoundError
from campaigns.settings import create_home, load_settings
from campaigns.store.database import Database
from campaigns.store.migrate import upgrade
from tests.integration.report_world import Dial, World, allowed


@pytest.fixture
def home(tmp_path: Path) -> Path:
    create_home(tmp_path / "home")
    database = Database(load_settings(tmp_path / "home").store_url)
    upgrade(database)
    with database.transaction() as session:
        World(session).campaign(
            "spring", [allowed(Dial("promise", talk_s=60, right_party=True, promise=5_000))]
        )
    database.close()
    return tmp_path / "home"


def run(home: Path, *words: str) -> str:
    result = CliRunner().invoke(app, ["--home", str(home), *words], catch_exceptions=False)
    assert result.exit_code == 0
    return result.output


def test_a_week_over_all_campaigns(home: Path, tmp_path: Path) -> None:
    out = run(
        home,
        "report",
        "--from",
        "2026-03-02",
        "--to",
        "2026-03-08",
        "--by",
        "grade,hour",
        "--language",
        "en",
        "--html",
        str(tmp_path / "r.html"),
        "--xlsx",
        str(tmp_path / "r.xlsx"),
        "--csv",
        str(tmp_path / "csv"),
    )
    assert "By hour" in out
    assert "By script" not in out
    assert "until 2026-03-08" in out
    assert {path.name for path in tmp_path.iterdir()} >= {"r.html", "r.xlsx", "csv"}
    assert "Right party" in run(home, "report", "--language", "en")
    with pytest.raises(NotFoundError, match="it can be by"):
        run(home, "report", "--by", "colour")
    with pytest.raises(ConflictError, match="before the first"):
        run(home, "report", "--from", "2026-03-08", "--to", "2026-03-02")


def test_house_rates_are_read_from_the_settings(home: Path) -> None:
    rates = "version: 1\nlines:\n  simulated: {currency: CNY, per_attempt: '1.5', per_minute: '0.5'}\n"
    (home / "rates.yaml").write_text(rates)
    with (home / "settings.toml").open("a") as file:
        file.write('rates = "rates.yaml"\n')
    assert "2.00" in run(home, "report", "--language", "en")


def test_exports_and_their_log(home: Path, tmp_path: Path) -> None:
    out = tmp_path / "calls.csv"
    assert "Wrote 1 calls" in run(home, "export", "calls", "--campaign", "spring", "--out", str(out))
    assert out.read_text(encoding="utf-8-sig").startswith("call_id,")
    assert "calls" in run(home, "export", "log")


def test_the_size_of_an_experiment(home: Path) -> None:
    assert "7,547" in run(home, "experiment", "size", "--base", "0.25", "--rise", "0.02")
    with pytest.raises(NotFoundError, match="no experiment"):
        run(home, "experiment", "report", "nope")
    with pytest.raises(ConflictError, match="--experiment NAME"):
        run(home, "campaign", "create", "x", "--arm", "a")
