"""What the conversation costs and how it fares: ``python -m tests.benchmarks.dialogue_benchmark``.

Prints the time of a turn through the real interpreter, simulated calls a second on one core, the memory of
the process, and task success by noise level. Not a test: the figures depend on the machine.
"""

from __future__ import annotations

import resource
import sys
import tempfile
import time
from datetime import datetime
from pathlib import Path
from statistics import quantiles

from bot.dialogue.conversation import Conversation
from bot.dialogue.turn import Turn
from bot.language import language_dir
from bot.simulation.batch import StageSettings, plan_calls, run_calls
from bot.simulation.summary import summarize

CALLS, LEVELS, SEED = 500, (0, 10, 20, 30), 20260101
FLOW = "repayment-reminder"


def main() -> None:
    with tempfile.TemporaryDirectory() as cache:
        settings = StageSettings(language_dir("zh"), FLOW, Path(cache), SEED)
        began = time.perf_counter()
        stage = settings.build()
        print(f"start, fitting the model   {time.perf_counter() - began:8.2f} s")
        began = time.perf_counter()
        settings.build()
        print(f"start, model in the cache  {time.perf_counter() - began:8.2f} s")

        plans = plan_calls(stage.personas, [], CALLS, LEVELS)
        turns = _timed_turns(lambda: run_calls(settings, plans[: 2 * CALLS], 1, stage=stage))
        cuts = quantiles(turns, n=100)
        print(f"Conversation.hear p50      {cuts[49] * 1000:8.2f} ms over {len(turns):,} utterances")
        print(f"Conversation.hear p95      {cuts[94] * 1000:8.2f} ms")

        began = time.perf_counter()
        results = run_calls(settings, plans, 1, stage=stage)
        took = time.perf_counter() - began
        print(f"simulated calls            {len(plans) / took:8.0f} a second on one core")
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / (
            2**20 if sys.platform == "darwin" else 2**10
        )
        print(f"memory, peak               {peak:8.0f} MB")
        summary = summarize(FLOW, stage.script.flow.version, SEED, results)
        for level in summary.levels:
            cell = summary.totals[level]
            heard = f"mistaken {cell.mistaken_rate:.1%}, asked again {cell.asked_again_rate:.1%}"
            print(f"task success at {level:2} % noise {cell.success_rate:8.1%}   {heard}")
        print(f"rule violations            {summary.violations:8}")


def _timed_turns(run: object) -> list[float]:
    """The seconds of every ``Conversation.hear`` while ``run`` runs."""
    times: list[float] = []
    hear = Conversation.hear

    def timed(self: Conversation, text: str, at: datetime) -> Turn:
        began = time.perf_counter()
        try:
            return hear(self, text, at)
        finally:
            times.append(time.perf_counter() - began)

    Conversation.hear = timed  # type: ignore[method-assign]
    try:
        assert callable(run)
        run()
    finally:
        Conversation.hear = hear  # type: ignore[method-assign]
    return times


if __name__ == "__main__":
    main()
