from __future__ import annotations

from pathlib import Path

import pytest

from bot.nlu.embedded import noise_of
from bot.nlu.entities import EntityFinder
from bot.nlu.measure.conditions import conditions
from bot.nlu.measure.engines import EmbeddedEngine
from bot.nlu.measure.evaluation import PARSED, Surroundings, evaluate
from bot.nlu.measure.splits import folds
from bot.nlu.stop_words import StopWords
from bot.nlu.sure_rules import SureRules
from bot.nlu.training_data import load_training_data

FLOOR = 0.80  # macro-F1 of 60 intents; 0.89 was measured over five folds, the rest is room for new ones


@pytest.mark.slow
def test_held_out_examples_are_understood(zh: Path, finder: EntityFinder) -> None:
    around = Surroundings(finder, SureRules.load(zh), StopWords.load(zh))
    engine = EmbeddedEngine(finder, around.rules, noise_of(zh))
    splits = folds(load_training_data(zh / "nlu.yml"), 3, 0)
    found = evaluate(engine, splits, conditions(zh, []), around, timed=False)
    assert found.clean(PARSED).macro_f1 >= FLOOR
