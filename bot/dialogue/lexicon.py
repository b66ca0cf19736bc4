"""A list of words and patterns of a language that must not be said, or not yet."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cached_property

from pydantic import BaseModel, ConfigDict, Field, field_validator

from bot.patterns import pattern_of


class Lexicon(BaseModel):
    """A lexicon file: ``words``, and ``patterns`` that are regular expressions."""

    model_config = ConfigDict(extra="forbid", frozen=True, ignored_types=(cached_property,))

    words: list[str] = Field(min_length=1)
    patterns: list[str] = []

    @field_validator("patterns")
    @classmethod
    def _are_regular_expressions(cls, patterns: list[str]) -> list[str]:
        for pattern in patterns:
            pattern_of(pattern)
        return patterns

    def forbidden(self, text: str) -> Iterator[str]:
        """What each pattern finds in ``text``; a pattern itself where looking for it takes too long: what is
        not known to be clean is not said.
        """
        for pattern in self.patterns:
            if (found := pattern_of(pattern).forbids(text)) is not None:
                yield found
