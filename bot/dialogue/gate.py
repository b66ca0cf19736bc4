"""The last barrier of the identity gate: no sentence that sounds of the debt leaves before identity."""

from __future__ import annotations

from pathlib import Path
from typing import Self

from bot.datafile import load_model
from bot.dialogue.brief import Brief
from bot.dialogue.lexicon import Lexicon
from bot.errors import IdentityGateError


class DebtLexicon(Lexicon):
    """Words and patterns (regular expressions) that give the debt away."""

    @classmethod
    def load(cls, language_dir: Path) -> Self:
        """Raises DataFileError."""
        return load_model(language_dir / "lexicons" / "debt.yml", cls)

    def find(self, text: str, brief: Brief) -> str | None:
        """The first thing in ``text`` that gives the debt of ``brief`` away; None when it is clean.

        The institution must be named and the party must be addressed, whatever words their names hold.
        """
        for name in (brief.institution, brief.party.name):
            text = text.replace(name, "")
        bare = text.lower()
        for word in (*self.words, brief.debt.product):
            if word and word.lower() in bare:
                return word
        return next(self.forbidden(text), None)

    def guard(self, prompt: str, text: str, brief: Brief) -> None:
        """Raises IdentityGateError naming the prompt and the word, when ``text`` gives the debt away."""
        if (found := self.find(text, brief)) is not None:
            kind = "the product" if found == brief.debt.product else repr(found)
            raise IdentityGateError(f"prompt {prompt!r} says {kind} before the right party is confirmed")
