"""How well and how fast our own model understands, and what only its makers ask.

::

    python -m tests.benchmarks.nlu_benchmark [--folds 5] [--seed 0] [--json]

Prints what ``xiaorong nlu evaluate`` measures, the separation of intents never seen, what each threshold
costs, entities on the hand-written list, and the time of loading and parsing.
"""

from __future__ import annotations

import argparse
import json
import random
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np

from bot.language import language_dir
from bot.nlu.embedded import EmbeddedInterpreter, noise_of
from bot.nlu.entities import EntityFinder
from bot.nlu.interpreter import OUT_OF_SCOPE
from bot.nlu.measure.conditions import conditions
from bot.nlu.measure.data import as_data
from bot.nlu.measure.engines import EmbeddedEngine
from bot.nlu.measure.evaluation import AT, AWAITED, Evaluation, Surroundings, evaluate
from bot.nlu.measure.splits import Split, folds, hiding
from bot.nlu.stop_words import StopWords
from bot.nlu.sure_rules import SureRules
from bot.nlu.training_data import Example, load_training_data
from tests.benchmarks import nlu_entities

ZONE = ZoneInfo("Asia/Shanghai")
Figures = dict[str, float]


def unseen_intents(
    engine: EmbeddedEngine, split: Split, around: Surroundings, language: Path, seed: int
) -> Figures:
    """AUROC of telling whole intents never seen from known ones: every tenth is hidden, three times."""
    clean = conditions(language, [])
    areas = [
        evaluate(engine, [hiding(split, 10, seed + n)], clean, around, timed=False).auroc for n in range(3)
    ]
    return {"auroc_unseen_intents": float(np.mean([area for area in areas if area is not None]))}


def thresholds(engine: EmbeddedEngine, splits: Sequence[Split], around: Surroundings) -> list[Figures]:
    """What a threshold costs: known utterances asked again, those misunderstood, strange ones acted on."""
    wanted, best, sure = [], [], []
    for split in splits:
        with engine.trained(split.train) as trained:
            interpreter = around.interpreter(trained)
            for example in split.test:
                heard = interpreter.parse(example.text, now=AT)
                wanted.append(example.intent)
                best.append(heard.ranking[0][0])
                sure.append(heard.confidence)
    inside, right = np.array(wanted) != OUT_OF_SCOPE, np.array(best) == np.array(wanted)
    table = []
    for threshold in (0.0, 0.2, 0.3, 0.4, 0.45, 0.5, 0.55, 0.6, 0.7, 0.8):
        acted = (np.array(sure) >= threshold) & (np.array(best) != OUT_OF_SCOPE)
        table.append(
            {
                "threshold": threshold,
                "asked_again": float((~acted)[inside].mean()),
                "right": float((acted & right)[inside].mean()),
                "misunderstood": float((acted & ~right)[inside].mean()),
                "strange_acted_on": float(acted[~inside].mean()),
            }
        )
    return table


def entity_figures(around: Surroundings) -> Figures:
    """Share of the hand-written list understood exactly."""
    count, wrong = len(nlu_entities.rows()), len(list(nlu_entities.mistakes(around.entities)))
    return {"rows": count, "accuracy": 1 - wrong / count}


def time_figures(examples: Sequence[Example], found: Evaluation) -> Figures:
    """Seconds to load and milliseconds to parse, on the clock and of the processor; MB of its own process."""
    language = language_dir("zh")
    with tempfile.TemporaryDirectory() as folder:
        figures = _loading(language, Path(folder), "cold")
        figures |= _loading(language, Path(folder), "warm")
        figures["memory_mb"] = found.memory_mb or 0.0
        interpreter = EmbeddedInterpreter.load(language, Path(folder), ZONE)
    texts = [example.text for example in examples]
    texts += [f"{one},不过{other}" for one, other in zip(texts[::10], texts[5::10], strict=False)]
    chance = random.Random(0)
    chance.shuffle(texts)
    expected = chance.sample(sorted({example.intent for example in examples}), AWAITED)
    clock, processor = [], []
    for text in texts:
        started, used = time.perf_counter(), time.thread_time()
        interpreter.parse(text, now=AT, expected=expected)
        processor.append(1000 * (time.thread_time() - used))
        clock.append(1000 * (time.perf_counter() - started))
    for name, took in (("", clock), ("_cpu", processor)):
        p50, p95 = np.percentile(took, [50, 95])
        figures |= {f"p50_ms{name}": float(p50), f"p95_ms{name}": float(p95)}
    return figures


def _loading(language: Path, cache: Path, name: str) -> Figures:
    started, used = time.perf_counter(), time.process_time()
    EmbeddedInterpreter.load(language, cache, ZONE)
    return {f"{name}_s": time.perf_counter() - started, f"{name}_s_cpu": time.process_time() - used}


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--folds", type=int, default=5)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    language = language_dir("zh")
    around = Surroundings(
        EntityFinder.load(language, ZONE), SureRules.load(language), StopWords.load(language)
    )
    engine = EmbeddedEngine(around.entities, around.rules, noise_of(language))
    examples = load_training_data(language / "nlu.yml")
    splits = list(folds(examples, options.folds, options.seed))
    found = evaluate(engine, splits, conditions(language, [10, 20]), around, seed=options.seed)
    figures: dict[str, Any] = {
        "evaluation": as_data(found),
        "scope": unseen_intents(engine, splits[0], around, language, options.seed),
        "thresholds": thresholds(engine, splits, around),
        "entities": entity_figures(around),
        "time": time_figures(examples, found),
    }
    print(json.dumps(figures, indent=1, ensure_ascii=False) if options.json else _as_text(found, figures))


def _as_text(found: Evaluation, figures: dict[str, Any]) -> str:
    lines = []
    for condition, ways in found.scores.items():
        told = (f"{way} {100 * s.accuracy:.1f} / {100 * s.macro_f1:.1f}" for way, s in ways.items())
        lines.append(f"{condition:16} " + "  ".join(told))
    lines.append(
        f"calibration {found.calibration_error:.3f}, behind rules {found.parsed_calibration_error:.3f}"
    )
    low = {name: one.f1 for name, one in found.clean().by_intent.items() if one.f1 < 0.8}
    lines.append("below 80: " + ", ".join(f"{name} {100 * f1:.0f}" for name, f1 in low.items()))
    for name in ("scope", "thresholds", "entities", "time"):
        table = figures[name]
        rows = table if isinstance(table, list) else [table]
        lines.append(name)
        lines += ["  " + "  ".join(f"{key} {value:.4g}" for key, value in row.items()) for row in rows]
    return "\n".join(lines)


if __name__ == "__main__":
    main()
