"""Invented people, seeded by the customer's key: the same file gives the same people again.

Their numbers come only from ranges that reach nobody.
"""

from __future__ import annotations

from collections.abc import Sequence
from hashlib import blake2b
from pathlib import Path
from typing import TypeVar

from pydantic import BaseModel, ConfigDict, Field

from bot.datafile import load_model
from bot.language import language_dir
from campaigns.errors import ImportFileError

RANGES_FILE = Path(__file__).with_name("ranges.yaml")
GENDERS = ("male", "female")

Item = TypeVar("Item")
_Words = Field(min_length=1)


class _Given(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)

    male: tuple[str, ...] = _Words
    female: tuple[str, ...] = _Words


class Names(BaseModel):
    """Surnames and given names of one language."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    surnames: tuple[str, ...] = _Words
    given: _Given


class NumberRange(BaseModel):
    """All numbers that start with ``prefix`` and have ``digits`` more."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    prefix: str = Field(pattern=r"^\+[1-9][0-9]{2,}$")
    digits: int = Field(ge=1, le=10)

    def holds(self, e164: str) -> bool:
        return e164.startswith(self.prefix) and len(e164) == len(self.prefix) + self.digits


class _Ranges(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)

    ranges: dict[str, tuple[NumberRange, ...]]


def load_names(language: str = "zh") -> Names:
    """The names of a language's folder. Raises DataFileError."""
    return load_model(language_dir(language) / "names.yml", Names)


def load_ranges(path: Path = RANGES_FILE) -> dict[str, tuple[NumberRange, ...]]:
    """Ranges that reach nobody, by region. Raises DataFileError."""
    return load_model(path, _Ranges).ranges


def unreachable(e164: str, ranges: dict[str, tuple[NumberRange, ...]]) -> bool:
    """True when ``e164`` lies in a range that reaches nobody."""
    return any(each.holds(e164) for several in ranges.values() for each in several)


class Generator:
    """Draws what a file lacks. The same seed and key always draw the same."""

    def __init__(self, seed: int, names: Names, ranges: Sequence[NumberRange]) -> None:
        self.seed, self.names, self.ranges = seed, names, tuple(ranges)

    @classmethod
    def of(cls, seed: int, region: str, language: str = "zh") -> Generator:
        """A generator with the data that ships. Raises DataFileError."""
        return cls(seed, load_names(language), load_ranges().get(region, ()))

    def between(self, low: int, high: int, what: str, key: str) -> int:
        """An integer of low..high, both included."""
        digest = blake2b(f"{self.seed}\x1f{what}\x1f{key}".encode(), digest_size=8).digest()
        return low + int.from_bytes(digest, "big") % (high - low + 1)

    def gender(self, key: str) -> str:
        return self._pick(GENDERS, "gender", key)

    def name(self, key: str, gender: str | None) -> str:
        """A full name that fits ``gender``, or any when it is None."""
        given = self.names.given.female if (gender or self.gender(key)) == "female" else self.names.given.male
        return self._pick(self.names.surnames, "surname", key) + self._pick(given, "given", key)

    def id_tail(self, key: str) -> str:
        last = self.between(0, 10, "id_check", key)
        return f"{self.between(0, 999, 'id_tail', key):03d}{'X' if last == 10 else last}"

    def number(self, key: str, draw: int = 0) -> str:
        """A number that reaches nobody; another ``draw`` gives another, for when the first is taken.

        Raises ImportFileError when no such range is known for the region.
        """
        if not self.ranges:
            raise ImportFileError(
                f"no number range that reaches nobody is known for this region; add one to {RANGES_FILE.name}"
            )
        span = self._pick(self.ranges, "range", key)
        digits = self.between(0, 10**span.digits - 1, f"number{draw}", key)
        return f"{span.prefix}{digits:0{span.digits}d}"

    def _pick(self, items: Sequence[Item], what: str, key: str) -> Item:
        return items[self.between(0, len(items) - 1, what, key)]
