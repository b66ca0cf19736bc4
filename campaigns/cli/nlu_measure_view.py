"""Figures of understanding on a terminal."""

from __future__ import annotations

from collections.abc import Sequence

from rich import box
from rich.console import Console

from bot.nlu.measure.conditions import Condition
from bot.nlu.measure.data import worst
from bot.nlu.measure.evaluation import Evaluation
from bot.nlu.measure.page import WAY_NAMES, Subject
from campaigns.tables import Table


def print_evaluations(
    console: Console, subject: Subject, evaluations: Sequence[Evaluation], heard: Sequence[Condition]
) -> None:
    """Accuracy by condition, costs, the intents that decide a call, and what is taken for what."""
    console.print(f"{subject.examples}; {subject.splits}", highlight=False)
    table = Table(title="accuracy / macro-F1, %", box=box.SIMPLE_HEAD)
    for heading in ("engine", "how"):
        table.add_column(heading)
    for condition in heard:
        table.add_column(condition.name, justify="right")
    for one in evaluations:
        for way, name in WAY_NAMES.items():
            scores = [one.scores[condition.name][way] for condition in heard]
            cells = [f"{100 * s.accuracy:.1f} / {100 * s.macro_f1:.1f}" for s in scores]
            table.add_row(one.engine if name == WAY_NAMES["model"] else "", name, *cells)
    console.print(table)
    console.print(_costs(evaluations))
    console.print(_deciding(subject, evaluations, heard[-1]))
    for one in evaluations:
        pairs = ", ".join(f"{said} → {taken} {n}" for (said, taken), n in worst(one.clean(), 6))
        console.print(f"{one.engine} takes most often: {pairs}", highlight=False)


def _costs(evaluations: Sequence[Evaluation]) -> Table:
    table = Table(box=box.SIMPLE_HEAD)
    table.add_column("engine")
    timed = [f"{one.callers} callers p50 / p95 ms" for one in evaluations[0].latencies]
    for heading in ("training s", "memory MB", *timed, "scope AUROC", "calibration error", "behind rules"):
        table.add_column(heading, justify="right")
    for one in evaluations:
        table.add_row(
            one.engine,
            _shown(one.trained_s, ".1f"),
            _shown(one.memory_mb, ".0f"),
            *(f"{each.p50_ms:.2f} / {each.p95_ms:.2f}" for each in one.latencies),
            _shown(one.auroc, ".3f"),
            f"{one.calibration_error:.3f}",
            f"{one.parsed_calibration_error:.3f}",
        )
    return table


def _deciding(subject: Subject, evaluations: Sequence[Evaluation], noisiest: Condition) -> Table:
    table = Table(title="the intents that decide a call: F1 of the model alone, %", box=box.SIMPLE_HEAD)
    table.add_column("intent")
    for one in evaluations:
        table.add_column(f"{one.engine} clean", justify="right")
        table.add_column(noisiest.name, justify="right")
    for name in subject.deciding:
        if name in evaluations[0].clean().by_intent:
            cells = []
            for one in evaluations:
                noisy = one.scores[noisiest.name]["model"].by_intent[name]
                cells += [f"{100 * one.clean().by_intent[name].f1:.1f}", f"{100 * noisy.f1:.1f}"]
            table.add_row(name, *cells)
    return table


def _shown(value: float | None, form: str) -> str:
    return "–" if value is None else format(value, form)
