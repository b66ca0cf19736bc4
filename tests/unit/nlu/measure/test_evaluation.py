"""An engine put to the test, on a few intents of the shipped examples."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest

from bot.nlu.embedded import noise_of
from bot.nlu.entities import EntityFinder
from bot.nlu.interpreter import OUT_OF_SCOPE
from bot.nlu.measure.conditions import conditions
from bot.nlu.measure.data import as_data, worst
from bot.nlu.measure.engines import EmbeddedEngine, RunningEngine, ServerClassifier, Trained
from bot.nlu.measure.evaluation import CALLERS, WAYS, Surroundings, evaluate
from bot.nlu.measure.page import Subject, render_page
from bot.nlu.measure.splits import Split, few
from bot.nlu.rasa.client import RasaFailure
from bot.nlu.stop_words import StopWords
from bot.nlu.sure_rules import SureRules
from bot.nlu.training_data import Example, load_training_data
from tests.unit.nlu.rasa.servers import Server, meaning, unreachable

ASKED = ("hardship", "promise_pay", "ask_relief_terms", "driving", OUT_OF_SCOPE)


@pytest.fixture(scope="module")
def around(zh: Path, finder: EntityFinder) -> Surroundings:
    return Surroundings(finder, SureRules.load(zh), StopWords.load(zh))


@pytest.fixture(scope="module")
def split(zh: Path) -> Split:
    examples = [e for e in load_training_data(zh / "nlu.yml") if e.intent in ASKED]
    return few(examples, 20, 0, most_tests=12)


def test_the_embedded_model_understands_what_it_has_not_learnt(
    zh: Path, around: Surroundings, split: Split
) -> None:
    engine = EmbeddedEngine(around.entities, around.rules, noise_of(zh))
    found = evaluate(engine, [split], conditions(zh, [20]), around)
    assert list(found.scores) == ["clean", "homophones 20 %", "recogniser 20 %"]
    assert found.clean().asked == 60
    assert found.clean().accuracy > 0.7
    assert found.scores["recogniser 20 %"]["model"].accuracy <= found.clean().accuracy
    assert found.auroc is not None
    assert found.auroc > 0.7
    assert [one.callers for one in found.latencies] == list(CALLERS)
    assert found.trained_s is not None
    data = json.loads(json.dumps(as_data(found)))
    assert set(data["scores"]["clean"]) == set(WAYS)
    page = render_page(Subject("Understanding", "examples", "split", ("hardship", "nothing")), [found, found])
    assert not re.search(r"""(?:src|href)\s*=|https?://|<script""", page)
    assert "hardship" in page
    assert page.count("<svg") == 4


class Knowing:
    """An engine that has learnt the answers by heart, of all but ``wrong``."""

    name = "knowing"

    def __init__(self, split: Split, wrong: Sequence[str]) -> None:
        self._answers = {e.text: "promise_pay" if e.text in wrong else e.intent for e in split.test}

    @contextmanager
    def trained(self, examples: Sequence[Example]) -> Iterator[Trained]:
        def respond(request: httpx.Request) -> httpx.Response:
            text = json.loads(request.read())["text"]
            return meaning((self._answers.get(text, OUT_OF_SCOPE), 0.9), ("deny", 0.1))(request)

        client = Server(respond).client()
        yield Trained(ServerClassifier(client, tuple(ASKED)), 1.5, lambda: 12.0)


def test_what_is_wrong_is_counted_where_it_is(zh: Path, around: Surroundings) -> None:
    train = tuple(Example(f"学{intent}", intent) for intent in ASKED)
    test = (
        Example("手头紧得很呐", "hardship"),
        Example("方向盘在手里", "driving"),
        Example("炒个鸡蛋", OUT_OF_SCOPE),
    )
    split = Split(train, test)
    engine = Knowing(split, wrong=["方向盘在手里"])
    found = evaluate(engine, [split, split], conditions(zh, []), around)
    assert found.splits == 2
    assert found.clean().accuracy == pytest.approx(2 / 3)
    assert worst(found.clean()) == [(("driving", "promise_pay"), 2)]
    assert (found.trained_s, found.memory_mb) == (1.5, 12.0)


def test_a_server_that_fails_ends_the_measurement(zh: Path, around: Surroundings, split: Split) -> None:
    engine = RunningEngine(Server(unreachable).client())
    with pytest.raises(RasaFailure):
        evaluate(engine, [split], conditions(zh, []), around)
