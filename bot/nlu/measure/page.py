"""Figures as one HTML file that needs nothing else: no script, no font, no request to anywhere."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from jinja2 import Environment

from bot.nlu.measure.data import worst
from bot.nlu.measure.evaluation import EXPECTED, MODEL, PARSED, WAYS, Evaluation
from bot.nlu.measure.figures import Bin, Scores
from bot.page import page_environment

TEMPLATE = "page.html.j2"
MOST_CONFUSIONS = 20
WAY_NAMES = {MODEL: "model alone", PARSED: "behind the rules", EXPECTED: "in a step that waits"}


@dataclass(frozen=True, slots=True)
class Subject:
    """What was measured: a title, where the examples are from, and how they were split."""

    title: str
    examples: str
    splits: str
    deciding: tuple[str, ...]
    held_back: bool = True
    """Whether no model had learnt what it was asked."""


@dataclass(frozen=True, slots=True)
class Square:
    """One field of a confusion matrix: where, how dark (0 to 1), and what it says."""

    x: int
    y: int
    share: float
    right: bool
    label: str


def render_page(subject: Subject, evaluations: Sequence[Evaluation]) -> str:
    """The whole file as text."""
    first = evaluations[0]
    return (
        _environment()
        .get_template(TEMPLATE)
        .render(
            subject=subject,
            evaluations=evaluations,
            conditions=list(first.scores),
            ways=WAYS,
            way_names=WAY_NAMES,
            intents=sorted(first.clean().by_intent),
            deciding=[name for name in subject.deciding if name in first.clean().by_intent],
            noisiest=list(first.scores)[-1],
            worst={one.engine: worst(one.clean(), MOST_CONFUSIONS) for one in evaluations},
            matrices={one.engine: matrix(one.clean()) for one in evaluations},
            reliability={one.engine: [point(b) for b in one.calibration] for one in evaluations},
        )
    )


def matrix(scores: Scores) -> list[Square]:
    """Said downwards, taken for across; the share of what was said."""
    names = sorted(scores.by_intent)
    place = {name: at for at, name in enumerate(names)}
    return [
        Square(
            place[taken],
            place[said],
            count / scores.by_intent[said].asked,
            said == taken,
            f"{said} taken for {taken}: {count}",
        )
        for (said, taken), count in sorted(scores.confusions.items())
        if taken in place
    ]


def point(each: Bin) -> tuple[float, float, float]:
    """Where a bin stands in a box of 160, and how large."""
    return round(160 * each.confidence, 1), round(160 * (1 - each.accuracy), 1), round(2 + 10 * each.share, 1)


@cache
def _environment() -> Environment:
    environment = page_environment(Path(__file__).parent)
    environment.filters["percent"] = lambda share: f"{100 * share:.1f}"
    return environment
