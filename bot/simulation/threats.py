"""The words that the bot never says to anybody."""

from __future__ import annotations

import re
from functools import cached_property
from pathlib import Path
from typing import Self

from pydantic import BaseModel, ConfigDict, Field, field_validator

from bot.datafile import load_model


class ThreatLexicon(BaseModel):
    """The file ``lexicons/threats.yml``: words, and patterns that are regular expressions."""

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

    @classmethod
    def load(cls, language_dir: Path) -> Self:
        """Raises DataFileError."""
        return load_model(language_dir / "lexicons" / "threats.yml", cls)

    @cached_property
    def _any(self) -> re.Pattern[str]:
        return re.compile("|".join([*map(re.escape, self.words), *self.patterns]))

    def find(self, text: str) -> str | None:
        """The first threat in ``text``, if there is one."""
        match = self._any.search(text)
        return match.group() if match else None
