"""The scorecard is the installation's, in versions; a judgement keeps the one it was made by."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
import yaml

from bot.errors import DataFileError
from campaigns.console.calls.scorecard import SHIPPED, open_scorecard
from campaigns.settings import load_settings
from campaigns.store.models import ScorecardRecord
from tests.integration.console.recorded import CALL
from tests.integration.console.test_calls import MET
from tests.integration.console.world import World

OWN = """\
name: house
version: {version}
criteria:
  - {{code: tone, points: 60, words: {{zh: {zh}, en: Tone}}, asks: {{zh: 语气, en: Tone}}, required: true}}
  - {{code: result, points: 40, words: {{zh: 登记, en: Record}}, asks: {{zh: 登记, en: Record}}}}
"""


def judged_by(world: World, path: Path, text: str) -> World:
    """The console after it was started anew with this file."""
    path.write_text(text, encoding="utf-8")
    return World(replace(world.services, scorecard=open_scorecard(path)), world.clock)


def test_a_judgement_is_read_by_the_card_that_it_was_made_by(world: World, tmp_path: Path) -> None:
    file = tmp_path / "scorecard.yaml"
    world.browser("quality").post(f"/calls/{CALL}/score", MET)
    own = judged_by(world, file, OWN.format(version=1, zh="态度"))
    page = own.browser("quality").get(f"/calls/{CALL}").text
    assert "开场问候" in page  # of the judgement
    assert "call@1" in page
    assert "态度" in page  # to judge it by now
    answers = {"tone": "missed", "result": "met"}
    assert own.browser("quality").post(f"/calls/{CALL}/score", answers).status_code == 303
    later = judged_by(world, file, OWN.format(version=2, zh="语气温和"))
    read = later.browser("auditor").get(f"/calls/{CALL}").text
    assert "态度" in read
    assert "house@1" in read
    assert "语气温和" not in read  # who may not judge reads the judgement alone
    with world.database.reading() as session:
        assert {row.label for row in session.query(ScorecardRecord)} == {"call@1", "house@1"}


def test_a_card_that_was_changed_needs_another_version(world: World, tmp_path: Path) -> None:
    file, answers = tmp_path / "scorecard.yaml", {"tone": "met", "result": "met"}
    own = judged_by(world, file, OWN.format(version=1, zh="态度"))
    assert own.browser("quality").post(f"/calls/{CALL}/score", answers).status_code == 303
    other = judged_by(world, file, OWN.format(version=1, zh="温和"))
    told = other.browser("quality").post(f"/calls/{CALL}/score", answers)
    assert told.status_code == 409
    assert "提高版本号" in told.text
    newer = judged_by(world, file, OWN.format(version=2, zh="温和"))
    assert newer.browser("quality").post(f"/calls/{CALL}/score", answers).status_code == 303


def test_the_settings_name_the_file(tmp_path: Path, world: World) -> None:
    home = world.services.settings.home
    settings = home / "settings.toml"
    settings.write_text(settings.read_text() + '\nscorecard = "own.yaml"\n')
    (home / "own.yaml").write_text(OWN.format(version=3, zh="态度"), encoding="utf-8")
    assert open_scorecard(load_settings(home).scorecard).label == "house@3"


@pytest.mark.parametrize(
    "change",
    [{"version": 0}, {"name": "No Name"}, {"criteria": []}, {"more": 1}],
    ids=lambda change: next(iter(change)),
)
def test_a_card_that_cannot_be_is_refused_with_its_place(tmp_path: Path, change: dict[str, object]) -> None:
    file = tmp_path / "scorecard.yaml"
    file.write_text(
        yaml.safe_dump({**yaml.safe_load(SHIPPED.read_text("utf-8")), **change}), encoding="utf-8"
    )
    with pytest.raises(DataFileError, match=r"scorecard\.yaml"):
        open_scorecard(file)


def test_a_criterion_may_not_be_called_as_another_field_of_the_form(tmp_path: Path) -> None:
    file = tmp_path / "scorecard.yaml"
    file.write_text(OWN.format(version=1, zh="x").replace("code: tone", "code: csrf"), encoding="utf-8")
    with pytest.raises(DataFileError, match="csrf"):
        open_scorecard(file)
