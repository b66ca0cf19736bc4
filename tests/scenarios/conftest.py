from __future__ import annotations

from pathlib import Path

import pytest

from bot.dialogue.flow import Flow, flow_names, load_flow
from bot.dialogue.prompts import PromptBook, load_prompts
from bot.language import language_dir
from bot.nlu.embedded import EmbeddedInterpreter


@pytest.fixture(scope="session")
def language() -> Path:
    return language_dir("zh")


@pytest.fixture(scope="session")
def prompts(language: Path) -> PromptBook:
    return load_prompts(language)


@pytest.fixture(scope="session")
def flow(language: Path, prompts: PromptBook) -> Flow:
    return load_flow(language, "repayment-reminder", prompts)


@pytest.fixture(scope="session")
def flows(language: Path, prompts: PromptBook) -> dict[str, Flow]:
    """Every flow that ships, by name."""
    return {name: load_flow(language, name, prompts) for name in flow_names(language)}


@pytest.fixture(scope="session")
def interpreter(language: Path, prompts: PromptBook, model_cache: Path) -> EmbeddedInterpreter:
    """The real one."""
    return EmbeddedInterpreter.load(language, model_cache, prompts.speech.zone)
