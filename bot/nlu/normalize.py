"""One form for what was heard, whoever wrote it down: a recogniser, a transcript or a person typing.

Recognisers put spaces between Chinese characters (or none at all), transcripts bring punctuation and
full-width figures. All that later steps look at is the form made here.
"""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass

_INSIDE_NUMBER = frozenset(".:-/")


@dataclass(frozen=True, slots=True)
class Normalized:
    """``text`` in normal form; ``offsets[i]`` is where its character ``i`` stood in the original."""

    text: str
    offsets: tuple[int, ...]

    @property
    def compact(self) -> str:
        """The text without the spaces that stand for punctuation."""
        return self.text.replace(" ", "")

    def span(self, start: int, end: int) -> tuple[int, int]:
        """The span in the original of ``text[start:end]``, which must not be empty."""
        return self.offsets[start], self.offsets[end - 1] + 1


def normalize(text: str) -> Normalized:
    """Half-width and lower case; no spaces inside Chinese; punctuation is one space; 1,200.50 is 1200.50."""
    characters = [
        (form, at)
        for at, character in enumerate(text)
        for form in unicodedata.normalize("NFKC", character).lower()
    ]
    kept: list[tuple[str, int]] = []
    gap = ""  # between the last kept character and the next: "", "soft" (space) or "hard" (punctuation)
    for position, (form, at) in enumerate(characters):
        if (
            form.isalnum()
            or form == "%"
            or (form in _INSIDE_NUMBER and _between_digits(characters, position))
        ):
            if kept and (gap == "hard" or (gap == "soft" and _words(kept, characters, position))):
                kept.append((" ", max(kept[-1][1], at - 1)))
            kept.append((form, at))
            gap = ""
        elif not _thousands_comma(characters, position):
            gap = "soft" if form.isspace() and gap != "hard" else "hard"
    return Normalized("".join(form for form, _ in kept), tuple(at for _, at in kept))


def _digit(characters: list[tuple[str, int]], position: int) -> bool:
    return 0 <= position < len(characters) and characters[position][0] in "0123456789"


def _between_digits(characters: list[tuple[str, int]], position: int) -> bool:
    return _digit(characters, position - 1) and _digit(characters, position + 1)


def _thousands_comma(characters: list[tuple[str, int]], position: int) -> bool:
    return (
        characters[position][0] == ","
        and _digit(characters, position - 1)
        and all(_digit(characters, position + step) for step in (1, 2, 3))
        and not _digit(characters, position + 4)
    )


def _words(kept: list[tuple[str, int]], characters: list[tuple[str, int]], position: int) -> bool:
    """Whether a space parts two that must stay apart: Latin words, or figures of more than one digit."""
    before, after = kept[-1][0], characters[position][0]
    if not (before.isascii() and after.isascii()):
        return False
    both_digits = before.isdigit() and after.isdigit()
    one_by_one = both_digits and not _digit(characters, position + 1) and not (len(kept) > 1 and _glued(kept))
    return not one_by_one


def _glued(kept: list[tuple[str, int]]) -> bool:
    """Whether the last two kept characters are digits that stood together in the original."""
    return kept[-2][0].isdigit() and kept[-1][1] - kept[-2][1] == 1
