"""The text simulator through a pipe: talking, going back and forth, the clock, noise, reload and saving."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from bot.datafile import load_model
from bot.language import language_dir
from bot.simulation.scenario import ScenarioFile
from bot.simulation.scenario_run import run_scenario
from bot.simulation.script import Script
from campaigns.cli import chatting
from campaigns.cli.chatting import run_chat
from campaigns.cli.inventing import Invented

WANG = Invented("王小明", "male", "", 120_000, 5, 5_000)

Talk = Callable[..., str]


@pytest.fixture
def talk(
    tmp_path: Path, model_cache: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Talk:
    """Types lines into a chat; a callable among them is called in its turn. Gives all that was printed."""
    home = tmp_path / "home"
    home.mkdir()
    (home / "cache").symlink_to(model_cache, target_is_directory=True)
    monkeypatch.setenv("COLUMNS", "200")

    def run(*lines: str | Callable[[], object], folder: Path | None = None) -> str:
        def typed(_chat: object) -> object:
            for line in lines:
                if isinstance(line, str):
                    yield line + "\n"
                else:
                    line()

        monkeypatch.setattr(chatting, "_lines", typed)
        monkeypatch.setattr(chatting, "language_dir", lambda code: folder or language_dir(code))
        run_chat(home, "repayment-reminder", "zh", None, WANG, tmp_path)
        return capsys.readouterr().out

    return run


def test_a_promise_is_talked_through(talk: Talk) -> None:
    shown = talk("是我", "明天还一千", "对")
    assert "purpose_overdue" in shown
    assert "1000元" in shown
    assert "RecordPromise(amount=100000" in shown
    assert "The call ends: promise" in shown


def test_going_back_and_forth(talk: Talk) -> None:
    shown = talk(
        "是我", "不还", "/back", "/forward", "/goto 0", "/goto 99", "/back", "明天还一千", "/forward"
    )
    assert "#1 of 2: 是我" in shown
    assert "#2 of 2: 不还" in shown
    assert "#0 of 2: the opening" in shown
    assert "#2 of 2: 明天还一千" in shown  # what lay ahead was forgotten


def test_the_clock_moves(talk: Talk) -> None:
    shown = talk("是我", "明天还", "/time +3d", "/time", "/time soon")
    assert shown.count("Move the clock with") == 2
    first, second = (part.split("您在")[1][:8] for part in shown.split("read_back")[:2])
    assert first != second


def test_noise_garbles_what_is_typed_and_shows_it(talk: Talk) -> None:
    shown = talk("/noise 30", "嗯我就是本人你说吧有什么事情啊", "/noise 31", "/noise")
    assert "heard: " in shown
    assert shown.count("Noise goes from 0 to 30%") == 2


def test_why_is_explained(talk: Talk) -> None:
    shown = talk("/explain", "是我", "明天还一千", "/explain", "", "/explain")
    assert "the opening: nothing was heard" in shown
    assert "understood promise_pay" in shown
    assert "the step expects" in shown
    assert "taken: step plan move" in shown
    assert ".yml:" in shown
    assert "taken: anywhere move" in shown  # silence


def test_what_is_saved_is_a_test_that_passes(talk: Talk, tmp_path: Path, model_cache: Path) -> None:
    shown = talk("/save", "是我", "", "最近手头有点紧能不能减免一点", "/save", "不用了", "/back")
    assert "nothing to test" in shown
    path = tmp_path / "chat-001.yml"
    file = load_model(path, ScenarioFile)
    script = Script.load("zh", "repayment-reminder", model_cache)
    assert run_scenario(file, file.scenarios[0], script.flow, script.prompts, script.interpreter) == []
    assert len(file.scenarios[0].talk) == 3


def test_saved_prompts_are_taken_up_and_broken_ones_told(talk: Talk, tmp_path: Path) -> None:
    folder = tmp_path / "zh"
    shutil.copytree(language_dir("zh"), folder)
    path = folder / "prompts" / "opening.yml"
    text = path.read_text(encoding="utf-8")

    def save(new: str) -> Callable[[], object]:
        return lambda: path.write_text(new, encoding="utf-8")

    shown = talk(
        "喂",
        save(text.replace("本人吗？", "先生本人对吗？")),
        "",
        save(text.replace("say:", "sai:", 1)),
        "是我",
        folder=folder,
    )
    assert "Took up opening.yml." in shown
    assert "#0 goes otherwise now" in shown
    assert "先生本人对吗？" in shown
    assert "opening.yml:" in shown
    assert "sai" in shown
    assert "The old version goes on." in shown
    assert "purpose_overdue" in shown  # it did go on


def test_commands_that_are_none_are_told(talk: Talk) -> None:
    shown = talk(
        "/nonsense", "/back many", "/keys x", "/help", "/customer", "/state", "/restart", "/quit", "是我"
    )
    assert "There is no command /nonsense" in shown
    assert "/back takes a number" in shown
    assert "Keys are digits" in shown
    assert "purpose_overdue" not in shown
