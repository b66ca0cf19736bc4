"""A list of words and patterns of a language that must not be said, or not yet."""

from __future__ import annotations

import re
from functools import cached_property

from pydantic import BaseModel, ConfigDict, Field, field_validator


class Lexicon(BaseModel):
    """A lexicon file: ``words``, and ``patterns`` that are regular expressions."""

    model_config = ConfigDict(extra="forbid", frozen=True, ignored_types=(cached_property,))

    words: list[str] = Field(min_length=1)
    patterns: list[str] = []

    @field_validator("patterns")
    @classmethod
    def _are_regular_expressions(cls, patterns: list[str]) -> list[str]:
        for pattern in patterns:
            try:
                re.compile(pattern)
            except re.error as error:
                raise ValueError(f"not a regular expression: {pattern!r}: {error}") from error
        return patterns
