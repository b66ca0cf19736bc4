"""The commands for what follows from a call, as an operator runs them."""

from __future__ import annotations

from pathlib import Path

import pytest
from typer.testing import CliRunner

from campaigns.cli.main import app
from campaigns.errors import CampaignsError
from campaigns.settings import load_settings
from campaigns.store.database import Database
from campaigns.store.messages import queue_message
from campaigns.store.models import WebhookEndpoint
from campaigns.store.outcomes import open_follow_up
from tests.integration.store.rows import AT, add_customer
from tests.integration.texting_world import NEUTRAL


@pytest.fixture
def home(tmp_path: Path) -> Path:
    run(tmp_path, "init")
    return tmp_path


def run(home: Path, *words: str) -> str:
    result = CliRunner().invoke(app, ["--home", str(home), *words], catch_exceptions=False)
    assert result.exit_code == 0, result.output
    return result.output


def refused(home: Path, *words: str) -> str:
    result = CliRunner().invoke(app, ["--home", str(home), *words])
    assert isinstance(result.exception, CampaignsError)
    return str(result.exception)


def test_a_day_of_outcomes(home: Path) -> None:
    database = Database(load_settings(home).store_url)
    with database.transaction() as session:
        customer = add_customer(session)
        queue_message(session, customer.id, NEUTRAL, AT)  # long ago: too late to be sent
        follow_up = open_follow_up(session, customer.id, "refused", AT, urgent=True)
    assert "1 refused" in run(home, "messages", "send", "--wait", "0.01")
    assert "已过时" in "".join(run(home, "messages", "list", "--state", "refused").split())
    assert "states are" in refused(home, "messages", "list", "--state", "lost")
    assert "0 accepted reliefs" in run(home, "relief", "check")
    assert "0 accepted reliefs" in run(home, "promises", "check")
    run(home, "relief", "list")
    assert "0 entries" in run(home, "relief", "export", str(home / "relief.csv"), "--from", "2026-01-01")
    assert "拒绝还款" in run(home, "followups", "list")
    run(home, "followups", "close", str(follow_up), "--note", "已约定")
    assert "--note" in refused(home, "followups", "close", str(follow_up), "--note", " ")
    assert "1 follow-ups" in run(home, "followups", "list", "--all", "--csv", str(home / "f.csv"))
    assert "actions done" in run(home, "treatment", "run")
    run(home, "treatment", "tasks")
    database.close()


def test_endpoints_and_a_secret_that_is_shown_once(home: Path) -> None:
    shown = run(home, "webhooks", "add", "core", "http://localhost:9/in", "--events", "call.ended")
    secret = next(line for line in shown.splitlines() if line.startswith("whsec_"))
    for words in (
        ("add", "core", "https://e.example"),
        ("add", "Core!", "https://e.example"),
        ("add", "b", "http://e.example"),
        ("add", "b", "https://e.example", "--events", "x"),
        ("remove", "nobody"),
    ):
        assert secret not in refused(home, "webhooks", *words)
    assert "did not take the event" in refused(home, "webhooks", "test", "core")  # nobody listens there
    listed = run(home, "webhooks", "list") + run(home, "webhooks", "list", "--dead", "core")
    assert secret not in listed
    assert "0 events wait" in run(home, "webhooks", "redeliver", "core", "--event", "msg_x")
    assert "0 delivered" in run(home, "webhooks", "deliver")
    database = Database(load_settings(home).store_url)
    with database.transaction() as session:
        (row,) = session.query(WebhookEndpoint).all()
        assert secret not in row.sealed_secret
    database.close()
    assert "1 events that waited" in run(home, "webhooks", "remove", "core")
