"""What reviewers marked reaches those who write: without a person's name, and as a file to teach from."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from bot.language import DIALOGUES
from bot.nlu.teaching import lesson, teach
from bot.nlu.training_data import Example
from campaigns.cli.nlu_labels import read_labels
from campaigns.store.models import AuditEntry
from tests.integration.console.recorded import CALL, talk
from tests.integration.console.world import World


@pytest.fixture
def language(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = Path(shutil.copytree(DIALOGUES / "zh", tmp_path / "dialogues" / "zh"))
    monkeypatch.setattr("bot.language.DIALOGUES", folder.parent)
    return folder


def test_from_a_mark_to_an_example(world: World, language: Path, tmp_path: Path) -> None:
    talk(world)
    author = world.browser("script_editor")
    assert "还没有标记的句子" in author.get("/simulator/misunderstood").text
    world.browser("quality").post(f"/calls/{CALL}/lines/2/mark", {"intent": "partial_payment"})
    page = author.get("/simulator/misunderstood").text
    assert "欧阳明月" not in page  # the customer, who said their name
    assert "明天还五百" in page
    assert "还一部分" in page
    assert "待学习" in page
    file = tmp_path / "taken.yml"
    taken = author.get("/simulator/misunderstood/file")
    assert taken.headers["content-disposition"].startswith("attachment; filename=")
    assert "欧阳明月" not in taken.text
    file.write_bytes(taken.content)
    labelled = [Example(text, label) for text, label in read_labels(file)]
    assert [each.intent for each in labelled] == ["partial_payment"]
    teach(language / "nlu.yml", lesson(language / "nlu.yml", labelled))
    assert "已学习" in author.get("/simulator/misunderstood").text
    with world.database.reading() as session:
        assert session.query(AuditEntry).filter_by(action="marks.taken").one().after == {"count": 1}


def test_who_does_not_write_scripts_is_not_shown_them(world: World) -> None:
    for role in ("analyst", "auditor"):
        assert world.browser(role).get("/simulator/misunderstood").status_code == 403
