"""Which examples a model is trained on, and which it is asked about: never one for both."""

from __future__ import annotations

import random
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from bot.nlu.interpreter import OUT_OF_SCOPE
from bot.nlu.training_data import Example


@dataclass(frozen=True, slots=True)
class Split:
    """Examples to train on and examples to ask about, which are not among them."""

    train: tuple[Example, ...]
    test: tuple[Example, ...]


def folds(examples: Sequence[Example], count: int, seed: int) -> Iterator[Split]:
    """``count`` splits: each example is asked about once; each intent is dealt out evenly."""
    place: dict[int, int] = {}
    for rows in _shuffled(examples, seed).values():
        start = len(place)  # where the last intent left off, so that the folds are of one size
        place.update({row: (start + at) % count for at, row in enumerate(rows)})
    for fold in range(count):
        train = tuple(e for row, e in enumerate(examples) if place[row] != fold)
        yield Split(train, tuple(e for row, e in enumerate(examples) if place[row] == fold))


def few(examples: Sequence[Example], per_intent: int, seed: int, most_tests: int | None = None) -> Split:
    """``per_intent`` examples of each intent to learn; the rest, or ``most_tests`` of an intent, to ask."""
    train: list[int] = []
    test: list[int] = []
    for rows in _shuffled(examples, seed).values():
        train += rows[:per_intent]
        test += rows[per_intent:][:most_tests]
    return Split(tuple(examples[i] for i in sorted(train)), tuple(examples[i] for i in sorted(test)))


def given(train: Sequence[Example], test: Sequence[Example]) -> Split:
    """Two files. What the first knows no intent of is out of scope for who learnt from it alone."""
    known = {example.intent for example in train}
    asked = (e if e.intent in known else replace(e, intent=OUT_OF_SCOPE) for e in test)
    return Split(tuple(train), tuple(asked))


def hiding(split: Split, every: int, seed: int) -> Split:
    """The same without every ``every``-th intent in training: what is asked of them is out of scope."""
    names = sorted({example.intent for example in split.train} - {OUT_OF_SCOPE})
    random.Random(seed).shuffle(names)
    hidden = set(names[::every])
    return given([e for e in split.train if e.intent not in hidden], split.test)


def _shuffled(examples: Sequence[Example], seed: int) -> dict[str, list[int]]:
    """The rows of each intent, in an order that depends on the seed and the intent alone."""
    rows: defaultdict[str, list[int]] = defaultdict(list)
    for row, example in enumerate(examples):
        rows[example.intent].append(row)
    for intent, of_intent in rows.items():
        random.Random(f"{seed} {intent}").shuffle(of_intent)
    return rows
