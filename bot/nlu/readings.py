"""What several readings of one utterance mean together."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence


def meant_together(rankings: Iterable[Sequence[tuple[str, float]]]) -> str | None:
    """The intent with the most weight in ``rankings``, those of the best reading first; None without any.

    The n-th reading counts an n-th.
    """
    votes: dict[str, float] = defaultdict(float)
    for place, ranking in enumerate(rankings):
        for intent, probability in ranking:
            votes[intent] += probability / (1 + place)
    return max(votes, key=lambda intent: votes[intent], default=None)
