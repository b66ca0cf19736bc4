"""The words that the bot never says to anybody."""

from __future__ import annotations

import re
from functools import cached_property
from pathlib import Path
from typing import Self

from bot.datafile import load_model
from bot.dialogue.lexicon import Lexicon


class ThreatLexicon(Lexicon):
    """The file ``lexicons/threats.yml``: words, and patterns that are regular expressions."""

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
