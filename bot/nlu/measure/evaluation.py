"""An engine put to the test: every split, every condition, the model alone and behind the rules."""

from __future__ import annotations

import random
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from bot.nlu.entities import EntityFinder
from bot.nlu.interpreter import Understanding
from bot.nlu.measure.conditions import CLEAN, Condition
from bot.nlu.measure.engines import Engine, ServerClassifier, Trained
from bot.nlu.measure.figures import Bin, Ranking, Scores, auroc, calibration_error, reliability
from bot.nlu.measure.speed import Latency, latency
from bot.nlu.measure.splits import Split
from bot.nlu.rules_first import RulesFirst
from bot.nlu.stop_words import StopWords
from bot.nlu.sure_rules import SureRules

AT = datetime.fromisoformat("2026-11-23T10:00:00+08:00")
"""When all is said: a Monday."""

AWAITED = 12
"""How many intents a step waits for, the right one among them; so do the larger steps of our flows."""

CALLERS = (1, 8)
MOST_TIMED = 400

MODEL, PARSED, EXPECTED = "model", "parsed", "awaited"
WAYS = (MODEL, PARSED, EXPECTED)
"""The model alone; behind the rules; behind the rules in a step that waits for ``AWAITED`` intents."""


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What an engine's model is put behind."""

    entities: EntityFinder
    rules: SureRules
    stop_words: StopWords

    def interpreter(self, trained: Trained) -> RulesFirst:
        return RulesFirst(trained.classifier, self.entities, self.rules, self.stop_words)


@dataclass(frozen=True, slots=True)
class Evaluation:
    """All figures of one engine. ``scores`` by condition and way; calibration and scope on clean text."""

    engine: str
    splits: int
    scores: dict[str, dict[str, Scores]]
    auroc: float | None
    calibration: tuple[Bin, ...]
    calibration_error: float
    parsed_calibration_error: float
    trained_s: float | None = None
    memory_mb: float | None = None
    latencies: tuple[Latency, ...] = ()

    def clean(self, way: str = MODEL) -> Scores:
        return self.scores[CLEAN][way]


@dataclass(slots=True)
class _Answers:
    """What was said and what was made of it, row by row."""

    wanted: list[str] = field(default_factory=list)
    rankings: list[Ranking] = field(default_factory=list)
    parsed: list[Understanding] = field(default_factory=list)
    awaited: list[Understanding] = field(default_factory=list)

    def scores(self) -> dict[str, Scores]:
        got = {
            MODEL: [ranking[0][0] for ranking in self.rankings],
            PARSED: [one.intent for one in self.parsed],
            EXPECTED: [one.intent for one in self.awaited],
        }
        return {way: Scores.of(self.wanted, names) for way, names in got.items()}


def evaluate(
    engine: Engine,
    splits: Iterable[Split],
    conditions: Sequence[Condition],
    around: Surroundings,
    *,
    seed: int = 0,
    timed: bool = True,
    tell: Callable[[str], object] = lambda _: None,
) -> Evaluation:
    """Train on each split and ask, under each condition. The answers of all splits are added up.

    Time and memory are those of the first split. Raises InterpreterError.
    """
    answers: defaultdict[str, _Answers] = defaultdict(_Answers)
    count, trained_s, memory_mb = 0, None, None
    latencies: tuple[Latency, ...] = ()
    for split in splits:
        count += 1
        tell(f"{engine.name}: {len(split.train):,} examples to learn, {len(split.test):,} to understand")
        with engine.trained(split.train) as trained:
            interpreter = around.interpreter(trained)
            for condition in conditions:
                _ask(split, condition, trained, interpreter, answers[condition.name], seed)
            if count == 1:
                trained_s = trained.trained_s
                latencies = _latencies(trained, interpreter, split) if timed else ()
                memory_mb = trained.memory_mb() if timed else None
    clean = answers[CLEAN]
    bins = reliability(clean.wanted, clean.rankings)
    parsed = reliability(clean.wanted, [_told(one) for one in clean.parsed])
    return Evaluation(
        engine.name,
        count,
        {name: of.scores() for name, of in answers.items()},
        auroc(clean.wanted, clean.rankings),
        bins,
        calibration_error(bins),
        calibration_error(parsed),
        trained_s,
        memory_mb,
        latencies,
    )


def _ask(
    split: Split,
    condition: Condition,
    trained: Trained,
    interpreter: RulesFirst,
    answers: _Answers,
    seed: int,
) -> None:
    names = sorted({example.intent for example in split.train})
    for example in split.test:
        text = condition.heard(example.text, seed)
        parsed = interpreter.parse(text, now=AT)
        whole = interpreter.pieces(text)
        if not whole:  # nothing was left of it
            continue
        others = [name for name in names if name != example.intent]
        lot = random.Random(f"{seed} {example.text}").sample(others, min(AWAITED - 1, len(others)))
        opinion = trained.classifier.opinion(whole[0], interpreter.entities_of(whole[0], AT), AT.date())
        answers.wanted.append(example.intent)
        answers.rankings.append(sorted(opinion.probabilities.items(), key=lambda pair: -pair[1]))
        answers.parsed.append(parsed)
        answers.awaited.append(interpreter.parse(text, now=AT, expected={example.intent, *lot}))


def _told(understanding: Understanding) -> Ranking:
    """The best intent whatever the threshold makes of it."""
    return understanding.ranking or ((understanding.intent, understanding.confidence),)


def _latencies(trained: Trained, interpreter: RulesFirst, split: Split) -> tuple[Latency, ...]:
    """Of the whole way from text to understanding, with nothing remembered."""
    texts = [example.text for example in split.test[:: max(1, len(split.test) // MOST_TIMED)]]
    found = []
    for callers in CALLERS:
        if isinstance(trained.classifier, ServerClassifier):
            trained.classifier.forget()
        found.append(latency(lambda text: interpreter.parse(text, now=AT), texts, callers))
    return tuple(found)
