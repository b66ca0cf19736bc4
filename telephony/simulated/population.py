"""The make-up of the simulated subscribers: who there is, and how their network signals. Data, validated."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, model_validator

from telephony.datafile import load_model
from telephony.tones import Tone

DEFAULT_FILE = Path(__file__).with_name("subscribers.yml")

Weight = Annotated[float, Field(ge=0)]
Seconds = Annotated[float, Field(ge=0)]
Rings = Annotated[int, Field(ge=1)]


class Behaviour(StrEnum):
    """What one dial meets."""

    ANSWERS = "answers"
    DROPS = "drops"  # answers, then the network loses the call
    ASSISTANT = "assistant"
    NO_ANSWER = "no_answer"
    REJECTS = "rejects"
    BUSY = "busy"
    POWERED_OFF = "powered_off"
    SUSPENDED = "suspended"
    NOT_IN_SERVICE = "not_in_service"
    UNREACHABLE = "unreachable"
    TRUNK_FAULT = "trunk_fault"


RINGING = frozenset({Behaviour.ANSWERS, Behaviour.DROPS, Behaviour.ASSISTANT, Behaviour.REJECTS})
SIGNALLED = frozenset(Behaviour) - {
    Behaviour.ANSWERS,
    Behaviour.DROPS,
    Behaviour.ASSISTANT,
    Behaviour.NO_ANSWER,
}


class _Data(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Signal(_Data):
    """How the network ends a dial, and the announcement (by id) and the tone that are heard before."""

    sip: int = Field(ge=300, le=699)
    q850: int | None = Field(default=None, ge=1, le=127)
    announcement: str | None = None
    tone: Tone | None = None  # on lines that carry sound


class SubscriberProfile(_Data):
    """A kind of subscriber: its share of all numbers, and the weights of what a dial meets."""

    weight: Weight = 1.0
    behaviours: dict[Behaviour, Weight]

    @model_validator(mode="after")
    def _something_can_happen(self) -> SubscriberProfile:
        if not any(self.behaviours.values()):
            raise ValueError("at least one behaviour needs a weight above 0")
        return self


class Population(_Data):
    """Everything the simulated line knows of its subscribers."""

    profiles: dict[str, SubscriberProfile] = Field(min_length=1)
    trunk_fault_rate: float = Field(default=0.0, ge=0, le=1)
    check_misses: float = Field(default=0.0, ge=0, le=1)  # dead numbers that a number check takes for live
    rings: dict[Behaviour, tuple[Rings, Rings]]
    drop_after_s: tuple[Seconds, Seconds]
    signals: dict[Behaviour, tuple[Signal, ...]]
    announcement_plays: int = Field(default=2, ge=1)
    tone_s: Seconds = 5.0
    assistant_greeting: str
    channels: dict[str, Weight] = {}  # kinds of connections, on lines that carry sound
    murmur_share: float = Field(default=0.0, ge=0, le=1)  # of our sentences that listeners murmur into

    @model_validator(mode="after")
    def _is_complete(self) -> Population:
        if not any(profile.weight for profile in self.profiles.values()):
            raise ValueError("at least one profile needs a weight above 0")
        if missing := [b.value for b in sorted(SIGNALLED) if not self.signals.get(b)]:
            raise ValueError(f"signals are missing for {', '.join(missing)}")
        if missing := [b.value for b in sorted(RINGING) if b not in self.rings]:
            raise ValueError(f"rings are missing for {', '.join(missing)}")
        if any(low > high for low, high in (*self.rings.values(), self.drop_after_s)):
            raise ValueError("a range must run from low to high")
        return self

    def always(self, name: str) -> SubscriberProfile:
        """The profile called ``name``, or one that always behaves as ``name`` says. Raises KeyError."""
        if name in self.profiles:
            return self.profiles[name]
        if name in {behaviour.value for behaviour in Behaviour}:
            return SubscriberProfile(behaviours={Behaviour(name): 1.0})
        raise KeyError(name)


def load_population(source: Path | Mapping[str, Any] = DEFAULT_FILE) -> Population:
    """Read the make-up from a YAML file or a mapping of the same shape. Raises LineConfigError."""
    return load_model(source, Population, name="subscribers")
