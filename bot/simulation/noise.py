"""What a recogniser makes of what was said: seeded errors of one strength, from 0 to 30 %."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import lru_cache
from itertools import accumulate
from pathlib import Path
from random import Random
from typing import Self

from pydantic import BaseModel, ConfigDict, Field
from pypinyin import lazy_pinyin
from pypinyin.constants import PHRASES_DICT

from bot.datafile import load_model
from bot.nlu.pinyin import syllable

MOST_NOISE = 0.30
"""Beyond this no recogniser in use falls, and little of what was said is left."""

RARE = 3
"""A character that occurs less often than this in the words we know is never heard in place of another."""


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class NoiseRates(_Strict):
    """How often each error strikes, as a multiple of the noise level."""

    homophone: float = Field(ge=0)
    near: float = Field(ge=0)
    drop: float = Field(ge=0)
    insert: float = Field(ge=0)
    digit: float = Field(ge=0)
    cut: float = Field(ge=0)
    stutter: float = Field(ge=0)


class NoiseFile(_Strict):
    """The file ``noise.yml`` of a language."""

    rates: NoiseRates
    charset: str
    initials: list[tuple[str, str]]
    finals: list[tuple[str, str]]
    inserted: list[str] = Field(min_length=1)
    digits: str


class Lookalikes:
    """Characters by their sound, drawn as often as they are used."""

    def __init__(self, usage: Mapping[str, int]) -> None:
        groups: defaultdict[str, list[str]] = defaultdict(list)
        for character in sorted(usage):
            groups[syllable(character)].append(character)
        self._groups = {
            sound: (known, tuple(accumulate(usage[character] for character in known)))
            for sound, known in groups.items()
        }

    def __contains__(self, sound: str) -> bool:
        return sound in self._groups

    def draw(self, sound: str, besides: str, random: Random) -> str | None:
        """Another character of this sound than ``besides``; None when there is none."""
        known, weights = self._groups.get(sound, ([], ()))
        if not known or known == [besides]:
            return None
        for _ in range(8):
            character = random.choices(known, cum_weights=weights)[0]
            if character != besides:
                return character
        return None


class NoiseChannel:
    """Garbles utterances. Holds no state: what comes out depends on the text, the level and ``random``."""

    def __init__(self, file: NoiseFile, usage: Mapping[str, int]) -> None:
        self._file, self._rates = file, file.rates
        self._sounds = Lookalikes(usage)
        self._digits = frozenset(file.digits)
        self._near_known: dict[str, tuple[str, ...]] = {}

    @classmethod
    def load(cls, language_dir: Path) -> Self:
        """Read ``noise.yml``, and count the characters of the words that ship. Raises DataFileError."""
        file = load_model(language_dir / "noise.yml", NoiseFile)
        return cls(file, usage_of(_texts(language_dir), file.charset))

    def garble(self, text: str, level: float, random: Random) -> str:
        """What is heard of ``text`` at ``level`` (0 to 0.30); at 0 the text itself. May be empty.

        Raises ValueError for a level out of range.
        """
        if not 0 <= level <= MOST_NOISE:
            raise ValueError(f"noise goes from 0 to {MOST_NOISE}")
        if level == 0 or not text:
            return text
        heard = "".join(self._characters(text, level, random))
        if random.random() < self._rates.stutter * level and len(heard) > 1:
            heard = heard[: random.randint(1, min(3, len(heard) - 1))] + heard
        if random.random() < self._rates.cut * level and len(heard) > 2:
            heard = heard[: -random.randint(1, max(1, len(heard) // 3))]
        return heard

    def _characters(self, text: str, level: float, random: Random) -> Iterator[str]:
        rates = self._rates
        for at, (character, sound) in enumerate(zip(text, _readings(text), strict=True)):
            if self._in_number(text, at) and random.random() < rates.digit * level:
                continue
            if not character.isalnum():
                yield character
                continue
            yield self._heard(character, sound, random.random() / level, random)
            if random.random() < rates.insert * level:
                yield random.choice(self._file.inserted)

    def _heard(self, character: str, sound: str, chance: float, random: Random) -> str:
        """One character as it is heard; ``chance`` falls into the band of one error, or beyond them all."""
        rates = self._rates
        if chance < rates.drop:
            return ""
        if chance < rates.drop + rates.homophone:
            return self._sounds.draw(sound, character, random) or character
        if chance < rates.drop + rates.homophone + rates.near:
            near = self._near(sound)
            return (near and self._sounds.draw(random.choice(near), character, random)) or character
        return character

    def _near(self, sound: str) -> tuple[str, ...]:
        """The sounds that exist and that ``sound`` is easily taken for."""
        if sound not in self._near_known:
            pairs = [pair for one, other in self._file.initials for pair in ((one, other), (other, one))]
            near = [new + sound[len(old) :] for old, new in pairs if _begins(sound, old)]
            ends = [pair for one, other in self._file.finals for pair in ((one, other), (other, one))]
            near += [sound[: -len(old)] + new for old, new in ends if sound.endswith(old)]
            self._near_known[sound] = tuple(sorted({n for n in near if n in self._sounds and n != sound}))
        return self._near_known[sound]

    def _in_number(self, text: str, at: int) -> bool:
        if text[at] not in self._digits:
            return False
        return text[at - 1 : at] in self._digits or text[at + 1 : at + 2] in self._digits


def usage_of(texts: Iterable[str], charset: str) -> Mapping[str, int]:
    """How often each character of ``charset`` with a reading is used, in common words and in ``texts``."""
    counts = Counter(character for phrase in PHRASES_DICT for character in phrase)
    for text in texts:
        counts.update(text)
    return {
        character: count
        for character, count in counts.items()
        if count >= RARE and _is_in(character, charset) and syllable(character) != character
    }


def _texts(language_dir: Path) -> Iterator[str]:
    """What ships of what customers say."""
    for path in (language_dir / "nlu.yml", language_dir / "personas" / "phrases.yml"):
        if path.is_file():
            yield path.read_text(encoding="utf-8")


def _is_in(character: str, charset: str) -> bool:
    try:
        return len(character.encode(charset)) > 1
    except UnicodeEncodeError:
        return False


def _begins(sound: str, initial: str) -> bool:
    """Whether ``initial`` is the whole beginning: z does not begin zhe."""
    return sound.startswith(initial) and sound[len(initial) : len(initial) + 1] != "h"


@lru_cache(maxsize=8192)
def _readings(text: str) -> Sequence[str]:
    """One toneless reading for each character, as its neighbours make it (还 in 还款 is "huan")."""
    readings: list[str] = []
    for reading in lazy_pinyin(text, errors="default"):
        foreign = text.startswith(reading, len(readings))  # a stretch without reading comes back as it is
        readings += list(reading) if foreign else [reading]
    return readings if len(readings) == len(text) else [syllable(character) for character in text]
