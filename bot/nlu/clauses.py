"""The clauses of an utterance: 我就是,不过我现在在开车 answers one question and raises another."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from pydantic import BaseModel, ConfigDict, Field

from bot.nlu.interpreter import Entity
from bot.nlu.patterns import compiled


class ClauseWords(BaseModel):
    """``connectives`` part clauses as punctuation does. A clause counts from ``at_least`` on.

    The intents ``not_alone`` say nothing beside another: a hello before a question.
    """

    model_config = ConfigDict(extra="forbid")
    connectives: list[str]
    at_least: float = Field(gt=0, le=1)
    not_alone: list[str]


class Clauses:
    """Parts normalised text into clauses."""

    def __init__(self, words: ClauseWords, file: str) -> None:
        self.words = words
        self._marks = compiled(f"(?: |{'|'.join(words.connectives)})+", file, "clauses.connectives")

    def spans(self, text: str) -> list[tuple[int, int]]:
        """Where each clause begins and ends, in order; one for most utterances."""
        spans, start = [], 0
        for mark in self._marks.finditer(text):
            spans.append((start, mark.start()))
            start = mark.end()
        spans.append((start, len(text)))
        return [(start, end) for start, end in spans if start < end]


def within(entities: Sequence[Entity], start: int, end: int) -> list[Entity]:
    """The entities of a clause, with their places in it."""
    return [
        replace(entity, start=entity.start - start, end=entity.end - start)
        for entity in entities
        if start <= entity.start and entity.end <= end
    ]
