"""What becomes of an utterance on its way: nothing, homophones, or a recogniser's errors on a bad line."""

from __future__ import annotations

import random
from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from pypinyin.constants import PINYIN_DICT

from bot.nlu.pinyin import syllable
from bot.simulation.noise import NoiseChannel

CLEAN = "clean"


@dataclass(frozen=True, slots=True)
class Condition:
    """``garble`` makes of a text what is heard of it, with the chance it is given."""

    name: str
    garble: Callable[[str, random.Random], str]

    def heard(self, text: str, seed: int) -> str:
        """The same for the same text and seed, whatever else is asked; never empty."""
        return self.garble(text, random.Random(f"{seed} {self.name} {text}")) or text


def conditions(language_dir: Path, levels: Sequence[int]) -> tuple[Condition, ...]:
    """Clean, then homophones and a recogniser's errors at each of ``levels`` (percent, 1 to 30).

    Raises DataFileError.
    """
    noisy = NoiseChannel.load(language_dir)
    swap = Homophones()
    made = [Condition(CLEAN, lambda text, _: text)]
    for kind, garble in (("homophones", swap.garble), ("recogniser", noisy.garble)):
        made += [Condition(f"{kind} {level} %", _at(garble, level / 100)) for level in levels]
    return tuple(made)


def _at(
    garble: Callable[[str, float, random.Random], str], share: float
) -> Callable[[str, random.Random], str]:
    return lambda text, chance: garble(text, share, chance)


class Homophones:
    """Puts a homophone (toneless, any of the 3,755 common characters) for a share of the characters."""

    def __init__(self) -> None:
        self._alike: defaultdict[str, list[str]] = defaultdict(list)
        for code in sorted(PINYIN_DICT):
            character = chr(code)
            try:
                row = character.encode("gb2312")[0]
            except UnicodeEncodeError:
                continue
            if 0xB0 <= row <= 0xD7:  # level 1 of GB 2312
                self._alike[syllable(character)].append(character)

    def garble(self, text: str, share: float, chance: random.Random) -> str:
        heard = []
        for character in text:
            others = [other for other in self._alike[syllable(character)] if other != character]
            swapped = chance.random() < share and bool(others)
            heard.append(chance.choice(others) if swapped else character)
        return "".join(heard)
