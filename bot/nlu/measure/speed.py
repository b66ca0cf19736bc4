"""How long an answer takes, with one caller and with several at once."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True, slots=True)
class Latency:
    """Milliseconds of one answer, by the clock."""

    callers: int
    p50_ms: float
    p95_ms: float


def latency(ask: Callable[[str], object], texts: Sequence[str], callers: int) -> Latency:
    """``callers`` ask one text after another, each text once, all at the same time."""

    def one_caller(place: int) -> list[float]:
        took = []
        for text in texts[place::callers]:
            began = time.perf_counter()
            ask(text)
            took.append(1000 * (time.perf_counter() - began))
        return took

    with ThreadPoolExecutor(callers) as pool:
        times = [took for of_caller in pool.map(one_caller, range(callers)) for took in of_caller]
    p50, p95 = np.percentile(times, [50, 95])
    return Latency(callers, float(p50), float(p95))
