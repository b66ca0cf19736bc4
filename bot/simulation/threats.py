"""The words that the bot never says to anybody."""

from __future__ import annotations

import re
from functools import cached_property
from pathlib import Path
from typing import Self

from bot.datafile import load_model
from bot.dialogue.lexicon import Lexicon
from bot.patterns import Pattern, pattern_of


class ThreatLexicon(Lexicon):
    """The file ``lexicons/threats.yml``: words, and patterns that are regular expressions."""

    @classmethod
    def load(cls, language_dir: Path) -> Self:
        """Raises DataFileError."""
        return load_model(language_dir / "lexicons" / "threats.yml", cls)

    @cached_property
    def _any(self) -> Pattern:
        return pattern_of("|".join([*map(re.escape, self.words), *self.patterns]))

    def find(self, text: str) -> str | None:
        """The first threat in ``text``, if there is one."""
        return self._any.forbids(text)
