"""Held-out readings of the shipped examples: what the understanding makes of what it was not trained on."""

from __future__ import annotations

import random
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import numpy as np
from numpy.typing import NDArray
from pypinyin.constants import PINYIN_DICT
from sklearn.model_selection import StratifiedKFold

from bot.nlu.embedded import EmbeddedInterpreter, blocks_of
from bot.nlu.entities import EntityFinder
from bot.nlu.interpreter import Understanding
from bot.nlu.model import Blocks, IntentModel, fit
from bot.nlu.normalize import normalize
from bot.nlu.pinyin import syllable
from bot.nlu.stop_words import StopWords
from bot.nlu.sure_rules import SureRules
from bot.nlu.training_data import Example, load_training_data

AT = datetime.fromisoformat("2026-11-23T10:00:00+08:00")
AWAITED = 12
"""How many intents a step waits for in the benchmark, the right one among them."""


class Bench:
    """The parts of the interpreter, and the examples as the model sees them."""

    def __init__(self, language: Path, zone: ZoneInfo) -> None:
        self.finder = EntityFinder.load(language, zone)
        self.rules, self.stop_words = SureRules.load(language), StopWords.load(language)
        self.examples: tuple[Example, ...] = load_training_data(language / "nlu.yml")
        self.intents = np.array([example.intent for example in self.examples])
        self.samples = [self.blocks(example.text) for example in self.examples]

    def blocks(self, text: str) -> Blocks:
        heard = self.rules.hesitations.without(normalize(text))
        return blocks_of(heard, self.finder.find(heard, AT), AT.date())

    def interpreter(self, model: IntentModel) -> EmbeddedInterpreter:
        return EmbeddedInterpreter(model, self.finder, self.rules, self.stop_words)

    def fitted(self, rows: Sequence[int]) -> IntentModel:
        return fit([self.samples[i] for i in rows], self.intents[list(rows)].tolist())

    def folds(self, count: int, seed: int) -> Iterator[tuple[IntentModel, list[int]]]:
        """Models, each with the rows that it was not trained on."""
        splitter = StratifiedKFold(count, shuffle=True, random_state=seed)
        for train, test in splitter.split(np.zeros(len(self.samples)), self.intents):
            yield self.fitted(train.tolist()), test.tolist()

    def awaited(self, row: int, random_state: random.Random) -> set[str]:
        """What a step might wait for that gets this example: its intent and others by lot."""
        others = sorted(set(self.intents) - {self.intents[row]})
        return {str(self.intents[row]), *random_state.sample(others, AWAITED - 1)}


@dataclass(frozen=True, slots=True)
class HeldOut:
    """Out-of-fold results, one a row: the model's probabilities and what parsing gives in each condition."""

    names: tuple[str, ...]
    probabilities: NDArray[np.float64]
    parsed: dict[str, list[Understanding]]


def held_out(bench: Bench, count: int, seed: int) -> HeldOut:
    """Cross-validate, clean and under homophone noise, without and with awaited intents."""
    size = len(bench.examples)
    names = tuple(sorted(set(bench.intents.tolist())))
    probabilities = np.zeros((size, len(names)))
    chance = random.Random(seed)
    noise = homophones(chance)
    conditions: dict[str, Callable[[str], str]] = {
        "clean": lambda text: text,
        "noise 10 %": lambda text: noise(text, 0.10),
        "noise 20 %": lambda text: noise(text, 0.20),
    }
    placed: dict[str, dict[int, Understanding]] = defaultdict(dict)
    for model, rows in bench.folds(count, seed):
        interpreter = bench.interpreter(model)
        for row in rows:
            probabilities[row] = model.probabilities(bench.samples[row])
            expected = bench.awaited(row, chance)
            for name, heard in conditions.items():
                text = heard(bench.examples[row].text)
                placed[name][row] = interpreter.parse(text, now=AT)
                placed[f"{name}, awaited"][row] = interpreter.parse(text, now=AT, expected=expected)
    return HeldOut(
        names, probabilities, {name: [got[i] for i in range(size)] for name, got in placed.items()}
    )


def homophones(chance: random.Random) -> Callable[[str, float], str]:
    """A function that puts a homophone (toneless, any common character) for a share of the characters."""
    alike: dict[str, list[str]] = defaultdict(list)
    for code in sorted(PINYIN_DICT):
        character = chr(code)
        try:
            row = character.encode("gb2312")[0]
        except UnicodeEncodeError:
            continue
        if 0xB0 <= row <= 0xD7:  # the 3,755 common characters
            alike[syllable(character)].append(character)

    def noisy(text: str, share: float) -> str:
        heard = []
        for character in text:
            others = [other for other in alike[syllable(character)] if other != character]
            swapped = chance.random() < share and bool(others)
            heard.append(chance.choice(others) if swapped else character)
        return "".join(heard)

    return noisy
