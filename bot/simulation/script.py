"""All that a call is held with: a flow, its prompts and who understands the answers."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Self

from bot.dialogue.brief import Brief
from bot.dialogue.conversation import Conversation
from bot.dialogue.flow import Flow, load_flow
from bot.dialogue.prompts import PromptBook
from bot.language import language_dir
from bot.nlu.embedded import EmbeddedInterpreter
from bot.nlu.interpreter import Interpreter


@dataclass(frozen=True, slots=True)
class Script:
    """One flow of a language, ready to talk."""

    folder: Path
    flow: Flow
    prompts: PromptBook
    interpreter: Interpreter

    @classmethod
    def load(
        cls, language: str, flow: str, cache: Path | None = None, interpreter: Interpreter | None = None
    ) -> Self:
        """Read it from disk, with the understanding too unless it is given. Raises DataFileError."""
        return cls.load_from(language_dir(language), flow, cache, interpreter)

    @classmethod
    def load_from(
        cls, folder: Path, flow: str, cache: Path | None = None, interpreter: Interpreter | None = None
    ) -> Self:
        """The same, from the folder of a language."""
        prompts = PromptBook.load(folder)
        loaded = load_flow(folder, flow, prompts)
        understanding = interpreter or EmbeddedInterpreter.load(folder, cache, prompts.speech.zone)
        return cls(folder, loaded, prompts, understanding)

    def conversation(self, brief: Brief) -> Conversation:
        """A new conversation with the customer of ``brief``."""
        return Conversation(self.flow, self.prompts, brief, self.interpreter)
