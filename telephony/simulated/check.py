"""The simulated number check: knows the simulated subscribers, but not all that is new about them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from random import Random

from telephony.carrier import LineSetup
from telephony.simulated.carrier import subscribers_of
from telephony.simulated.population import Behaviour
from telephony.simulated.subscribers import Subscribers
from telephony.status import NumberStatus

_DEAD = {
    Behaviour.NOT_IN_SERVICE: NumberStatus.EMPTY,
    Behaviour.SUSPENDED: NumberStatus.SUSPENDED,
}


class SimulatedChecker:
    """Tells dead numbers from those in use, and misses the share of dead ones that the population says."""

    source = "simulated-check"

    def __init__(self, subscribers: Subscribers) -> None:
        self._subscribers = subscribers

    async def check(self, numbers: Sequence[str]) -> Mapping[str, NumberStatus]:
        """The state of each of ``numbers``: empty, suspended or active, for good."""
        return {number: self._status(number) for number in numbers}

    def _status(self, number: str) -> NumberStatus:
        behaviours = [kind for kind, weight in self._subscribers.profile(number).behaviours.items() if weight]
        dead = _DEAD.get(behaviours[0]) if len(behaviours) == 1 else None
        missed = Random(f"check|{self._subscribers.seed}|{number}").random() < self._subscribers.check_misses
        return NumberStatus.ACTIVE if dead is None or missed else dead


def build(setup: LineSetup) -> SimulatedChecker:
    """The checker that knows the subscribers of the simulated line with the same settings."""
    return SimulatedChecker(subscribers_of(setup))
