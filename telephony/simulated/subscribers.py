"""Draws what each dial meets. The same seed, number and attempt meet the same, in any process and order."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from random import Random
from typing import TypeVar

from telephony.announcements import Announcements
from telephony.errors import LineConfigError
from telephony.simulated.population import (
    RINGING,
    SIGNALLED,
    Behaviour,
    Population,
    Signal,
    SubscriberProfile,
)

Item = TypeVar("Item")

RING_ON_S, RING_OFF_S = 1.0, 4.0  # ringback in mainland China: 1 s on, 4 s off


@dataclass(frozen=True, slots=True)
class DialPlan:
    """What one dial will meet. Times in seconds."""

    behaviour: Behaviour
    act_after_s: float | None = (
        None  # ringing until it picks up or declines; None: rings for ever, or not at all
    )
    signal: Signal | None = None  # how the network ends a dial that is not answered
    announcement: str | None = None  # what it plays before that, or what an assistant says on picking up
    announcement_plays: int = 1
    tone_s: float = 0.0  # how long its tone is heard
    drop_after_s: float | None = None  # talk time after which the network loses the call


class Subscribers:
    """Everybody behind the simulated line. ``overrides`` give single numbers a profile of their own.

    Raises LineConfigError when the population plays an announcement that the language data does not have.
    """

    def __init__(
        self,
        population: Population,
        announcements: Announcements,
        *,
        seed: int = 0,
        overrides: Mapping[str, SubscriberProfile] | None = None,
    ) -> None:
        self._population = population
        self.seed = seed
        self.check_misses = population.check_misses
        self._overrides = dict(overrides or {})
        wanted = {s.announcement for signals in population.signals.values() for s in signals} - {None}
        wanted.add(population.assistant_greeting)
        self._spoken = {name: _spoken(announcements, name) for name in wanted if name is not None}

    def profile(self, number: str) -> SubscriberProfile:
        """The profile ``number`` belongs to, for good."""
        if number in self._overrides:
            return self._overrides[number]
        profiles = self._population.profiles
        return profiles[_draw(Random(f"{self.seed}|{number}"), {k: p.weight for k, p in profiles.items()})]

    def plan(self, number: str, nth: int) -> DialPlan:
        """What the ``nth`` attempt meets at ``number``."""
        random = Random(f"{self.seed}|{number}|{nth}")
        fault = random.random() < self._population.trunk_fault_rate and number not in self._overrides
        behaviour = Behaviour.TRUNK_FAULT if fault else _draw(random, self.profile(number).behaviours)
        signal = random.choice(self._population.signals[behaviour]) if behaviour in SIGNALLED else None
        name = signal.announcement if signal else None
        if behaviour is Behaviour.ASSISTANT:
            name = self._population.assistant_greeting
        return DialPlan(
            behaviour,
            act_after_s=self._rings(random, behaviour) if behaviour in RINGING else None,
            signal=signal,
            announcement=random.choice(self._spoken[name]) if name else None,
            announcement_plays=self._population.announcement_plays,
            tone_s=self._population.tone_s if signal and signal.tone else 0.0,
            drop_after_s=(
                random.uniform(*self._population.drop_after_s) if behaviour is Behaviour.DROPS else None
            ),
        )

    def channel(self, number: str, nth: int) -> str | None:
        """The kind of connection that the ``nth`` attempt at ``number`` gets; None: they are all alike."""
        weights = self._population.channels
        return _draw(Random(f"channel|{self.seed}|{number}|{nth}"), weights) if weights else None

    @property
    def channels(self) -> tuple[str, ...]:
        """The kinds of connections that may be drawn."""
        return tuple(self._population.channels)

    @property
    def murmur_share(self) -> float:
        """Into how many of our sentences listeners murmur."""
        return self._population.murmur_share

    def _rings(self, random: Random, behaviour: Behaviour) -> float:
        """Seconds of ringing until somebody acts, in the pause after one of the rings."""
        rings = random.randint(*self._population.rings[behaviour])
        return (rings - 1) * (RING_ON_S + RING_OFF_S) + RING_ON_S + random.uniform(0.0, RING_OFF_S)


def _draw(random: Random, weights: Mapping[Item, float]) -> Item:
    return random.choices(list(weights), weights=list(weights.values()))[0]


def _spoken(announcements: Announcements, name: str) -> tuple[str, ...]:
    try:
        spoken = announcements[name].spoken
    except KeyError:
        raise LineConfigError("there is no announcement of this id", key=name) from None
    if not spoken:
        raise LineConfigError("the announcement has no `spoken` sentence to play", key=name)
    return spoken
