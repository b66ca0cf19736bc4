"""How well and how fast utterances are understood.

::

    python -m tests.benchmarks.nlu_benchmark [--folds 5] [--seed 0] [--json]

Prints held-out accuracy and macro-F1 (model alone, parsing, parsing with the intents a step waits for), the
same under homophone noise, the separation of what is out of scope, calibration and what each threshold costs,
the intents that decide a call, entities on the hand-written list, time and memory.
"""

from __future__ import annotations

import argparse
import json
import random
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from zoneinfo import ZoneInfo

import numpy as np
from numpy.typing import NDArray
from sklearn.metrics import f1_score, roc_auc_score

from bot.language import language_dir
from bot.nlu.embedded import EmbeddedInterpreter
from bot.nlu.interpreter import OUT_OF_SCOPE, Understanding
from tests.benchmarks import nlu_entities
from tests.benchmarks.nlu_folds import AT, Bench, HeldOut, held_out

ZONE = ZoneInfo("Asia/Shanghai")
DECIDING = (
    "confirm_identity", "wrong_person", "third_party", "affirm", "deny", "promise_pay", "pay_now",
    "already_paid", "request_relief", "request_extension", "refuse_pay", "hardship", "dispute_amount",
    "busy_callback", "stop_calling", "ask_human",
)  # fmt: skip
Figures = dict[str, float]


def intent_figures(bench: Bench, result: HeldOut) -> dict[str, Figures]:
    """Accuracy and macro-F1 by condition; ``widened`` counts a wider or narrower intent as right."""
    figures = {"model": _scores(bench, [result.names[i] for i in result.probabilities.argmax(axis=1)])}
    for name, parsed in result.parsed.items():
        figures[name] = _scores(bench, [understanding.intent for understanding in parsed])
    return figures


def _scores(bench: Bench, got: list[str]) -> Figures:
    def widest(intent: str) -> str:
        parents = bench.rules.words.parents(intent)
        return parents[-1] if parents else intent

    right = [widest(one) == widest(other) for one, other in zip(got, bench.intents, strict=True)]
    return {
        "accuracy": float(np.mean(np.array(got) == bench.intents)),
        "macro_f1": float(f1_score(bench.intents, got, average="macro", zero_division=0)),
        "widened": float(np.mean(right)),
    }


def by_intent(bench: Bench, parsed: list[Understanding]) -> Figures:
    """F1 of every intent on clean text."""
    names = sorted(set(bench.intents))
    got = [understanding.intent for understanding in parsed]
    scores = f1_score(bench.intents, got, labels=names, average=None, zero_division=0)
    return dict(zip(names, map(float, scores), strict=True))


