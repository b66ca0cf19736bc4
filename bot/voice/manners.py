"""How people take turns in a language: the file ``turn_taking.yml``, and what it says of a few words."""

from __future__ import annotations

from functools import cached_property
from pathlib import Path
from typing import Annotated, Self

from pydantic import BaseModel, ConfigDict, Field

from bot.datafile import load_model
from bot.nlu.normalize import normalize

Seconds = Annotated[float, Field(gt=0, le=60)]


class Waits(BaseModel):
    """How long a pause ends an utterance, in seconds since the last speech, by how complete it is."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    complete: Seconds
    open: Seconds
    unfinished: Seconds
    digits: Seconds
    no_words: Seconds


class Manners(BaseModel):
    """The file ``turn_taking.yml`` of a language."""

    model_config = ConfigDict(extra="forbid", frozen=True, ignored_types=(cached_property,))

    waits: Waits
    backchannels: list[str] = Field(min_length=1)
    unfinished: list[str] = Field(min_length=1)
    whole: list[str] = []  # exceptions from ``unfinished``, where they are understood
    digits_of: dict[str, int] = {}  # what a prompt ``asks`` → how many digits answer it

    @classmethod
    def load(cls, language_dir: Path) -> Self:
        """Raises DataFileError."""
        return load_model(language_dir / "turn_taking.yml", cls)

    @cached_property
    def _backchannels(self) -> tuple[str, ...]:
        return tuple(sorted((normalize(word).compact for word in self.backchannels), key=len, reverse=True))

    @cached_property
    def _unfinished(self) -> tuple[str, ...]:
        return tuple(normalize(word).compact for word in self.unfinished)

    def is_backchannel(self, text: str) -> bool:
        """Whether ``text`` is made of nothing but murmurs that tell a speaker to go on."""
        rest = normalize(text).compact
        while rest:
            word = next((word for word in self._backchannels if rest.startswith(word)), None)
            if word is None:
                return False
            rest = rest[len(word) :]
        return True

    @cached_property
    def _whole(self) -> frozenset[str]:
        return frozenset(normalize(answer).compact for answer in self.whole)

    def is_whole(self, text: str) -> bool:
        """Whether ``text`` may be a whole answer though it ends like one that goes on."""
        return normalize(text).compact in self._whole

    def is_unfinished(self, text: str) -> bool:
        """Whether ``text`` breaks off where no sentence ends."""
        return normalize(text).compact.endswith(self._unfinished)
