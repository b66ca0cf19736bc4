"""A small real Rasa model: trained, served, and a call held through it, until the server dies."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from bot.channel import BySentence
from bot.dialogue.conversation import Conversation
from bot.dialogue.flow import load_flow
from bot.dialogue.prompts import load_prompts
from bot.errors import InterpreterError
from bot.language import language_dir
from bot.nlu.rasa.client import RasaClient, RasaFailure
from bot.nlu.rasa.environment import RasaEnvironment, environment_in, is_built, ready_environment
from bot.nlu.rasa.interpreter import RasaInterpreter, RasaServer
from bot.nlu.rasa.project import Pipeline, RasaProject
from bot.nlu.rasa.python import find_python
from bot.nlu.rasa.server import RunningServer, serving
from bot.nlu.rasa.training import RasaModel, as_asked, train_rasa
from bot.nlu.sure_rules import SureRules
from bot.nlu.training_data import Example, load_training_data
from bot.session import Session
from tests.unit.dialogue.conftest import BRIEF
from tests.unit.nlu.conftest import MONDAY, SHANGHAI
from tests.unit.test_session import FakeChannel

pytestmark = [pytest.mark.slow, pytest.mark.external]

INTENTS = ("confirm_identity", "promise_pay", "hardship", "driving", "ask_how_to_pay", "out_of_scope")
PATIENCE_S = 5.0  # a machine that runs all tests at once is slower than one that takes calls


def user_cache() -> Path:
    """Where the environment outlives a run of the tests: 2 GB are not installed every time."""
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "xiaorong"


@pytest.fixture(scope="module")
def environment() -> RasaEnvironment:
    cache = user_cache()
    if not is_built(environment_in(cache)):
        try:
            find_python()
        except InterpreterError as error:
            pytest.skip(str(error))
        try:
            return ready_environment(cache)
        except InterpreterError as error:
            pytest.skip(
                f"{error}. With a package index at hand, 'xiaorong nlu train --engine rasa' builds one"
            )
    return ready_environment(cache)


def few_examples() -> list[Example]:
    zh = language_dir("zh")
    taken: Counter[str] = Counter()
    examples = []
    for example in as_asked(load_training_data(zh / "nlu.yml"), SureRules.load(zh)):
        taken[example.intent] += 1
        if example.intent in INTENTS and taken[example.intent] <= 30:
            examples.append(example)
    return examples


@pytest.fixture(scope="module")
def model(environment: RasaEnvironment, tmp_path_factory: pytest.TempPathFactory) -> RasaModel:
    project = RasaProject.of(few_examples(), Pipeline.DIET, epochs=20)
    return train_rasa(environment, project, tmp_path_factory.mktemp("rasa"))


@pytest.fixture(scope="module")
def server(environment: RasaEnvironment, model: RasaModel) -> Iterator[RunningServer]:
    with serving(environment, model.path, model.path.with_name("server.log")) as running:
        yield running


async def test_a_call_is_held_through_rasa_and_outlives_it(server: RunningServer, model_cache: Path) -> None:
    zh = language_dir("zh")
    with pytest.raises(RasaFailure, match="token is wrong"):
        RasaClient(server.url, "not the token", timeout_s=PATIENCE_S).ranking("你好")
    where = RasaServer(server.url, server.token, PATIENCE_S)
    rasa = RasaInterpreter.load(zh, model_cache, SHANGHAI, where, live=True)
    prompts = load_prompts(zh)

    def conversation() -> Conversation:
        return Conversation(load_flow(zh, "repayment-reminder", prompts), prompts, BRIEF, rasa)

    channel = FakeChannel(["我就是本人你讲", "我后天把五百块还上", "对的"])
    result = await Session(conversation(), BySentence(channel, channel.now), channel.now).run()
    heard = [entry for entry in result.entries if entry.speaker == "customer"]
    assert [entry.intent for entry in heard] == ["confirm_identity", "promise_pay", "affirm"]
    assert [entry.stand_in for entry in heard] == [None, None, None]
    assert result.outcome.disposition == "promise"
    assert rasa.classifier.answered >= 3
    assert not rasa.classifier.failures

    await rasa.prepare(["我在高速上开着车"])
    parsed = rasa.parse("我在高速上开着车", now=MONDAY)
    assert (parsed.intent, parsed.stand_in) == ("driving", None)
    assert {name for name, _ in parsed.ranking} == set(INTENTS)  # what this model was trained on, all of it

    server.process.kill()
    server.process.wait()
    channel = FakeChannel(["我就是本人你讲", "家里最近出了点变故", "我后天把五百块还上", "对的"])
    result = await Session(conversation(), BySentence(channel, channel.now), channel.now).run()
    rasa.close()
    heard = [entry for entry in result.entries if entry.speaker == "customer"]
    assert "embedded" in [entry.stand_in for entry in heard]
    assert result.fault is None
    assert result.outcome.disposition == "promise"
    assert rasa.classifier.failures
