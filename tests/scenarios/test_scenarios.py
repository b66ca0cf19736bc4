"""Every dialogue test that ships, with the real interpreter."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from bot.dialogue.flow import Flow
from bot.dialogue.prompts import PromptBook
from bot.language import language_dir
from bot.nlu.interpreter import Interpreter
from bot.simulation.scenario import ScenarioFile, ScenarioModel, load_scenarios
from bot.simulation.scenario_run import run_scenario


def shipped() -> Iterator[tuple[ScenarioFile, ScenarioModel]]:
    for path in sorted((language_dir("zh") / "tests").glob("*.yml")):
        file = load_scenarios(path)
        for scenario in file.scenarios:
            yield file, scenario


@pytest.mark.parametrize(("file", "scenario"), [pytest.param(*pair, id=pair[1].name) for pair in shipped()])
def test_scenario(
    file: ScenarioFile,
    scenario: ScenarioModel,
    flows: dict[str, Flow],
    prompts: PromptBook,
    interpreter: Interpreter,
) -> None:
    assert not run_scenario(file, scenario, flows[file.flow], prompts, interpreter)


def test_every_flow_has_scenarios(flows: dict[str, Flow]) -> None:
    assert {file.flow for file, _ in shipped()} == set(flows)


def test_no_two_scenarios_of_a_flow_have_one_name() -> None:
    names = [(file.flow, scenario.name) for file, scenario in shipped()]
    assert len(names) == len(set(names))
