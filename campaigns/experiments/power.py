"""How many customers an experiment needs, and how small a difference one of a given size can show."""

from __future__ import annotations

import math

from scipy import optimize, stats

from campaigns.errors import ConflictError
from campaigns.experiments.intervals import LEVEL

POWER = 0.8
_NEXT_TO_NOTHING = 1e-12  # at a base of 0, no effect at all would solve the equation too


def customers_needed(
    base: float, effect: float, *, ratio: float = 1.0, level: float = LEVEL, power: float = POWER
) -> tuple[int, int]:
    """Customers in the reference arm and in the other, to tell ``base + effect`` from ``base``.

    ``ratio``: the other's size by the reference's. Two-sided, normal approximation with unpooled variances
    (Fleiss, Statistical Methods for Rates and Proportions, ch. 4, without the continuity correction). Raises
    ConflictError for rates outside of 0 to 1, or no effect.
    """
    other = base + effect
    if not (0 <= base <= 1 and 0 <= other <= 1):
        raise ConflictError(f"rates lie between 0 and 1; these are {base:g} and {other:g}")
    if effect == 0 or ratio <= 0:
        raise ConflictError("no number of customers shows a difference of nothing")
    spread = base * (1 - base) + other * (1 - other) / ratio
    n = max(2, math.ceil(_sum_z(level, power) ** 2 * spread / effect**2))
    return n, max(2, math.ceil(n * ratio))


def detectable(base: float, n_0: int, n: int, *, level: float = LEVEL, power: float = POWER) -> float | None:
    """The smallest rise over ``base`` that this many customers would show; None when none would do."""
    if n_0 < 2 or n < 2 or not 0 <= base < 1:
        return None
    z = _sum_z(level, power)

    def missing(effect: float) -> float:
        other = base + effect
        return effect - z * math.sqrt(base * (1 - base) / n_0 + other * (1 - other) / n)

    top = 1 - base
    if missing(top) <= 0:
        return None
    return float(optimize.brentq(missing, _NEXT_TO_NOTHING, top))


def _sum_z(level: float, power: float) -> float:
    return float(stats.norm.ppf((1 + level) / 2) + stats.norm.ppf(power))
