"""``xiaorong dialogue`` as an author uses it."""

from __future__ import annotations

import json
from pathlib import Path
from xml.etree import ElementTree

import pytest
from typer.testing import CliRunner, Result

from campaigns.cli.main import app
from tests.unit.linting.mutants import COMMON, change, copy_language

SCENARIOS = """
flow: third-party-message
at: "2026-11-23T10:00:00+08:00"
customer: {due_date: "2026-11-10", days_past_due: 13}
scenarios:
  - name: a wrong number
    talk: [{user: 打错了}]
    ends: wrong_number
    disclosed: [institution, ai_identity, recording_notice]
    never_says: [debt]
  - name: one that does not hold
    talk: [{user: 打错了, bot: [ask_relay]}]
    ends: wrong_number
"""


def run(*words: str) -> Result:
    return CliRunner().invoke(app, ["dialogue", *words])


def test_lint_passes_and_fails_by_exit_code(tmp_path: Path) -> None:
    assert run("lint", "third-party-message").exit_code == 0
    folder = copy_language(tmp_path)
    change(folder, COMMON, lambda c: c["stop_words"].pop(0))
    broken = run("lint", "third-party-message", "--dialogues", str(tmp_path), "--format", "json")
    assert broken.exit_code == 1
    assert {finding["id"] for finding in json.loads(broken.stdout)} == {"self-harm"}
    told = run("lint", "third-party-message", "--dialogues", str(tmp_path))
    assert "error[self-harm]" in told.stdout
    assert "common.yml:" in told.stdout


def test_test_tells_what_was_wanted_and_writes_junit(
    tmp_path: Path, model_cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XIAORONG_CACHE_DIR", str(model_cache))
    tests, xml = tmp_path / "tests.yml", tmp_path / "junit.xml"
    tests.write_text(SCENARIOS, encoding="utf-8")
    done = run("test", str(tests), "--junit", str(xml))
    assert done.exit_code == 1
    assert "1 failed, 1 passed" in done.stdout
    assert "ask_relay" in done.stdout
    root = ElementTree.parse(xml).getroot()  # noqa: S314
    assert (root.get("tests"), root.get("failures")) == ("2", "1")
    failure = root.find(".//failure")
    assert failure is not None
    assert "not ask_relay" in (failure.text or "")
    assert run("test", str(tests), "-k", "wrong number").exit_code == 0


def test_graph_draws_every_step(tmp_path: Path) -> None:
    out = tmp_path / "flow.svg"
    assert run("graph", "repayment-reminder", "--common", "--out", str(out)).exit_code == 0
    text = "".join(ElementTree.parse(out).getroot().itertext())  # noqa: S314
    for step in ("identity", "readback", "promised", "stay_with_them"):
        assert step in text
