"""How the bot speaks in a call, at the customer's wish: louder or slower, step by step, within bounds."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal

Wish = Literal["louder", "slower"]

STEP_DB, MOST_DB = 4.0, 8.0
"""House figures: two steps; prompts are synthesised far enough below full scale to bear them."""

STEP_RATE, LEAST_RATE = 0.12, 0.76
"""House figures: the slowest is still above the 120 characters a minute of a spoken label (GB 45438-2025)."""


@dataclass(frozen=True, slots=True)
class Manner:
    """``rate`` 1 is the voice's usual pace and 0.8 is slower; ``gain_db`` 0 is its usual loudness."""

    rate: float = 1.0
    gain_db: float = 0.0

    def adapted(self, wish: Wish) -> Manner:
        """One step further as the customer wishes, or as far as it goes."""
        if wish == "louder":
            return replace(self, gain_db=min(self.gain_db + STEP_DB, MOST_DB))
        return replace(self, rate=round(max(self.rate - STEP_RATE, LEAST_RATE), 2))


USUAL = Manner()
