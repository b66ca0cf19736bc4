"""Figures as plain data, for a JSON file."""

from __future__ import annotations

from typing import Any

from bot.nlu.measure.evaluation import Evaluation
from bot.nlu.measure.figures import Scores


def as_data(evaluation: Evaluation) -> dict[str, Any]:
    """All figures of an engine; shares from 0 to 1, rounded to four places."""
    return {
        "engine": evaluation.engine,
        "splits": evaluation.splits,
        "scores": {
            condition: {way: _scores(scores) for way, scores in ways.items()}
            for condition, ways in evaluation.scores.items()
        },
        "out_of_scope_auroc": _rounded(evaluation.auroc),
        "calibration_error": _rounded(evaluation.calibration_error),
        "parsed_calibration_error": _rounded(evaluation.parsed_calibration_error),
        "reliability": [
            {
                "share": _rounded(b.share),
                "confidence": _rounded(b.confidence),
                "accuracy": _rounded(b.accuracy),
            }
            for b in evaluation.calibration
        ],
        "trained_s": _rounded(evaluation.trained_s),
        "memory_mb": _rounded(evaluation.memory_mb),
        "latency": [
            {"callers": one.callers, "p50_ms": _rounded(one.p50_ms), "p95_ms": _rounded(one.p95_ms)}
            for one in evaluation.latencies
        ],
    }


def _scores(scores: Scores) -> dict[str, Any]:
    return {
        "asked": scores.asked,
        "accuracy": _rounded(scores.accuracy),
        "macro_f1": _rounded(scores.macro_f1),
        "by_intent": {
            name: {
                "asked": one.asked,
                "precision": _rounded(one.precision),
                "recall": _rounded(one.recall),
                "f1": _rounded(one.f1),
            }
            for name, one in scores.by_intent.items()
        },
        "confusions": [[said, taken, n] for (said, taken), n in worst(scores)],
    }


def worst(scores: Scores, most: int | None = None) -> list[tuple[tuple[str, str], int]]:
    """What was taken for something else, the most frequent first."""
    wrong = [(pair, n) for pair, n in scores.confusions.items() if pair[0] != pair[1]]
    return sorted(wrong, key=lambda item: (-item[1], item[0]))[:most]


def _rounded(value: float | None) -> float | None:
    return None if value is None else round(value, 4)
