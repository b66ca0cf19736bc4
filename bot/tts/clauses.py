"""A sentence cut at its marks, each clause with the pause behind it."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass

from bot.tts.reading_words import ReadingWords

_INSIDE_FIGURES = frozenset(",.:-")


@dataclass(frozen=True, slots=True)
class Cut:
    """A clause as it is written, its marks included, and the ``pause`` in seconds behind it."""

    text: str
    pause: float


def cut(text: str, words: ReadingWords) -> tuple[Cut, ...]:
    """The clauses of ``text``; joined they are ``text`` again. A mark within figures (12:30) cuts nothing."""
    clauses: list[Cut] = []
    start = at = 0
    while at < len(text):
        if _mark(text, at, words) is None:
            at += 1
            continue
        pause = 0.0
        while at < len(text) and (text[at] in words.closing or text[at].isspace() or _mark(text, at, words)):
            pause = max(pause, _mark(text, at, words) or 0.0)
            at += 1
        clauses.append(Cut(text[start:at], pause))
        start = at
    if start < len(text):
        clauses.append(Cut(text[start:], 0.0))
    return tuple(clauses)


def _mark(text: str, at: int, words: ReadingWords) -> float | None:
    """The pause of the mark at ``at``; None when there is no mark."""
    forms = unicodedata.normalize("NFKC", text[at])
    pauses = [words.pauses[form] for form in forms if form in words.pauses]
    if not pauses or (forms in _INSIDE_FIGURES and _between_figures(text, at)):
        return None
    return max(pauses)


def _between_figures(text: str, at: int) -> bool:
    return text[at - 1 : at].isdigit() and text[at + 1 : at + 2].isdigit()
