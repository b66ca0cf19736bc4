"""What the model sees of an utterance: characters, sounds and what is named in it."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import pairwise

from bot.nlu.pinyin import syllables

VERSION = 5
"""Part of the key of cached models: raise it when features change."""

Block = list[str]


def blocks(compact: str, labels: Iterable[str]) -> tuple[Block, Block]:
    """Terms of two blocks, each weighed by itself: character 1- and 2-grams, syllable 1- and 2-grams.

    ``compact`` is normalised text without spaces; ``labels`` name what its entities are.
    """
    masked = "".join(
        "0" if character.isdigit() and character.isascii() else character for character in compact
    )
    bounded = f"^{masked}$"
    characters = [*masked, *(bounded[i : i + 2] for i in range(len(bounded) - 1))]
    characters += [f"@{label}" for label in sorted(set(labels))]
    sounds = syllables(masked)
    pairs = [f"{one} {two}" for one, two in pairwise(sounds)]
    return characters, [*sounds, *pairs]
