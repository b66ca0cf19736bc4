"""Many simulated calls, over as many processes as wanted: the same results in the same order."""

from __future__ import annotations

import multiprocessing
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

from bot.errors import BotError
from bot.simulation.call import CallPlan, CallResult, Stage
from bot.simulation.noise import NoiseChannel
from bot.simulation.persona import Persona, load_personas
from bot.simulation.population import Population
from bot.simulation.script import Script
from bot.simulation.threats import ThreatLexicon

CHUNK = 50
"""Calls handed to a process at a time."""


@dataclass(frozen=True, slots=True)
class StageSettings:
    """From what a process builds its own stage."""

    language_dir: Path
    flow: str
    cache: Path | None
    seed: int

    def build(self) -> Stage:
        """Raises DataFileError."""
        folder = self.language_dir
        script = Script.load_from(folder, self.flow, self.cache)
        return Stage(
            script,
            load_personas(folder, script.prompts),
            Population.load(folder, script.prompts.speech),
            NoiseChannel.load(folder),
            ThreatLexicon.load(folder),
            self.seed,
        )


class UnknownPersonaError(BotError):
    """There is no persona of this name."""


def plan_calls(
    personas: Mapping[str, Persona], names: Sequence[str], calls: int, levels: Iterable[int]
) -> list[CallPlan]:
    """``calls`` at each noise level, dealt out to the personas ``names`` by weight (none: to all).

    A persona of weight 0, and one whose share is less than one call, gets one: none goes untried. Raises
    UnknownPersonaError.
    """
    chosen = list(names) or sorted(personas)
    if unknown := [name for name in chosen if name not in personas]:
        known = ", ".join(sorted(personas))
        raise UnknownPersonaError(f"there is no persona {unknown[0]!r}; known: {known}")
    weights = {name: max(personas[name].weight, 1) for name in chosen}
    total = sum(weights.values())
    shares = {name: max(calls * weight // total, 1) for name, weight in weights.items()}
    left = calls - sum(shares.values())
    for name in sorted(chosen, key=lambda name: (-(calls * weights[name] % total), name))[: max(left, 0)]:
        shares[name] += 1
    return [
        CallPlan(name, level, n)
        for level in sorted(set(levels))
        for name in sorted(shares)
        for n in range(shares[name])
    ]


def run_calls(
    settings: StageSettings,
    plans: Sequence[CallPlan],
    workers: int,
    told: Callable[[int], object] | None = None,
    stage: Stage | None = None,
) -> list[CallResult]:
    """Hold every call of ``plans``; ``told`` hears how many were done with each chunk. Raises DataFileError.

    ``stage`` is what ``settings`` build, for those who have it already.
    """
    chunks = [plans[at : at + CHUNK] for at in range(0, len(plans), CHUNK)]
    results: list[CallResult] = []
    with ExitStack() as exit_stack:
        done: Iterator[list[CallResult]]
        if workers > 1 and len(chunks) > 1:
            context = multiprocessing.get_context("spawn")
            pool = exit_stack.enter_context(ProcessPoolExecutor(workers, context, _set_up, (settings,)))
            done = pool.map(_hold_here, chunks)
        else:
            here = stage or settings.build()
            done = (_hold(here, chunk) for chunk in chunks)
        for chunk in done:
            results += chunk
            if told is not None:
                told(len(chunk))
    return results


def _hold(stage: Stage, plans: Sequence[CallPlan]) -> list[CallResult]:
    return [stage.hold(plan)[0] for plan in plans]


_stage: Stage | None = None  # of a process of the pool


def _set_up(settings: StageSettings) -> None:
    global _stage
    _stage = settings.build()


def _hold_here(plans: Sequence[CallPlan]) -> list[CallResult]:
    if _stage is None:
        raise RuntimeError("this process was not set up")
    return _hold(_stage, plans)