def scope_figures(bench: Bench, result: HeldOut, seed: int) -> Figures:
    """AUROC of telling in scope from out: by the class of its own, and for whole intents never seen."""
    inside = bench.intents != OUT_OF_SCOPE
    outside_column = result.names.index(OUT_OF_SCOPE)
    explicit = roc_auc_score(inside, 1 - result.probabilities[:, outside_column])
    parsed = [_in_scope(understanding) for understanding in result.parsed["clean"]]
    names = [name for name in result.names if name != OUT_OF_SCOPE]
    random.Random(seed).shuffle(names)
    unseen = []
    for start in range(3):
        hidden = names[start::10]  # six intents of sixty
        chance = np.random.default_rng(seed + start)
        rows = chance.permutation([i for i, name in enumerate(bench.intents) if name not in hidden]).tolist()
        test, train = rows[: len(rows) // 5], rows[len(rows) // 5 :]
        interpreter = bench.interpreter(bench.fitted(train))
        known = [i for i in test if bench.intents[i] != OUT_OF_SCOPE]
        strange = [i for i, name in enumerate(bench.intents) if name in hidden]
        scores = [_in_scope(interpreter.parse(bench.examples[i].text, now=AT)) for i in (*known, *strange)]
        unseen.append(float(roc_auc_score([1] * len(known) + [0] * len(strange), scores)))
    return {
        "auroc_class": float(explicit),
        "auroc_parse": float(roc_auc_score(inside, parsed)),
        "auroc_unseen_intents": float(np.mean(unseen)),
    }


def _in_scope(understanding: Understanding) -> float:
    """How sure it is that something known was said."""
    return max((p for name, p in understanding.ranking if name != OUT_OF_SCOPE), default=0.0)


def _confidences(bench: Bench, parsed: list[Understanding]) -> tuple[NDArray[np.float64], NDArray[np.bool_]]:
    """The confidence of the best intent, whatever the threshold, and whether it is right."""
    best = [understanding.ranking[0][0] for understanding in parsed]
    return np.array([one.confidence for one in parsed]), np.array(best) == bench.intents


def expected_error(confidence: NDArray[np.float64], right: NDArray[np.bool_], bins: int = 15) -> float:
    """Mean distance of confidence and accuracy, weighed by how many fall into each bin."""
    places = np.minimum((confidence * bins).astype(int), bins - 1)
    return float(
        sum(
            (places == place).mean() * abs(right[places == place].mean() - confidence[places == place].mean())
            for place in np.unique(places)
        )
    )


def thresholds(bench: Bench, parsed: list[Understanding]) -> list[Figures]:
    """What a threshold costs: known utterances asked again, those misunderstood, strange ones acted on."""
    inside = bench.intents != OUT_OF_SCOPE
    best = np.array([understanding.ranking[0][0] for understanding in parsed])
    confidence = np.array([understanding.confidence for understanding in parsed])
    table = []
    for threshold in (0.0, 0.2, 0.3, 0.4, 0.45, 0.5, 0.55, 0.6, 0.7, 0.8):
        acted = (confidence >= threshold) & (best != OUT_OF_SCOPE)
        table.append(
            {
                "threshold": threshold,
                "asked_again": float((~acted)[inside].mean()),
                "right": float((acted & (best == bench.intents))[inside].mean()),
                "misunderstood": float((acted & (best != bench.intents))[inside].mean()),
                "strange_acted_on": float(acted[~inside].mean()),
            }
        )
    return table


def entity_figures(bench: Bench) -> Figures:
    """Share of the hand-written list understood exactly."""
    count, wrong = len(nlu_entities.rows()), len(list(nlu_entities.mistakes(bench.finder)))
    return {"rows": count, "accuracy": 1 - wrong / count}


def time_figures(bench: Bench) -> Figures:
    """Seconds to load and milliseconds to parse, on the clock and of the processor; MB of its own process."""
    language = language_dir("zh")
    with tempfile.TemporaryDirectory() as folder:
        figures = _loading(language, Path(folder), "cold")
        figures |= _loading(language, Path(folder), "warm")
        figures["memory_mb"] = _memory(language, Path(folder))
        interpreter = EmbeddedInterpreter.load(language, Path(folder), ZONE)
    texts = [example.text for example in bench.examples]
    texts += [f"{one},不过{other}" for one, other in zip(texts[::10], texts[5::10], strict=False)]
    chance = random.Random(0)
    chance.shuffle(texts)
    expected = bench.awaited(0, chance)
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


def _memory(language: Path, cache: Path) -> float:
    """The peak of a process that loads with a warm cache and parses once."""
    program = (
        "import sys; from pathlib import Path; from zoneinfo import ZoneInfo\n"
        "from datetime import datetime; from bot.nlu.embedded import EmbeddedInterpreter\n"
        "zone = ZoneInfo('Asia/Shanghai')\n"
        "loaded = EmbeddedInterpreter.load(Path(sys.argv[1]), Path(sys.argv[2]), zone)\n"
        "loaded.parse('a', now=datetime.now(zone))\n"
        "lines = Path('/proc/self/status').read_text().splitlines()\n"  # of this program, not of its parent
        "print(next(int(line.split()[1]) for line in lines if line.startswith('VmHWM')) / 1024)"
    )
    command = [sys.executable, "-c", program, str(language), str(cache)]
    done = subprocess.run(command, capture_output=True, text=True, check=True)  # noqa: S603
    return float(done.stdout)


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--folds", type=int, default=5)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    bench = Bench(language_dir("zh"), ZONE)
    result = held_out(bench, options.folds, options.seed)
    clean = result.parsed["clean"]
    model_confidence = result.probabilities.max(axis=1)
    model_right = np.array(result.names)[result.probabilities.argmax(axis=1)] == bench.intents
    figures = {
        "examples": {"examples": len(bench.examples), "intents": len(result.names)},
        "intents": intent_figures(bench, result),
        "scope": scope_figures(bench, result, options.seed),
        "calibration": {
            "model_ece": expected_error(model_confidence, model_right),
            "parse_ece": expected_error(*_confidences(bench, clean)),
        },
        "thresholds": thresholds(bench, clean),
        "by_intent": by_intent(bench, clean),
        "entities": entity_figures(bench),
        "time": time_figures(bench),
    }
    print(json.dumps(figures, indent=1, ensure_ascii=False) if options.json else _as_text(figures))


def _as_text(figures: dict[str, object]) -> str:
    lines = []
    for name, table in figures.items():
        lines.append(name)
        if isinstance(table, list):
            lines += ["  " + "  ".join(f"{key} {value:.3f}" for key, value in row.items()) for row in table]
        elif isinstance(table, dict):
            shown = {k: v for k, v in table.items() if name != "by_intent" or k in DECIDING or v < 0.8}
            for key, value in shown.items():
                text = (
                    "  ".join(f"{k} {v:.3f}" for k, v in value.items()) if isinstance(value, dict) else value
                )
                lines.append(f"  {key:24} {text if isinstance(text, str) else f'{text:.4g}'}")
    return "\n".join(lines)


if __name__ == "__main__":
    main()
