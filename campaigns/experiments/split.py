"""Whether the arms have the shares that were asked for: if not, nothing else can be believed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from scipy import stats

ALARM = 0.001
"""Below this a split is broken: Kohavi and others, Trustworthy Online Controlled Experiments, ch. 21."""


@dataclass(frozen=True, slots=True)
class Split:
    """A chi-square test of the sizes of the arms against their shares. ``p`` None: too few to tell."""

    p: float | None

    @property
    def broken(self) -> bool:
        return self.p is not None and self.p < ALARM


def check_split(sizes: Sequence[int], shares: Sequence[int]) -> Split:
    """``sizes`` as found against ``shares`` as designed."""
    whole, of = sum(sizes), sum(shares)
    expected = [whole * share / of for share in shares]
    if len(sizes) < 2 or min(expected, default=0) < 5:  # the usual bound for the approximation
        return Split(None)
    return Split(float(stats.chisquare(sizes, expected).pvalue))
