"""What simulated calls came to, by persona and noise level."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from bot.simulation.call import CallResult

MOST_EXAMPLES = 5
"""Calls named for each rule that was broken."""

MOST_CONFUSIONS = 25


@dataclass(slots=True)
class Cell:
    """The calls of one persona (or all) at one noise level."""

    calls: int = 0
    successes: int = 0
    turns: int = 0
    seconds: int = 0
    counted: int = 0
    mistaken: int = 0
    not_understood: int = 0
    promises: int = 0
    with_relief: int = 0
    promised: int = 0  # minor units
    violations: int = 0
    dispositions: Counter[str] = field(default_factory=Counter)

    def add(self, result: CallResult) -> None:
        self.calls += 1
        self.successes += result.success
        self.turns += result.turns
        self.seconds += result.duration_s
        self.counted += result.counted
        self.mistaken += result.mistaken
        self.not_understood += result.not_understood
        self.promises += result.promised is not None
        self.with_relief += result.with_relief
        self.promised += result.promised or 0
        self.violations += len(result.violations)
        self.dispositions[result.disposition] += 1

    @property
    def success_rate(self) -> float:
        return self.successes / self.calls if self.calls else 0.0

    @property
    def turns_per_call(self) -> float:
        return self.turns / self.calls if self.calls else 0.0

    @property
    def mistaken_rate(self) -> float:
        """Of the utterances whose meaning is known, how many were taken for something else."""
        return self.mistaken / self.counted if self.counted else 0.0

    @property
    def asked_again_rate(self) -> float:
        """Of the same, how many were not understood, and asked again."""
        return self.not_understood / self.counted if self.counted else 0.0

    def as_data(self) -> dict[str, Any]:
        return {
            "calls": self.calls,
            "successes": self.successes,
            "success_rate": round(self.success_rate, 4),
            "turns_per_call": round(self.turns_per_call, 2),
            "seconds_per_call": round(self.seconds / self.calls, 1) if self.calls else 0.0,
            "utterances_counted": self.counted,
            "mistaken": self.mistaken,
            "not_understood": self.not_understood,
            "promises": self.promises,
            "promises_with_relief": self.with_relief,
            "promised_minor_units": self.promised,
            "violations": self.violations,
            "dispositions": dict(sorted(self.dispositions.items())),
        }


@dataclass(frozen=True, slots=True)
class Summary:
    """``cells`` by (persona, noise), ``totals`` by noise; ``broken`` names calls by (rule, where, noise)."""

    flow: str
    flow_version: str
    seed: int
    cells: dict[tuple[str, int], Cell]
    totals: dict[int, Cell]
    broken: dict[tuple[str, str, int], list[str]]
    confusions: dict[int, Counter[tuple[str, str]]]

    @property
    def levels(self) -> list[int]:
        return sorted(self.totals)

    @property
    def personas(self) -> list[str]:
        return sorted({persona for persona, _ in self.cells})

    @property
    def violations(self) -> int:
        return sum(cell.violations for cell in self.totals.values())

    def as_data(self) -> dict[str, Any]:
        """For JSON: the same calls give the same data, whatever machine or number of processes ran them."""
        return {
            "flow": self.flow,
            "flow_version": self.flow_version,
            "seed": self.seed,
            "noise": [{"percent": level} | self.totals[level].as_data() for level in self.levels],
            "personas": [
                {"persona": persona, "percent": level} | self.cells[persona, level].as_data()
                for persona in self.personas
                for level in self.levels
                if (persona, level) in self.cells
            ],
            "violations": [
                {"rule": rule, "where": where, "percent": level, "calls": calls}
                for (rule, where, level), calls in sorted(self.broken.items())
            ],
            "confusions": [
                {"percent": level, "meant": meant, "understood": understood, "times": times}
                for level in self.levels
                for (meant, understood), times in self.most_confused(level)
            ],
        }

    def most_confused(self, level: int) -> Sequence[tuple[tuple[str, str], int]]:
        """What was taken for what most often at a noise level, and how often."""
        ordered = sorted(self.confusions[level].items(), key=lambda item: (-item[1], item[0]))
        return ordered[:MOST_CONFUSIONS]


def summarize(flow: str, flow_version: str, seed: int, results: Iterable[CallResult]) -> Summary:
    """Add up the results of calls."""
    summary = Summary(flow, flow_version, seed, {}, {}, {}, {})
    for result in results:
        plan = result.plan
        summary.cells.setdefault((plan.persona, plan.noise), Cell()).add(result)
        summary.totals.setdefault(plan.noise, Cell()).add(result)
        summary.confusions.setdefault(plan.noise, Counter()).update(result.confusions)
        for violation in result.violations:
            calls = summary.broken.setdefault((violation.rule.value, violation.where, plan.noise), [])
            if len(calls) < MOST_EXAMPLES:
                calls.append(str(plan))
    return summary
