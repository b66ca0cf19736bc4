from __future__ import annotations

import os
from pathlib import Path

import pytest
import yaml

from bot.errors import InterpreterError
from bot.nlu.rasa.environment import environment_in, is_built, ready_environment
from bot.nlu.rasa.project import Pipeline, RasaProject
from bot.nlu.rasa.python import find_python
from bot.nlu.rasa.training import as_asked, train_rasa
from bot.nlu.sure_rules import SureRules
from bot.nlu.training_data import Example, load_training_data

EXAMPLES = [
    Example("是的", "affirm"),
    Example("对: 就是", "affirm"),
    Example("- 不行", "deny"),
    Example("不", "deny"),
]


def program(path: Path, script: str) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f"#!/bin/sh\n{script}\n")
    path.chmod(0o755)
    return path


def python(path: Path, version: str = "3.10") -> Path:
    return program(path, f"echo {version}")


def world(tmp_path: Path) -> dict[str, str]:
    return {"PATH": f"{tmp_path / 'bin'}:/usr/bin:/bin", "HOME": str(tmp_path / "home")}


def test_the_one_that_is_set_comes_first(tmp_path: Path) -> None:
    python(tmp_path / "bin/python3.10")
    given = python(tmp_path / "own/python")
    assert find_python(given, world(tmp_path)) == given
    with pytest.raises(InterpreterError, match=r"rasa_python: .* is no Python 3.10"):
        find_python(python(tmp_path / "own/newer", "3.11"), world(tmp_path))


def test_then_the_path_then_pyenv_then_uv(tmp_path: Path) -> None:
    versions = tmp_path / "home/.pyenv/versions"
    uv = python(tmp_path / "home/.local/share/uv/python/cpython-3.10.14-linux-x86_64-gnu/bin/python3.10")
    assert find_python(None, world(tmp_path)) == uv
    python(versions / "3.10.9/bin/python3.10")
    newer = python(versions / "3.10.13/bin/python3.10")
    python(versions / "3.9.18/bin/python3.9", "3.9")
    assert find_python(None, world(tmp_path)) == newer
    program(tmp_path / "bin/python3.10", "exit 127")  # a shim that leads nowhere
    assert find_python(None, world(tmp_path)) == newer
    right = python(tmp_path / "bin/python3.10")
    assert find_python(None, world(tmp_path)) == right


def test_without_one_it_says_how_to_get_it(tmp_path: Path) -> None:
    with pytest.raises(InterpreterError, match=r"pyenv install 3\.10.*uv python install.*rasa_python"):
        find_python(None, world(tmp_path))


def test_a_build_that_fails_leaves_nothing_and_says_why(tmp_path: Path) -> None:
    broken = program(
        tmp_path / "python",
        'if [ "$1" = -c ]; then echo 3.10; exit; fi\n'
        'mkdir -p "$3"; echo half > "$3/half"; echo no venv here >&2; exit 1',
    )
    told: list[str] = []
    with pytest.raises(InterpreterError, match=r"cannot be built.*no venv here"):
        ready_environment(tmp_path / "cache", broken, told.append)
    environment = environment_in(tmp_path / "cache")
    assert not environment.folder.exists()
    assert not is_built(environment)
    assert "2 GB" in told[0]


def test_one_that_is_built_needs_no_python(tmp_path: Path) -> None:
    environment = environment_in(tmp_path)
    environment.folder.mkdir(parents=True)
    (environment.folder / "whole").touch()
    assert ready_environment(tmp_path, tmp_path / "nowhere") == environment


def test_its_processes_report_to_nobody(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XIAORONG_RECORDING_KEY", "secret")
    variables = environment_in(tmp_path).variables()
    assert variables["RASA_TELEMETRY_ENABLED"] == "false"
    assert not any(name.startswith(("XIAORONG", "PYTHONPATH")) for name in variables)
    assert variables["PATH"] == os.environ["PATH"]


@pytest.mark.parametrize("pipeline", list(Pipeline))
def test_a_project_says_what_was_meant(tmp_path: Path, pipeline: Pipeline) -> None:
    RasaProject.of(EXAMPLES, pipeline, epochs=3).write(tmp_path)
    assert load_training_data(tmp_path / "data/nlu.yml") == (*EXAMPLES,)
    domain = yaml.safe_load((tmp_path / "domain.yml").read_text(encoding="utf-8"))
    assert domain == {"version": "3.1", "intents": ["affirm", "deny"]}
    config = yaml.safe_load((tmp_path / "config.yml").read_text(encoding="utf-8"))
    assert config["pipeline"][0] == {"name": "JiebaTokenizer"}
    assert config["pipeline"][-1]["ranking_length"] == 0
    assert config["pipeline"][-1].get("epochs", 3) == 3


def test_a_model_is_named_by_what_it_was_made_of() -> None:
    digests = {
        RasaProject.of(EXAMPLES, Pipeline.DIET).digest,
        RasaProject.of(EXAMPLES, Pipeline.LOGISTIC).digest,
        RasaProject.of(EXAMPLES, Pipeline.DIET, epochs=3).digest,
        RasaProject.of(EXAMPLES[1:], Pipeline.DIET).digest,
    }
    assert len(digests) == 4
    assert RasaProject.of(list(EXAMPLES), Pipeline.DIET).digest in digests


def test_all_our_examples_can_be_asked_about(zh: Path) -> None:
    examples = as_asked(load_training_data(zh / "nlu.yml"), SureRules.load(zh))
    assert all(example.text.strip() for example in examples)
    assert "，" not in "".join(example.text for example in examples)


def fake_rasa(cache: Path, script: str) -> Path:
    environment = environment_in(cache)
    program(environment.python, script)
    (environment.folder / "whole").touch()
    return environment.folder


def test_training_is_kept_and_done_once(tmp_path: Path) -> None:
    fake_rasa(
        tmp_path,
        'echo "$@" >> "$HOME/ran"; mkdir -p out\n[ "$3" = train ] && echo model > out/model.tar.gz; exit 0',
    )
    environment = ready_environment(tmp_path)
    project = RasaProject.of(EXAMPLES, Pipeline.LOGISTIC)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("HOME", str(tmp_path))
        first = train_rasa(environment, project, tmp_path, tell=lambda _: None)
        again = train_rasa(environment, project, tmp_path, tell=lambda _: None)
    assert first.path.read_text() == "model\n"
    assert (first.new, again.new, again.path) == (True, False, first.path)
    assert again.trained_s == pytest.approx(first.trained_s, abs=0.01)
    ran = (tmp_path / "ran").read_text().splitlines()
    assert [line.split()[2:4] for line in ran] == [["data", "validate"], ["train", "nlu"]]


def test_what_rasa_says_of_a_mistake_is_told(tmp_path: Path) -> None:
    fake_rasa(tmp_path, "echo looking; echo intent deny has too few examples; exit 1")
    with pytest.raises(InterpreterError, match=r"'rasa data' failed .*too few examples.*all it said: .*log"):
        train_rasa(
            ready_environment(tmp_path),
            RasaProject.of(EXAMPLES, Pipeline.DIET),
            tmp_path,
            tell=lambda _: None,
        )
