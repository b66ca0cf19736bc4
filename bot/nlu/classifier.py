"""The classifier port: what a model makes of one clause, before rules and the state have their say."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Protocol

from bot.nlu.interpreter import Entity
from bot.nlu.normalize import Normalized


@dataclass(frozen=True, slots=True)
class Opinion:
    """A probability for each intent that the model knows.

    ``stand_in`` names the model that answered because the one that is set did not; None when it did.
    """

    probabilities: dict[str, float]
    stand_in: str | None = None


class IntentClassifier(Protocol):
    """Implementations never raise on any text, and are safe to share between threads."""

    @property
    def intents(self) -> tuple[str, ...]:
        """All intents that it can give."""
        ...

    def opinion(self, heard: Normalized, found: Sequence[Entity], today: date) -> Opinion:
        """What ``heard`` means by itself; ``found`` are its entities, ``today`` tells past from coming."""
        ...
