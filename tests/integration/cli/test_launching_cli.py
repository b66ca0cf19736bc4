"""A large campaign at the command line: refused, unless a second person agreed or a reason goes on record."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from campaigns.customers.sample import write_sample
from campaigns.errors import ConflictError
from campaigns.settings import load_settings
from campaigns.store.database import Database
from campaigns.store.models import AuditEntry, CampaignMember
from tests.integration.cli.test_facts_cli import Operator

ALONE = ("--alone", "nobody else is here")


@pytest.fixture
def run(tmp_path: Path, model_cache: Path, monkeypatch: pytest.MonkeyPatch) -> Operator:
    """An installation where a second person agrees from the third member on."""
    monkeypatch.setenv("XIAORONG_CACHE_DIR", str(model_cache))
    monkeypatch.setenv("XIAORONG_CONSOLE", '{"approve_above": 2}')
    today = datetime.now(ZoneInfo("Asia/Shanghai")).date()  # the commands go by the real day
    operator = Operator(tmp_path / "home")
    operator("init")
    operator("customers", "import", str(write_sample(tmp_path / "p.csv", today, customers=12, seed=2)))
    operator("campaign", "create", "march")
    return operator


def reasons(home: Path) -> list[str]:
    database = Database(load_settings(home).store_url)
    try:
        with database.reading() as session:
            assert session.query(CampaignMember).count() > 2
            return [row.reason for row in session.query(AuditEntry).filter_by(action="campaigns.run_alone")]
    finally:
        database.close()


@pytest.mark.parametrize("words", [("run", "march"), ("launch", "march"), ("resume", "march")])
def test_no_command_sets_a_large_campaign_running_unasked(run: Operator, words: tuple[str, ...]) -> None:
    if words[0] == "resume":
        run("campaign", "pause", "march")
    with pytest.raises(ConflictError, match="a second person must agree first"):
        run("campaign", *words)
    shown = run("campaign", "show", "march")
    assert "running" not in shown
    assert reasons(run.home) == []


def test_a_reason_goes_on_record_once_and_the_campaign_goes_on(run: Operator) -> None:
    assert "is running" in run("campaign", "launch", "march", *ALONE)
    run("campaign", "pause", "march")
    assert "is running" in run("campaign", "launch", "march")
    assert reasons(run.home) == ["nobody else is here"]
