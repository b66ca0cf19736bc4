"""Figures of what was understood. Pure: names and probabilities in, shares from 0 to 1 out."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from bot.nlu.interpreter import OUT_OF_SCOPE

BINS = 10

Ranking = Sequence[tuple[str, float]]


@dataclass(frozen=True, slots=True)
class IntentFigures:
    """One intent: how many of its utterances were found, how many taken for it were it."""

    asked: int
    precision: float
    recall: float
    f1: float


@dataclass(frozen=True, slots=True)
class Bin:
    """Answers of about one confidence: how many, how confident on the average, how many right."""

    share: float
    confidence: float
    accuracy: float


@dataclass(frozen=True, slots=True)
class Scores:
    """What one model made of one set of utterances."""

    asked: int
    accuracy: float
    macro_f1: float
    by_intent: dict[str, IntentFigures]
    confusions: dict[tuple[str, str], int]  # (said, taken for), the right ones among them

    @classmethod
    def of(cls, wanted: Sequence[str], got: Sequence[str]) -> Scores:
        """Macro-F1 is the mean over the intents that were said."""
        pairs = Counter(zip(wanted, got, strict=True))
        said, taken = Counter(wanted), Counter(got)
        by_intent = {}
        for name in sorted(said):
            right = pairs[name, name]
            precision = right / taken[name] if taken[name] else 0.0
            recall = right / said[name]
            f1 = 2 * right / (said[name] + taken[name])
            by_intent[name] = IntentFigures(said[name], precision, recall, f1)
        return cls(
            asked=len(wanted),
            accuracy=sum(n for (a, b), n in pairs.items() if a == b) / max(len(wanted), 1),
            macro_f1=float(np.mean([f.f1 for f in by_intent.values()])) if by_intent else 0.0,
            by_intent=by_intent,
            confusions=dict(pairs),
        )


def in_scope(ranking: Ranking) -> float:
    """How sure it is that something known was said."""
    return max((p for name, p in ranking if name != OUT_OF_SCOPE), default=0.0)


def auroc(wanted: Sequence[str], rankings: Sequence[Ranking]) -> float | None:
    """How well what is in scope is told from the rest: 1 always, 0.5 by chance; None without both kinds."""
    inside = np.array([name != OUT_OF_SCOPE for name in wanted])
    if not inside.any() or inside.all():
        return None
    scores = np.array([in_scope(ranking) for ranking in rankings])
    ranks = _mid_ranks(scores)
    positives, negatives = inside.sum(), (~inside).sum()
    above = ranks[inside].sum() - positives * (positives + 1) / 2
    return float(above / (positives * negatives))


def reliability(wanted: Sequence[str], rankings: Sequence[Ranking], bins: int = BINS) -> tuple[Bin, ...]:
    """Confidence against accuracy of the best intent, in bins of equal width that hold something."""
    confidence = np.array([ranking[0][1] for ranking in rankings])
    right = np.array([ranking[0][0] == name for ranking, name in zip(rankings, wanted, strict=True)])
    places = np.minimum((confidence * bins).astype(int), bins - 1)
    return tuple(
        Bin(
            share=float((places == place).mean()),
            confidence=float(confidence[places == place].mean()),
            accuracy=float(right[places == place].mean()),
        )
        for place in np.unique(places)
    )


def calibration_error(bins: Sequence[Bin]) -> float:
    """The expected calibration error: the mean distance of confidence and accuracy, weighed by the bins."""
    return sum(each.share * abs(each.confidence - each.accuracy) for each in bins)


def _mid_ranks(values: NDArray[np.float64]) -> NDArray[np.float64]:
    """Ranks from 1; equal values share the mean of theirs."""
    _, places, counts = np.unique(values, return_inverse=True, return_counts=True)
    ends = np.cumsum(counts)
    mean: NDArray[np.float64] = (ends - (counts - 1) / 2)[places]
    return mean
