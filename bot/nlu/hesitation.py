"""Sounds and words said while thinking, which change nothing of what is meant: 这个嘛, 那个, 呃, 就是说."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict

from bot.nlu.normalize import Normalized
from bot.nlu.patterns import compiled


class HesitationWords(BaseModel):
    """Regular expressions: ``anywhere`` is never a word of its own, ``start`` is one only there."""

    model_config = ConfigDict(extra="forbid")
    anywhere: list[str]
    start: list[str]


class Hesitations:
    """Takes hesitations out of normalised text."""

    def __init__(self, words: HesitationWords, file: str) -> None:
        self._anywhere = compiled("|".join(words.anywhere), file, "hesitations.anywhere")
        self._start = compiled(f"(?: |{'|'.join(words.start)})+", file, "hesitations.start")

    def without(self, heard: Normalized) -> Normalized:
        """``heard`` without hesitations; as it is when nothing else was said (a bare 嗯 is an answer)."""
        start = self._start.match(heard.text)
        rest = cut(heard, start.end() if start else 0, len(heard.text))
        kept = [True] * len(rest.text)
        for match in self._anywhere.finditer(rest.text):
            kept[match.start() : match.end()] = [False] * (match.end() - match.start())
        text = "".join(c for c, keep in zip(rest.text, kept, strict=True) if keep)
        offsets = tuple(at for at, keep in zip(rest.offsets, kept, strict=True) if keep)
        return Normalized(text, offsets) if text.strip() else heard


def cut(heard: Normalized, start: int, end: int) -> Normalized:
    """The part of ``heard`` from ``start`` to ``end`` of its normal form."""
    return Normalized(heard.text[start:end], heard.offsets[start:end])
