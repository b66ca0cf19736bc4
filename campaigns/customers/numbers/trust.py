"""Which of two words on a number's state counts: by who said it, when, and whether it is still fresh."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Final, Literal

from pydantic import BaseModel, ConfigDict, Field, StrictInt

from bot.datafile import load_model
from campaigns.compliance.effective import EffectivePack
from campaigns.compliance.number_age import expires_at
from campaigns.outcomes.dispositions import Labels
from telephony.status import NumberStatus

SHIPPED: Final = Path(__file__).with_name("trust.yaml")


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Source(_Strict):
    """One who tells: higher ``rank`` is believed more; ``confidence`` in percent, as it is shown."""

    rank: StrictInt = Field(ge=0)
    confidence: StrictInt = Field(ge=0, le=100)
    title: Labels


class StatusRank(_Strict):
    """A rank for one state, of every source that ``sources`` does not name."""

    rank: StrictInt = Field(ge=0)
    only: Literal["otherwise"]


class Trust(_Strict):
    """``trust.yaml``."""

    sources: dict[str, Source]
    otherwise: Source
    of_status: dict[NumberStatus, StatusRank] = {}

    def source(self, name: str) -> Source:
        return self.sources.get(name, self.otherwise)

    def rank(self, name: str, status: NumberStatus) -> int:
        own = self.source(name).rank
        special = self.of_status.get(status)
        return special.rank if special is not None and name not in self.sources else own


@cache
def shipped_trust() -> Trust:
    """The order that ships."""
    return load_trust(SHIPPED)


def load_trust(path: Path) -> Trust:
    """Read an order of trust. Raises DataFileError."""
    return load_model(path, Trust)


@dataclass(frozen=True, slots=True)
class Word:
    """What ``source`` says of a number, as of ``at``."""

    status: NumberStatus
    source: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Policy:
    """Trust, and how long each state keeps by the rule pack in force; without a pack nothing goes stale."""

    trust: Trust
    pack: EffectivePack | None = None

    def fresh(self, word: Word, now: datetime) -> bool:
        if self.pack is None:
            return True
        end = expires_at(self.pack, word.status, word.at)
        return end is None or now < end

    def takes(self, known: Word | None, new: Word, now: datetime) -> bool:
        """Whether ``new`` replaces ``known`` at ``now``. The same word again does: it is as new."""
        if known is None:
            return True
        rank, held = self._rank(new), self._rank(known)
        if rank == held:
            return new.at >= known.at
        if rank > held:
            return new.at >= known.at or self.fresh(new, now)
        return new.at > known.at and not self.fresh(known, now)

    def _rank(self, word: Word) -> int:
        return self.trust.rank(word.source, word.status)
