"""Every kind of customer in every flow: no call ends in a fault, and no bystander learns of the debt."""

from __future__ import annotations

import pytest

from bot.dialogue.dispositions import CODES
from bot.dialogue.flow import Flow, flow_names
from bot.dialogue.prompts import PromptBook
from bot.language import language_dir
from bot.nlu.interpreter import Interpreter
from bot.session import MOST_TURNS
from bot.simulation.persona import Persona, load_personas
from tests.effort import times
from tests.scenarios.test_population import hold

SEEDS = times(8, long=100)


@pytest.fixture(scope="module")
def personas(prompts: PromptBook) -> dict[str, Persona]:
    return load_personas(language_dir("zh"), prompts)


@pytest.mark.parametrize("name", flow_names(language_dir("zh")))
async def test_every_customer_comes_to_an_end(
    name: str,
    personas: dict[str, Persona],
    flows: dict[str, Flow],
    prompts: PromptBook,
    interpreter: Interpreter,
) -> None:
    flow = flows[name]
    for persona in personas.values():
        for seed in range(SEEDS):
            result, brief = await hold(persona, seed, flow, prompts, interpreter)
            assert result.outcome.disposition in CODES
            assert result.fault is None
            assert sum(entry.speaker == "customer" for entry in result.entries) < MOST_TURNS
            confirmed = result.outcome.right_party or result.outcome.disposition == "wrong_number"
            if not flow.speaks_of_debt or not confirmed:
                said = [entry.text for entry in result.entries if entry.speaker == "bot"]
                assert not [text for text in said if flow.lexicon.find(text, brief)]
